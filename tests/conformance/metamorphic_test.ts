/**
 * The same connections, carried in every other way: whatever cuts, orders, repeats and wraps packets must not
 * change what is found in them. A seed makes each run the same.
 */
import assert from "node:assert/strict";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { FRAMES, inFragments, inFrames } from "../support/changed_layers.ts";
import { recutRecords } from "../support/changed_records.ts";
import {
  type Change,
  keepAlives,
  overlap,
  recut,
  resetFirst,
  swapRuns,
} from "../support/changed_segments.ts";
import { clientCaptures, fixtureFrames } from "../support/fixture_captures.ts";
import { foundFingerprints } from "../support/found_fingerprints.ts";
import { SeededRandom } from "../support/log_random.ts";

const SEED = 20261121;

/** These count packets and time. */
const OF_PACKETS: ReadonlySet<string> = new Set(["ja4ssh", "ja4l_c", "ja4l_s"]);

const CHANGES: Readonly<Record<string, Change>> = {
  "payload cut anywhere": recut((random) => 1 + random.below(500)),
  "payload cut byte by byte at the start of each segment": cutStarts(),
  "segments that change places": (packets, random) =>
    swapRuns(recut((random) => 1 + random.below(500))(packets, random), random),
  "segments that overlap": (packets, random) =>
    overlap(recut((random) => 1 + random.below(300))(packets, random), random),
  "every packet twice": (packets) => packets.flatMap((packet) => [packet, packet]),
  "every packet again later": (packets) =>
    packets.flatMap((packet, index) => [packet, ...packets.slice(Math.max(0, index - 4), index)]),
  "keep-alives and closed windows": keepAlives,
  "a RST before each side speaks": resetFirst,
  "records cut anywhere": recutRecords((random) => 1 + random.below(200)),
  "records of one byte": recutRecords(() => 1),
  "records and segments cut anywhere": (packets, random) =>
    recut((random) => 1 + random.below(90))(
      recutRecords((random) => 1 + random.below(200))(packets, random),
      random,
    ),
  "fragments": inFragments((fragments) => fragments),
  "fragments in reverse": inFragments((fragments) => fragments.toReversed()),
  "fragments twice": inFragments((fragments) => [...fragments, ...fragments.slice(1)]),
  "times that stand still": (packets) => packets.map(({ bytes }) => ({ bytes, micros: 0 })),
  ...Object.fromEntries(Object.entries(FRAMES).map(([name, wrap]) => [name, inFrames(wrap)])),
};

function cutStarts(): Change {
  return (packets, random) => {
    let left = 12;
    return recut(() => --left > 0 ? 1 : (left = 12, 5000))(packets, random);
  };
}

/** What is found, each once; of JA4TS without the times between repeated SYN-ACKs. */
function found(packets: readonly CapturedPacket[]): string[] {
  const records = foundFingerprints(packets)
    .filter(({ kind }) => !OF_PACKETS.has(kind))
    .map(({ kind, value, proto, src, sport, dst, dport }) => {
      const part = kind === "ja4ts" ? value.split("_").slice(0, 4).join("_") : value;
      return `${kind} ${part} ${proto} ${src} ${sport} ${dst} ${dport}`;
    });
  return [...new Set(records)].sort();
}

const captures = clientCaptures().map((name) => {
  const frames = fixtureFrames(name);
  return { name, frames, expected: found(frames) };
});

Deno.test("the captures that are changed hold fingerprints of every kind", () => {
  const kinds = new Set(
    captures.flatMap(({ expected }) =>
      expected.map((record) => record.slice(0, record.indexOf(" ")))
    ),
  );
  for (
    const kind of [
      ...["ja3", "ja3s", "ja4", "ja4s", "ja4x", "ja4h", "ja4t", "ja4ts", "ja4d"],
      ...["hassh", "hassh_server", "sni", "community_id"],
    ]
  ) assert.ok(kinds.has(kind), kind);
});

for (const [name, change] of Object.entries(CHANGES)) {
  Deno.test(`sniff finds the same in ${name}`, () => {
    const random = new SeededRandom(SEED);
    let changed = 0;
    for (const { name, frames, expected } of captures) {
      const packets = change(frames, random);
      assert.deepEqual(found(packets), expected, name);
      if (
        packets.some(({ bytes, micros }, index) =>
          micros !== frames[index]?.micros || bytes.length !== frames[index]?.bytes.length
        )
      ) changed++;
    }
    assert.ok(changed > 0, "nothing was changed");
  });
}
