import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryOutput } from "../../tests/support/collect_output.ts";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { concatBytes } from "../bytes.ts";
import { ContainerLines, LINE_FLAG } from "../docker/container_lines.ts";
import { HeldBack } from "./held_back.ts";
import { Limiter } from "./limiter.ts";
import { ChunkBatch, type LineChunk } from "./line_chunk.ts";
import { LineRecorder } from "./line_recorder.ts";
import type { RecorderOptions } from "./recording.ts";
import { QuickLine } from "./quick_line.ts";
import type { Origin, SourceBatch } from "./source.ts";
import { StampedBatch } from "./stamped_batch.ts";
import { freshCounters } from "./stats.ts";

const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };
const NOW = 1_795_000_000_000_000;
const MAX_LINE = 9000;

function chunkOf(text: string, offset = 0): LineChunk {
  // Something before it and behind it, as in a buffer that is used again.
  const bytes = new TextEncoder().encode(`\u20ac\n${text}\u20ac"=\\ more`);
  const end = bytes.length - 11;
  return { bytes, start: 4, end, offset, place: "1:2:", maxLine: MAX_LINE };
}

/** What becomes of a batch: both files, the counts, and what was held back. */
function recorded(batch: SourceBatch, options: Partial<RecorderOptions>): unknown {
  const output = new MemoryOutput();
  const counters = freshCounters();
  const held = new HeldBack();
  const recorder = new LineRecorder({
    sensor: 's"\u202e',
    limiter: new Limiter({ window: 1_000_000, types: ["connect", "accept"] }),
    held,
    counters,
    dropApps: new Set(["cron", "sshd"]),
    guessIp: false,
    zoneOffset: 0,
    ...options,
  });
  const last = recorder.record(batch, { output, back: undefined, now: NOW, clock: 7 });
  const files = [output.log, output.json].map((buffer) => [buffer.text(), buffer.count]);
  return { files, counters, held: held.save(), last };
}

/** Records the lines as bytes and as text. */
function both(text: string, options: () => Partial<RecorderOptions> = () => ({})): unknown[] {
  const chunk = chunkOf(text, 5_000_000_000);
  const batch = new ChunkBatch("file/x", NOBODY, chunk);
  const asText = { key: batch.key, origin: NOBODY, lines: batch.lines, position: undefined };
  return [recorded(batch, options()), recorded(asText, options())];
}

/** Records lines of a container as bytes and as text. */
function bothStamped(
  texts: readonly string[],
  origin: Origin,
  options: () => Partial<RecorderOptions> = () => ({}),
): unknown[] {
  const lines = new ContainerLines();
  for (const [index, text] of texts.entries()) {
    const bytes = new TextEncoder().encode(text);
    // Some seconds, several lines of one time, and some that were cut.
    const time = { seconds: NOW / 1_000_000 + (index >> 4), nanos: (index >> 1) * 1001 };
    const flags = index % 31 === 30 ? LINE_FLAG.truncated : 0;
    lines.add(time, flags, new DataView(bytes.buffer), 0, bytes.length);
    lines.numbers[index] = 1 + (index & 1);
  }
  const batch = new StampedBatch("docker/0123", origin, lines);
  const asText = { key: batch.key, origin, lines: batch.lines, position: undefined };
  return [recorded(batch, options()), recorded(asText, options())];
}

/** Nearly always what is in order: a line has many parts, and is in order only where all of them are. */
function mostly<T>(good: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 60, arbitrary: good }, { weight: 1, arbitrary: other });
}

