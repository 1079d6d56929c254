import assert from "node:assert/strict";
import { Ingest, noLines } from "./ingest.ts";
import { SqliteProfileStore } from "./sqlite_profile_store.ts";

Deno.test("Ingest comes to the end of a stream in which one part of the attackers has no line", async () => {
  await using store = new SqliteProfileStore(":memory:");
  let looks = 0;
  const source = {
    ...await store.source("-"),
    get cursor() {
      // It is looked at with each commit.
      if (++looks > 100) throw new Error("it does not come to an end");
      return undefined;
    },
  };
  const ingest = new Ingest({
    store: Object.create(store, { source: { value: () => Promise.resolve(source) } }),
    onNotice: () => {},
    partition: { part: 2, parts: 2 },
  });
  const encoder = new TextEncoder();
  // Together more names than a window holds.
  const line = (number: number) =>
    '{"timestamp":"2026-11-21T10:00:00.000000Z","event_type":"x",' +
    `"attacker_ip":"${String(number).padEnd(900_000, "x")}"}\n`;
  let given = 0;
  async function* chunks() {
    for (; given < 40; given++) yield encoder.encode(line(given));
  }
  assert.deepEqual(await ingest.readStream(chunks()), noLines());
  assert.equal(given, 40);
});
