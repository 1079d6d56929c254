import assert from "node:assert/strict";
import { eventId, isEventId } from "./ulid.ts";

Deno.test("eventId() encodes time as ULIDs do", () => {
  // The example of the ULID specification: 1469918176385 ms is 01ARYZ6S41.
  assert.equal(eventId(1_469_918_176_385_999).slice(0, 10), "01ARYZ6S41");
});

Deno.test("eventId() takes the other 80 bits from SHA-256 of the seed", () => {
  // SHA-256("abc") begins ba7816bf8f01cfea4141.
  const bits = BigInt("0xba7816bf8f01cfea4141");
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const expected = Array.from(
    { length: 16 },
    (_, index) => alphabet[Number(bits >> BigInt(75 - 5 * index) & 31n)],
  ).join("");
  assert.equal(eventId(0, "abc"), `0000000000${expected}`);
});

Deno.test("eventId() differs for each event without a seed and for each seed", () => {
  const ids = [eventId(1e15), eventId(1e15), eventId(1e15, "a"), eventId(1e15, "b")];
  assert.equal(new Set(ids).size, 4);
  assert.equal(eventId(1e15, "a"), ids[2]);
});

Deno.test("eventId() gives a valid id for any time", () => {
  for (const micros of [-5, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER, 1e300]) {
    assert.ok(isEventId(eventId(micros, "x")), String(micros));
  }
});

Deno.test("isEventId() is false for other texts", () => {
  const cases = [
    "",
    "8".padEnd(26, "0"),
    "0".repeat(25),
    "0".repeat(27),
    "I".padStart(26, "0"),
    "u".padStart(26, "0"),
  ];
  for (const text of cases) assert.equal(isEventId(text), false, text);
});
