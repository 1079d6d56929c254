/** What a Docker engine sends: log streams with and without frames, and the stream of its events. */
import assert from "node:assert/strict";
import { ByteWriter, concatBytes } from "../../../lib/bytes.ts";
import { EventReader } from "../../../lib/docker/container_events.ts";
import { ContainerLines, LINE_FLAG } from "../../../lib/docker/container_lines.ts";
import { FrameError, LogFrames } from "../../../lib/docker/log_frames.ts";
import { formatSince, type LogTime, parseSince } from "../../../lib/docker/log_time.ts";
import { latin1Bytes } from "../../../lib/text/latin1.ts";
import { cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

/** By the first byte of an input. */
const KINDS = ["frames", "terminal", "events"] as const;

/** Short, so that lines over it come by. */
const MAX_LINE = 100;

const STAMP = "2026-01-02T03:04:05.000000006Z ";
const OTHER_STAMP = "2026-01-02T03:04:05.1+02:00 ";

const EVENTS = [
  '{"Type":"container","Action":"start","Actor":{"ID":"ab","Attributes":{"name":"web","a":"b"}},' +
  '"time":1767323045,"timeNano":1767323045000000006}',
  '{"status":"died","Actor":{"ID":"ab","Attributes":{"name":"web"}}}',
  '{"Type":"network","Action":"rename","Actor":{"ID":"","Attributes":null}}',
];

export const DOCKER_LOG: FuzzTarget = {
  name: "docker_log",
  words: [
    ...[STAMP, OTHER_STAMP, "2026-02-30T25:00:00.9999999999Z ", "\r\n", "\n", "\ufeff"],
    ...["\x01\0\0\0\0\0\0\x05", "\x02\0\0\0\0\x10\0\x01", '"timeNano":', "__proto__", "null"],
  ],
  seeds: () => [
    seed(0, frame(1, `${STAMP}one\n`), frame(2, `${STAMP}two\n`), frame(0, "three\n")),
    seed(0, frame(1, `${STAMP}in `), frame(2, `${OTHER_STAMP}x\n`), frame(1, `${STAMP}pieces\n`)),
    seed(0, frame(1, `${STAMP}no end`), frame(1, `${OTHER_STAMP}${"long ".repeat(30)}\n`)),
    seed(1, latin1Bytes(`${STAMP}one\r\n${OTHER_STAMP}two\n\r\nthree`)),
    seed(1, latin1Bytes(`${STAMP}${"x".repeat(16 * 1024)}${STAMP}y\r\n`)),
    seed(2, latin1Bytes(`${EVENTS.join("\n")}\n`)),
  ],
  run(input) {
    const kind = KINDS[(input[0] ?? 0) % KINDS.length]!;
    const bytes = input.subarray(1);
    if (kind === "events") return events(bytes);
    const isTerminal = kind === "terminal";
    const whole = read(isTerminal, [bytes]);
    assert.deepEqual(read(isTerminal, cut(bytes)), whole);
    for (const line of whole.lines) {
      checkLine(line);
      // What a frame holds is one line, whatever is in it.
      assert.ok(!isTerminal || !line.text.includes("\n"));
    }
    const { lines, problem } = whole;
    return `${kind} ${problem} ${Math.min(lines.length, 4)} ${lines.some((one) => one.truncated)}`;
  },
};

function frame(stream: number, text: string): Uint8Array {
  const bytes = latin1Bytes(text);
  return new ByteWriter().u8(stream).uint(3, 0).uint(4, bytes.length).bytes(bytes).finish();
}

function seed(kind: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(kind), ...parts);
}

function read(isTerminal: boolean, pieces: readonly Uint8Array[]) {
  const frames = new LogFrames(isTerminal, MAX_LINE);
  const all = new ContainerLines();
  let problem = "whole";
  try {
    for (const piece of pieces) {
      const lent = piece.slice();
      frames.push(lent, all);
      // What a piece lay in is read into again.
      lent.fill(0xee);
    }
    frames.end(all);
  } catch (error) {
    assert.ok(error instanceof FrameError, error as Error);
    problem = error.message;
  }
  const lines = Array.from({ length: all.count }, (_, index) => lineOf(all, index));
  return { lines, problem };
}

interface LogLine extends LogTime {
  readonly text: string;
  readonly stderr: boolean;
  readonly truncated: boolean;
}

function lineOf(lines: ContainerLines, index: number): LogLine {
  const flags = lines.flags[index]!;
  return {
    seconds: lines.seconds[index]!,
    nanos: lines.nanos[index]!,
    text: lines.text(index),
    stderr: (flags & LINE_FLAG.stderr) !== 0,
    truncated: (flags & LINE_FLAG.truncated) !== 0,
  };
}

function checkLine({ seconds, nanos, text }: LogLine): void {
  assert.ok(text.length <= MAX_LINE);
  assert.ok(Number.isSafeInteger(seconds) && nanos >= 0 && nanos < 1_000_000_000);
  assert.deepEqual(parseSince(formatSince({ seconds, nanos })), { seconds, nanos });
}

function events(bytes: Uint8Array): string {
  const readEvents = (pieces: readonly Uint8Array[]) => {
    const reader = new EventReader();
    return pieces.flatMap((piece) => reader.push(piece));
  };
  const whole = readEvents([bytes]);
  assert.deepEqual(readEvents(cut(bytes)), whole);
  for (const { id, name, labels } of whole) {
    assert.ok(id !== "" && typeof name === "string");
    assert.ok(Object.values(labels).every((label) => typeof label === "string"));
  }
  return `events ${whole.map(({ action, time }) => `${action} ${time === undefined}`)}`;
}