const word = mostly(
  fc.constantFrom("-", "decky", "ssh", "cron", "sshd", "command", "connect", "accept", "a=b", "a]"),
  fc.constantFrom('a"', "\\", "raw_line", "_\u00e9", "", "x y"),
);
const time = mostly(
  fc.tuple(
    fc.constantFrom("2026-05-03T05:12:51", "2026-05-03T05:12:51", "2026-05-03T05:12:52"),
    fc.constantFrom("", ".1", ".123456", ".123457", ".999999999"),
    fc.constantFrom("Z", "Z", "+00:00", "+00:00", "+02:30", "-23:59"),
  ).map((parts) => parts.join("")),
  fc.constantFrom(
    ...["-", "x", "1969-12-31T23:59:59Z", "2255-01-01T00:00:00Z", "2026-05-03T05:12:60.5Z"],
    ...["2026-05-03 05:12:51Z", "2026-02-30T05:12:51Z", "2026-05-03T05:12:51.Z"],
    ...["2026-05-03T05:12:51.0000000001Z", "2026-05-03T05:12:51z", "2026-05-03T05:12:51"],
    ...["2026-05-03T05:12:51+24:00", "2026-05-03T05:12:51 +0:00"],
  ),
);
const name = mostly(
  fc.constantFrom("src_ip", "src", "client_ip", "ip", "remote_addr", "user", "a-b", "9", "1", "x"),
  fc.constantFrom("a\\", "remote_port", "__proto__", "\u00e9", ""),
);
const value = mostly(
  fc.oneof(
    fc.constantFrom("192.0.2.1", "10.0.0.255", "0.0.0.0"),
    fc.constantFrom("root", "", " ", "x y", "a=b", '\\"', "\\]", "\\\\", "\\n", "]", "["),
  ),
  fc.oneof(
    fc.constantFrom(
      ...[
        "192.0.2.1:0",
        "192.0.2.1:080",
        "192.0.2.1:65536",
        "192.0.2.1:",
        "01.2.3.4",
        "1.2.3.256",
        "2001:db8::1",
        "::ffff:1.2.3.4",
        "1.2.3",
      ],
      ...["1.2.3.4.5", "1..2.3", "\\u0007", '\\\\"', "\u0007", "\u202e", "\u00e9", "\\"],
    ),
    fc.string({ unit: fc.constantFrom(...'ab\\"] =u0[7'), maxLength: 8 }),
  ),
);
const named = fc.tuple(name, value);
// So that most lines with an attacker have an address there.
const attacker = fc.tuple(
  fc.constantFrom("src_ip", "src", "remote_addr", "target_ip"),
  mostly(fc.constantFrom("192.0.2.1", "2001:db8::1", "192.0.2.1:8080"), value),
);
const other = fc.tuple(fc.constantFrom("user", "a-b", "9", "10", "x", "data"), value);
const parameter = fc.tuple(
  fc.oneof({ weight: 3, arbitrary: attacker }, { weight: 6, arbitrary: other }, named),
  mostly(fc.constant(" "), fc.constantFrom("  ", "")),
).map(([[key, text], space]) => `${space}${key}="${text}"`);
const element = fc.tuple(
  mostly(fc.constantFrom("relay@55555", "x"), fc.constantFrom("", "a b", "a=")),
  fc.array(parameter, { maxLength: 3 }),
  mostly(fc.constant(""), fc.constant(" ")),
).map(([id, parameters, space]) => `[${id}${parameters.join("")}${space}]`);
const data = mostly(
  fc.oneof(
    element,
    element,
    fc.constant("-"),
    fc.tuple(element, element).map((two) => two.join("")),
  ),
  fc.constantFrom("--", "", "[", "[x"),
);
const pair = fc.tuple(
  mostly(fc.constantFrom("uid", "user", "src", "pwd", "cmd"), fc.constantFrom("event", "x", "")),
  mostly(
    fc.constantFrom("0", "192.0.2.9", "/a b", 'echo "x\\y" > z', "1 cmd=2"),
    fc.constantFrom("", "\\u0007", "::1", "\u00e9"),
  ),
).map(([key, text]) => ` ${key}=${text}`);
const message = fc.oneof(
  fc.constantFrom("", "", "", " ", " hi", ' a "b" ]', " a\\b", " from 192.0.2.1", " CMDx"),
  mostly(
    fc.constant(""),
    fc.constantFrom(
      ...[" a\\u0007", " a\\u005cu0007", " k=v", ' k="v w"', " \ufeffbom", " \u0007", " CMD ", "x"],
      ...[" <134>1 2026-05-03T05:12:51Z h a - m -", " 2026-05-03T05:12:51Z h a p m - x"],
    ),
  ),
  fc.array(pair, { maxLength: 4 }).map((pairs) => ` CMD${pairs.join("")}`),
);
const priority = mostly(
  fc.constantFrom("<134>1", "<0>1", "<191>1", "<007>1"),
  fc.constantFrom("<192>1", "<>1", "<0134>1", "<1>2", "1"),
);
const header = fc.tuple(priority, time, word, word, word, word).map((parts) => parts.join(" "));
const command = fc.tuple(header, fc.array(pair, { maxLength: 4 }))
  .map(([start, pairs]) => `${start.replace(/\S+$/, "-")} - CMD${pairs.join("")}`);
