import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareLogTimes,
  formatLogTime,
  formatSince,
  microsOf,
  parseLogTime,
  parseSince,
} from "./log_time.ts";

Deno.test("parseLogTime() keeps all nine digits", () => {
  assert.deepEqual(parseLogTime("2026-11-21T01:58:22.550247424Z"), {
    seconds: 1795226302,
    nanos: 550247424,
  });
});

Deno.test("parseLogTime() fills up missing digits on the right and reads other zones", () => {
  assert.equal(parseLogTime("2026-11-21T01:58:22.5Z")?.nanos, 500_000_000);
  assert.equal(parseLogTime("2026-11-21T01:58:22Z")?.nanos, 0);
  assert.equal(parseLogTime("2026-11-21T03:58:22+02:00")?.seconds, 1795226302);
});

Deno.test("parseLogTime() returns undefined for what is no timestamp", () => {
  for (
    const text of ["", "2026-11-21", "2026-11-21T01:58:22", "2026-13-21T01:58:22Z", "x".repeat(9)]
  ) {
    assert.equal(parseLogTime(text), undefined, text);
  }
});

Deno.test("times survive being written and read, and keep their order", () => {
  const time = fc.record({
    seconds: fc.integer({ min: 0, max: 4_000_000_000 }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
  }, { noNullPrototype: true });
  fc.assert(fc.property(time, time, (a, b) => {
    assert.deepEqual(parseSince(formatSince(a)), a);
    assert.deepEqual(parseLogTime(formatLogTime(a)), a);
    const [textA, textB] = [formatLogTime(a), formatLogTime(b)];
    assert.equal(Math.sign(compareLogTimes(a, b)), textA < textB ? -1 : Number(textA > textB));
  }));
});

Deno.test("parseSince() returns undefined for other text", () => {
  for (const text of ["", "1", "1.5", "1e3.000000000", "1.0000000000"]) {
    assert.equal(parseSince(text), undefined, text);
  }
});

Deno.test("microsOf() drops what is finer", () => {
  assert.equal(microsOf({ seconds: 1795226302, nanos: 550247999 }), 1795226302550247);
});
