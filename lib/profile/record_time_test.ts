import assert from "node:assert/strict";
import fc from "fast-check";
import { parseTimestampOrUtc } from "../event/time.ts";
import { timeIn } from "./record_time.ts";

function assertSame(text: string): void {
  const bytes = new TextEncoder().encode(`"${text}"`);
  const expected = parseTimestampOrUtc(text);
  assert.equal(timeIn(bytes, 1, bytes.length - 1), expected ?? NaN, text);
}

Deno.test("timeIn() reads what parseTimestampOrUtc() does", () => {
  for (
    const text of [
      ...["2026-09-01T10:00:00.123456Z", "2026-09-01 10:00:00", "2026-09-01T10:00:00+02:00"],
      ...["2026-09-01T10:00:60Z", "2026-09-01T10:00:00.1234567Z", "2026-09-01T10:00:00.Z"],
      ...["2026-02-30T10:00:00Z", "2024-02-29T23:59:59Z", "0000-01-01T00:00:00Z", ""],
      ...["9999-12-31T23:59:59Z", "1684-12-31T00:00:00Z", "2255-06-05T23:47:34.740991Z"],
      ...["2026-09-01T24:00:00Z", "2026-09-01T1a:00:00Z", "soon", "2026-09-01T10:00:00z"],
    ]
  ) assertSame(text);
});

Deno.test("timeIn() reads any time, and any damaged one, as parseTimestampOrUtc() does", () => {
  const time = fc.tuple(
    fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
    fc.constantFrom("Z", "", "+01:00", ".5Z", ".000001", "x"),
  ).map(([date, end]) => date.toISOString().slice(0, 19) + end);
  fc.assert(fc.property(time, assertSame));
  const damaged = fc.tuple(
    time,
    fc.nat(30),
    fc.constantFrom("0", "9", ":", "-", "T", " ", "\u00e9"),
  )
    .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1));
  fc.assert(fc.property(damaged, assertSame));
});