const line = mostly(
  fc.oneof(
    { weight: 4, arbitrary: fc.tuple(header, data, message).map(([h, d, m]) => `${h} ${d}${m}`) },
    command,
  ),
  fc.oneof(
    fc.constantFrom(
      "",
      "\r",
      "junk",
      "<",
      "<134>1 ",
      "May  3 05:12:51 h sshd[1]: x",
      "x".repeat(9100),
    ),
    fc.string({ unit: CODE_POINT, maxLength: 80 }).map((text) => text.replaceAll("\n", "")),
  ),
);
const end = mostly(fc.constant("\n"), fc.constant("\r\n"));
const text = fc.array(fc.tuple(line, end), { maxLength: 25 })
  .map((lines) => lines.map((parts) => parts.join("")).join(""));

Deno.test("ChunkRecorder records of lines as bytes what LineRecorder does of them as text", () => {
  fc.assert(
    fc.property(text, fc.boolean(), (lines, guessIp) => {
      const [asBytes, asText] = both(lines, () => ({ guessIp }));
      assert.deepEqual(asBytes, asText);
    }),
    { numRuns: 300 },
  );
});

const ORIGINS: readonly Origin[] = [
  NOBODY,
  { decky: undefined, service: undefined, container: "web" },
  { decky: "decky", service: "ssh", container: "decky-ssh" },
  { decky: "other", service: "ssh", container: "other-ssh" },
  { decky: "d\u00e9\u202e", service: 'x"', container: "c" },
  { decky: undefined, service: "sshd", container: "sshd" },
];

