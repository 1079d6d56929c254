import assert from "node:assert/strict";
import fc from "fast-check";
import { formatTimestamp, parseTimestamp, parseTimestampOrUtc } from "./time.ts";

Deno.test("formatTimestamp() writes UTC with microseconds", () => {
  assert.equal(formatTimestamp(0), "1970-01-01T00:00:00.000000Z");
  assert.equal(formatTimestamp(1_777_785_171_123_456), "2026-05-03T05:12:51.123456Z");
  assert.equal(formatTimestamp(-1), "1969-12-31T23:59:59.999999Z");
});

Deno.test("formatTimestamp() gives a readable time for every number", () => {
  for (const micros of [NaN, Infinity, -Infinity, 1.8e19, 0.5, -0]) {
    assert.notEqual(parseTimestamp(formatTimestamp(micros)), undefined, String(micros));
  }
});

Deno.test("parseTimestamp(formatTimestamp(micros)) equals micros", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (micros) => {
    assert.equal(parseTimestamp(formatTimestamp(micros)), micros);
  }));
});

Deno.test("parseTimestamp() reads offsets, fractions and leap seconds", () => {
  const cases = [
    ["2026-05-03T05:12:51Z", "2026-05-03T05:12:51.000000Z"],
    ["2026-05-03T05:12:51.1Z", "2026-05-03T05:12:51.100000Z"],
    ["2026-05-03T05:12:51.123456+00:00", "2026-05-03T05:12:51.123456Z"],
    ["2026-05-03T05:12:51.123456789+02:00", "2026-05-03T03:12:51.123456Z"],
    ["2026-12-31T23:30:00-01:30", "2027-01-01T01:00:00.000000Z"],
    ["2026-05-03t05:12:51z", "2026-05-03T05:12:51.000000Z"],
    ["2026-05-03 05:12:51Z", "2026-05-03T05:12:51.000000Z"],
    ["2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z"],
    ["2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000000Z"],
    ["2199-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999Z"],
  ];
  for (const [text, utc] of cases) assert.equal(formatTimestamp(parseTimestamp(text!)!), utc, text);
});

Deno.test("parseTimestamp() returns undefined for what is no time", () => {
  const cases = [
    ..."|-|now|2026-05-03|2026-05-03T05:12:51|2026-05-03T05:12Z|2026-13-01T00:00:00Z".split("|"),
    ..."2026-00-01T00:00:00Z|2026-04-31T00:00:00Z|2025-02-29T00:00:00Z|2026-05-03T24:00:00Z".split(
      "|",
    ),
    ..."2026-05-03T05:60:00Z|2026-05-03T05:00:61Z|2026-05-03T05:00:00+24:00".split("|"),
    ..."2026-05-03T05:00:00+01:60|2026-05-03T05:00:00+0100|2026-05-03T05:00:00.Z".split("|"),
    ..."2026-05-03T05:00:00.1234567890Z|0050-05-03T05:00:00Z|9999-12-31T23:59:59Z| 2026-05-03T05:12:51Z"
      .split("|"),
    "2026-05-03T05:12:51Z\n",
    `2026-05-03T05:12:51.${"1".repeat(100_000)}`,
  ];
  for (const text of cases) assert.equal(parseTimestamp(text), undefined, text.slice(0, 50));
});

Deno.test("parseTimestampOrUtc() takes a time without zone for UTC", () => {
  assert.equal(
    formatTimestamp(parseTimestampOrUtc("2026-05-03 05:12:51")!),
    "2026-05-03T05:12:51.000000Z",
  );
  assert.equal(
    formatTimestamp(parseTimestampOrUtc("2026-05-03T05:12:51+01:00")!),
    "2026-05-03T04:12:51.000000Z",
  );
  assert.equal(parseTimestampOrUtc("2026-05-03"), undefined);
});
