import assert from "node:assert/strict";
import fc from "fast-check";
import { type BsdMessage, parseRfc3164 } from "./rfc3164.ts";

const micros = (text: string) => Date.parse(text) * 1000;
const CLOCK = { now: micros("2026-11-21T07:00:00Z"), offset: 0 };

function expected(parts: Partial<BsdMessage>): BsdMessage {
  return {
    facility: undefined,
    severity: undefined,
    time: undefined,
    host: "host",
    tag: undefined,
    pid: undefined,
    msg: "",
    ...parts,
  };
}

Deno.test("parseRfc3164() reads the examples of RFC 3164 5.4", () => {
  assert.deepEqual(
    parseRfc3164(
      "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
      CLOCK,
    ),
    expected({
      ...{ facility: 4, severity: 2, time: micros("2026-10-11T22:14:15Z"), host: "mymachine" },
      ...{ tag: "su", msg: "'su root' failed for lonvick on /dev/pts/8" },
    }),
  );
  // A message without HEADER: a relay has to add one.
  assert.equal(parseRfc3164("Use the BFG!", CLOCK), undefined);
  assert.deepEqual(
    parseRfc3164("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", CLOCK),
    expected({
      ...{ facility: 1, severity: 5, time: micros("2026-02-05T17:32:18Z"), host: "10.0.0.99" },
      msg: "Use the BFG!",
    }),
  );
  // The zone and the year there are none of the protocol's.
  assert.deepEqual(
    parseRfc3164("<165>Aug 24 05:34:00 CST 1987 mymachine myproc[10]: %% It's time", CLOCK)?.host,
    "CST",
  );
});

Deno.test("parseRfc3164() reads lines of files, with either form of time", () => {
  assert.deepEqual(
    parseRfc3164("Nov  1 01:02:03 decoy sshd[812]: Invalid user x", CLOCK),
    expected({
      ...{ time: micros("2026-11-01T01:02:03Z"), host: "decoy", tag: "sshd", pid: "812" },
      msg: "Invalid user x",
    }),
  );
  assert.deepEqual(
    parseRfc3164("2026-11-01T01:02:03.123456+02:00 decoy kernel: [ 1.0] x", CLOCK),
    expected({
      ...{ time: micros("2026-10-31T23:02:03Z") + 123_456, host: "decoy", tag: "kernel" },
      msg: "[ 1.0] x",
    }),
  );
});

Deno.test("parseRfc3164() finds the year, across its turn too, and the sender's zone", () => {
  const time = (line: string, now: string, offset = 0) => {
    const found = parseRfc3164(line, { now: micros(now), offset })?.time;
    return found === undefined ? undefined : new Date(found / 1000).toISOString();
  };
  assert.equal(
    time("Dec 31 23:59:59 h t: m", "2027-01-01T00:00:05Z"),
    "2026-12-31T23:59:59.000Z",
  );
  assert.equal(
    time("Jan  1 00:00:01 h t: m", "2026-12-31T23:59:58Z"),
    "2027-01-01T00:00:01.000Z",
  );
  assert.equal(
    time("Nov 21 09:00:00 h t: m", "2026-11-21T07:00:00Z", 120),
    "2026-11-21T07:00:00.000Z",
  );
  assert.equal(time("Feb 29 00:00:00 h t: m", "2027-03-01T00:00:00Z"), "2024-02-29T00:00:00.000Z");
  assert.equal(time("Nov 23 00:00:00 h t: m", "2026-11-21T07:00:00Z"), "2025-11-23T00:00:00.000Z");
  assert.equal(time("Feb 30 00:00:00 h t: m", "2026-03-01T00:00:00Z"), undefined);
});

Deno.test("parseRfc3164() takes no other line", () => {
  for (
    const line of [
      ...["", "<34>", "<192>Oct 11 22:14:15 h t: m", "<34>Okt 11 22:14:15 h t: m"],
      ...["<34>Oct 11 24:14:15 h t: m", "<34>Oct 11 22:14:15 h", "<34>Oct 1 22:14:15 h t: m"],
      ...["<134>1 2026-11-01T01:02:03Z decky ssh - x -", "x Oct 11 22:14:15 h t: m"],
    ]
  ) assert.equal(parseRfc3164(line, CLOCK), undefined, line);
});

Deno.test("parseRfc3164() never throws", () => {
  const head = fc.constantFrom("", "<34>", "Oct 11 22:14:15 h ", "<34>Oct 11 22:14:15 h x[1");
  fc.assert(fc.property(head, fc.string(), (start, rest) => {
    parseRfc3164(start + rest, CLOCK);
  }));
});
