/** Syslog as it comes in: messages out of streams, and heads of RFC 3164. */
import assert from "node:assert/strict";
import { type Frame, SyslogFramer } from "../../../lib/syslog/framer.ts";
import { formatSyslogAddress, parseSyslogAddress } from "../../../lib/syslog/listen_address.ts";
import { type BsdClock, parseRfc3164 } from "../../../lib/syslog/rfc3164.ts";
import { latin1, latin1Bytes } from "../../../lib/text/latin1.ts";
import { cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

/** Short, so that messages over it come by. */
const MAX_MESSAGE = 150;

const CLOCK: BsdClock = { now: Date.UTC(2026, 2, 1) * 1000, offset: 60 };

/** Microseconds by which a sender's clock may be ahead. */
const SKEW = 86_400_000_000;

const MESSAGES = [
  "<34>Oct 11 22:14:15 mymachine su: 'su root' failed",
  "<191>Feb 29 23:59:60 a b/c[12]: d",
  "2026-01-02T03:04:05.678+02:00 host prog[x-1.y]:text",
  "Jan  1 00:00:00 host no tag: here",
];

export const SYSLOG: FuzzTarget = {
  name: "syslog",
  words: [
    ...["\n", "\r\n", "\0", "0 ", "5 ", "999999999 ", "10 <34>Oct 1", "<192>", "<0>", "]: ", ": "],
    ...[
      "Feb 29 ",
      "Feb 30 ",
      "24:00:00",
      "9999-12-31T23:59:59.999999Z",
      "udp://[::1]:514",
      "tls://*",
    ],
  ],
  seeds: () =>
    [
      MESSAGES.join("\n"),
      MESSAGES.map((message) => `${message.length} ${message}`).join(""),
      MESSAGES.map((message) => `${message.length + 1} ${message}\n`).join("\n"),
      `7 <34>a\0\n200 ${"long ".repeat(40)}${"longer ".repeat(30)}\n12`,
      ...MESSAGES,
      ...["udp://", "tcp://[2001:db8::1]:601/", "tls://host.example:6514"],
    ].map(latin1Bytes),
  run(input) {
    const whole = frames([input]);
    assert.deepEqual(frames(cut(input)), whole);
    const kept = whole.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assert.ok(kept <= input.length, "more than came");
    for (const { bytes } of whole) assert.ok(bytes.length > 0 && bytes.length <= MAX_MESSAGE);
    const kinds = whole.slice(0, 4).map(({ bytes, truncated }) =>
      `${head(latin1(bytes, 0, bytes.length))} ${truncated}`
    );
    return `${Math.min(whole.length, 4)} ${kinds} ${address(latin1(input, 0, input.length))}`;
  },
};

function frames(pieces: readonly Uint8Array[]): Frame[] {
  const framer = new SyslogFramer(MAX_MESSAGE);
  return [...pieces.flatMap((piece) => framer.push(piece)), ...framer.end()];
}

function head(text: string): string {
  const message = parseRfc3164(text, CLOCK);
  if (message === undefined) return "none";
  const { facility, severity, time, host, tag, pid, msg } = message;
  assert.equal(facility === undefined, severity === undefined);
  assert.ok(facility === undefined || facility <= 23 && severity! <= 7);
  assert.ok(text.includes(host) && text.endsWith(msg) && text.includes(tag ?? ""));
  assert.ok(pid === undefined || tag !== undefined);
  assert.ok(time === undefined || Number.isSafeInteger(time));
  // A time with its year may be any.
  assert.ok(/^(?:<\d+>)?\d/.test(text) || time === undefined || time <= CLOCK.now + SKEW);
  return `${facility === undefined} ${time === undefined} ${tag === undefined}`;
}

function address(text: string): boolean {
  const parsed = parseSyslogAddress(text);
  if (parsed === undefined) return false;
  assert.ok(parsed.port >= 0 && parsed.port <= 65_535 && parsed.hostname !== "");
  assert.deepEqual(parseSyslogAddress(formatSyslogAddress(parsed)), parsed);
  return true;
}
