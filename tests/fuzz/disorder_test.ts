import assert from "node:assert/strict";
import type { Event } from "../../lib/event/event.ts";
import { conversations } from "./captured.ts";
import { connection } from "./connection.ts";
import { Random } from "./random.ts";
import { sniffedPackets } from "./sniffed.ts";

/** Fields that do not tell of packets and times. */
const TIMELESS = ["ja3", "ja4", "ja3s", "ja4s", "ja4x", "ja4h", "hassh", "hassh_server", "sni"];

/** Each conversation, in so many kinds of disorder. */
const TRIES = 2;

const MOST_BYTES = 20_000;

/** What events tell of what was said. */
function said(events: readonly Event[]): string[] {
  return events.flatMap(({ event_type: type, fields }) => {
    const values = TIMELESS.flatMap((name) => fields[name] === undefined ? [] : [fields[name]]);
    return values.length === 0 ? [] : [`${type} ${values.join(" ")}`];
  });
}

Deno.test("sniff tells the same of a connection however its segments are cut and ordered", () => {
  const random = new Random(1);
  let told = 0;
  for (const { udp, chunks } of conversations()) {
    const length = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (udp || length > MOST_BYTES) continue;
    const expected = said(sniffedPackets(connection(chunks)));
    told += expected.length;
    for (let count = 0; count < TRIES; count++) {
      assert.deepEqual(said(sniffedPackets(connection(chunks, random))), expected);
    }
  }
  assert.ok(told > 40, `only ${told} events`);
});
