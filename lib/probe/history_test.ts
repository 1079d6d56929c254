import assert from "node:assert/strict";
import { SqliteStore } from "../store/sqlite_store.ts";
import { readHistory } from "./history.ts";
import { Rotations } from "./rotation.ts";
import { rotationEvent } from "./events.ts";

const at = (day: number) => `2026-01-0${day}T00:00:00.000000Z`;

Deno.test("readHistory() lists every hash with its times, and what replaced what", async () => {
  const store = new SqliteStore(":memory:");
  const rotations = new Rotations(store, {
    toEvent: (rotation) => rotationEvent(rotation, "sensor"),
    deliver: () => {},
    wasDelivered: () => false,
  });
  const host = { address: "192.0.2.1", name: "", port: 22, probe: "hassh" };
  for (const [hash, day] of [["a", 1], ["a", 2], ["b", 3], ["a", 4]] as const) {
    await rotations.record({ ...host, hash, at: at(day) });
  }
  await rotations.record({
    ...host,
    name: "x.example",
    port: 443,
    probe: "jarm",
    hash: "c",
    at: at(5),
  });
  await rotations.record({ ...host, address: "192.0.2.10", hash: "d", at: at(5) });
  assert.deepEqual(await readHistory(store, "192.0.2.1"), [
    {
      port: 22,
      probe: "hassh",
      name: "",
      hashes: [
        { hash: "a", first_seen: at(1), last_seen: at(2) },
        { hash: "b", first_seen: at(3), last_seen: at(3) },
        { hash: "a", first_seen: at(4), last_seen: at(4) },
      ],
      rotations: 2,
    },
    {
      port: 443,
      probe: "jarm",
      name: "x.example",
      hashes: [{ hash: "c", first_seen: at(5), last_seen: at(5) }],
      rotations: 0,
    },
  ]);
  assert.deepEqual(await readHistory(store, "192.0.2.2"), []);
});
