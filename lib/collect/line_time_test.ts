import assert from "node:assert/strict";
import fc from "fast-check";
import { parseTimestampOrUtc } from "../event/time.ts";
import { lineTime } from "./line_time.ts";

const second = fc.constantFrom(
  ...["2026-05-03T05:12:51", "2026-05-03T05:12:52", "2026-05-03 05:12:51", "2026-06-30T23:59:60"],
  ...["2026-13-03T05:12:51", "0001-01-01T00:00:00", "1600-01-01T00:00:00", "2026-05-03T05:12:5x"],
);
const fraction = fc.oneof(
  fc.constantFrom("", ".", ".x", ".1234567890"),
  fc.stringMatching(/^\.\d{1,9}$/),
);
const zone = fc.constantFrom("Z", "z", "", "+00:00", "-07:00", "+02:00", "+99:00", "+0200", "x");

Deno.test("lineTime() agrees with parseTimestampOrUtc(), whatever came before", () => {
  fc.assert(fc.property(fc.array(fc.tuple(second, fraction, zone), { maxLength: 6 }), (parts) => {
    for (const part of parts) {
      const text = part.join("");
      assert.equal(lineTime(text), parseTimestampOrUtc(text), text);
    }
  }));
});