Deno.test("ChunkRecorder records of a container's lines what LineRecorder does, whoever they are of", () => {
  const torn = fc.tuple(line, line).map((two) => two.join("\n"));
  const one = fc.oneof(
    { weight: 20, arbitrary: line },
    torn,
    line.map((text) => `${text}\r`),
    line.map((text) => text.replace("[", '[a origin_decky="x"][')),
  );
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 40 }),
      fc.constantFrom(...ORIGINS),
      fc.boolean(),
      (lines, origin, guessIp) => {
        const [asBytes, asText] = bothStamped(lines, origin, () => ({ guessIp }));
        assert.deepEqual(asBytes, asText);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("ChunkRecorder does so for the lines that decoys print", () => {
  const fields = ' origin_service="x"]';
  const lines = [...USUAL, ...SPECIAL, ...USUAL.map((usual) => usual.replace("]", fields))];
  for (const origin of ORIGINS) {
    const [asBytes, asText] = bothStamped(lines, origin);
    assert.deepEqual(asBytes, asText);
  }
});

Deno.test("ChunkRecorder leaves limited commands to who reads them", () => {
  const command =
    "<134>1 2026-05-03T05:12:51.123456Z decky bash - - - CMD uid=0 src=192.0.2.1 cmd=w";
  const [asBytes, asText] = both(`${command}\n${command}\n`, () => ({
    limiter: new Limiter({ window: 1_000_000, types: ["command"] }),
  }));
  assert.deepEqual(asBytes, asText);
  assert.match(JSON.stringify(asBytes), /"count":1/);
});

/** Lines such as decoys print nearly always. */
const USUAL = [
  '<134>1 2026-05-03T05:12:51.000944+00:00 decky-03 ssh - connect [relay@55555 src_ip="11.0.2.3"]',
  '<134>1 2026-05-03T05:12:51Z d http - request [r@1 path="/" remote_addr="1.2.3.4" ua="\\"x\\"" 1="y"]',
  '<134>1 2026-05-03T05:12:51Z d tcp - open [r@1 remote_addr="192.0.2.1:50412" user="x"]',
  '<134>1 2026-05-03T05:12:51Z d tcp - open [r@1 src="192.0.2.1:50412" remote_port="9"]',
  '<134>1 2026-05-03T05:12:51Z d tcp - open [r@1 src_ip="2001:db8:0:1::ffff" user="x"]',
  '<134>1 2026-05-03T05:12:51.255Z d x - t [r@1 ip="192.168.255.1" src="9.9.9.9" b="\\]\\\\u0007"] hi',
  "<134>1 2026-05-03T05:12:51.5+02:00 d sshd 4711 - - Accepted password for root from 1.2.3.4",
  "<134>1 2026-05-03T05:12:51.123456Z d bash - - - CMD uid=0 user=root src=1.2.3.4 pwd=/ cmd=id x",
  "<134>1 2026-05-03T05:12:59.123456Z decky cron - startup -",
];

/** What makes another line of a line when it comes to stand in it. */
const INTRUDERS = [
  ...'"\\]= -[<1u256:',
  "\u0007",
  "\u00e9",
  "\u202e",
  "\r",
  "\\u0007",
  "\\u005c",
  " k=v",
];

const HEADER = "<134>1 2026-05-03T05:12:51Z d bash - -";
const LEAP = "<134>1 2026-12-31T23:59:60.XZ d ssh - x -";

/** Lines of which one part makes all the difference. */
const SPECIAL = [
  `${HEADER} - ${HEADER} - inner`,
  `${HEADER} [r@1 a="b"] ${HEADER} -`,
  `${HEADER} - ${HEADER.slice(7)} - inner`,
  `${HEADER} [r@1 a="b"] CMD uid=0 src=192.0.2.1 cmd=w`,
  `${HEADER} - CMD uid=0 cmd=${"x".repeat(8170)}`,
  `${HEADER} - CMD uid=0 cmd=${"x".repeat(8200)}`,
  `${HEADER} - CMD `,
  `${HEADER} - CMD`,
  `${HEADER} - ${"y".repeat(9000)}`,
  ...["5", "7", "123456"].map((digits) => LEAP.replace("X", digits)),
  ...["5", "7"].map((digits) => LEAP.replace("60", "59").replace("X", digits)),
];

Deno.test("ChunkRecorder does so whatever comes to stand at any place of a line", () => {
  const lines = [...SPECIAL];
  for (const usual of USUAL) {
    for (let index = 0; index <= usual.length; index++) {
      const [before, behind] = [usual.slice(0, index), usual.slice(index)];
      for (const intruder of INTRUDERS) {
        lines.push(before + intruder + behind, before + intruder + behind.slice(1));
      }
      lines.push(before, before + behind.slice(1), before + behind.slice(0, 1) + behind);
    }
  }
  for (const guessIp of [false, true]) {
    const [asBytes, asText] = both(lines.map((line) => `${line}\n`).join(""), () => ({ guessIp }));
    assert.deepEqual(asBytes, asText);
  }
});

/** Bytes of no text: some are no number where eight are read as one, some look like what is known of a zone. */
const RAW = [
  [0xff],
  [0x7f],
  [0],
  [0xf8, 0xff],
  [0xf0, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
].map((bytes) => Uint8Array.from(bytes));

Deno.test("ChunkRecorder does so whatever bytes come to stand at any place of a line, or behind it", () => {
  const lines: Uint8Array[] = [];
  for (const usual of USUAL) {
    const bytes = new TextEncoder().encode(usual);
    const zone = usual.search(/Z |[+]\d\d:\d\d /);
    for (const raw of RAW) {
      const begins = concatBytes(raw, bytes);
      lines.push(bytes, begins, concatBytes(bytes, raw), concatBytes(bytes.subarray(0, zone), raw));
      for (let at = zone; at < bytes.length; at++) {
        lines.push(bytes, concatBytes(bytes.subarray(0, at), raw, bytes.subarray(at)));
      }
      const behindZone = bytes.subarray(usual.indexOf(" ", zone));
      lines.push(bytes, concatBytes(bytes.subarray(0, zone), raw, behindZone));
    }
  }
  const all = concatBytes(...lines.flatMap((line) => [line, Uint8Array.of(0x0a)]));
  const stamped = new ContainerLines();
  for (const [index, line] of lines.entries()) {
    const view = new DataView(line.buffer, line.byteOffset, line.length);
    stamped.add({ seconds: 1_795_000_000, nanos: index }, 0, view, 0, line.length);
    stamped.numbers[index] = 1;
  }
  const chunk = { bytes: concatBytes(all, RAW[3]!, new Uint8Array(8)), start: 0, end: all.length };
  const whole: LineChunk = { ...chunk, offset: 0, place: "1:2:", maxLine: MAX_LINE };
  for (
    const batch of [
      new ChunkBatch("file/x", NOBODY, whole),
      new StampedBatch("docker/0123", NOBODY, stamped),
    ]
  ) {
    const { key, origin } = batch;
    const asText = { key, origin, lines: batch.lines, position: undefined };
    assert.deepEqual(recorded(batch, {}), recorded(asText, {}));
  }
});

Deno.test("QuickLine reads the lines that decoys print", () => {
  for (const usual of USUAL.filter((line) => !line.includes(' 1="'))) {
    const { bytes, start, end } = chunkOf(`${usual}\n`);
    const subject = new QuickLine();
    const view = new DataView(bytes.buffer);
    assert.ok(subject.read(bytes, view, start, end), usual);
    assert.deepEqual([subject.stop, subject.next], [end - 1, end]);
  }
});
