import assert from "node:assert/strict";
import fc from "fast-check";
import { parseLogTime } from "./log_time.ts";
import { StampReader } from "./stamp_reader.ts";

const encoder = new TextEncoder();

/** Reads one line after the other with the same reader. */
function readAll(...lines: string[]) {
  const reader = new StampReader();
  return lines.map((line) => {
    const bytes = encoder.encode(line);
    const at = reader.read(bytes, 0, bytes.length);
    return [at, reader.seconds, reader.nanos];
  });
}

Deno.test("StampReader reads times and says where the line begins", () => {
  assert.deepEqual(
    readAll(
      "2026-11-21T01:58:22.550247424Z a",
      "2026-11-21T01:58:22.550247425Z b",
      "2026-11-21T01:58:22.5Z c",
      "2026-11-21T01:58:22Z d",
      "2026-11-21T01:58:22+01:00 e",
      "2026-11-21T01:58:22Z f",
      "2026-11-21T01:58:23.000000001Z ",
    ),
    [
      [31, 1795226302, 550247424],
      [31, 1795226302, 550247425],
      [23, 1795226302, 500000000],
      [21, 1795226302, 0],
      [26, 1795222702, 0],
      [21, 1795226302, 0],
      [31, 1795226303, 1],
    ],
  );
});

Deno.test("StampReader keeps the time where there is none", () => {
  const lines = ["", " ", "no", "2026-11-21T01:58:22.Z a", "2026-11-21T01:58:22.1234567890Z a"];
  const read = readAll("2026-11-21T01:58:22.000000005Z a", ...lines);
  assert.deepEqual(read.slice(1), lines.map(() => [-1, 1795226302, 5]));
});

Deno.test("StampReader agrees with parseLogTime(), whatever it read before", () => {
  const stamp = fc.tuple(
    fc.constantFrom("2026-11-21T01:58:22", "2026-11-21T01:58:23", "2026-12-21T01:58:22", "x"),
    fc.constantFrom("", ".", ".1", ".000000001", ".999999999", ".12345678901"),
    fc.constantFrom("Z", "+00:00", "-02:30", "", "z"),
  ).map((parts) => parts.join(""));
  fc.assert(fc.property(fc.array(stamp, { maxLength: 20 }), (stamps) => {
    const read = readAll(...stamps.map((text) => `${text} line`));
    for (const [index, text] of stamps.entries()) {
      const time = parseLogTime(text);
      const [at, seconds, nanos] = read[index]!;
      assert.equal(at, time === undefined ? -1 : text.length + 1, text);
      if (time !== undefined) assert.deepEqual({ seconds, nanos }, time, text);
    }
  }));
});
