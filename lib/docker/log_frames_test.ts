import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { concatBytes } from "../bytes.ts";
import { frame } from "../../tests/support/docker_frames.ts";
import { ContainerLines, LINE_FLAG } from "./container_lines.ts";
import { FrameError, LogFrames } from "./log_frames.ts";
import type { LogTime } from "./log_time.ts";

const encoder = new TextEncoder();

const STAMP = "2026-11-21T01:58:22.000000001Z";
const LATER = "2026-11-21T01:58:22.000000002Z";

/** A line, as it is compared. */
interface LogLine extends LogTime {
  readonly text: string;
  readonly stderr: boolean;
  readonly truncated: boolean;
}

interface ReadOptions {
  readonly tty?: boolean;
  readonly maxLine?: number;
  /** Whether the stream has ended. */
  readonly ended?: boolean;
}

function read(
  pieces: readonly Uint8Array[],
  { tty = false, maxLine, ended = false }: ReadOptions = {},
): LogLine[] {
  const frames = new LogFrames(tty, maxLine);
  const lines = new ContainerLines();
  for (const piece of pieces) frames.push(piece, lines);
  if (ended) frames.end(lines);
  return Array.from({ length: lines.count }, (_, index) => ({
    seconds: lines.seconds[index]!,
    nanos: lines.nanos[index]!,
    text: lines.text(index),
    stderr: (lines.flags[index]! & LINE_FLAG.stderr) !== 0,
    truncated: (lines.flags[index]! & LINE_FLAG.truncated) !== 0,
  }));
}

const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text);

const raw = (text: string) => encoder.encode(text);

Deno.test("LogFrames gives each line with its time and its stream", () => {
  const lines = read([frame(`${STAMP} one\n`), frame(`${LATER} two\n`, 2)]);
  assert.deepEqual(lines, [
    { seconds: 1795226302, nanos: 1, text: "one", stderr: false, truncated: false },
    { seconds: 1795226302, nanos: 2, text: "two", stderr: true, truncated: false },
  ]);
});

Deno.test("LogFrames keeps lines as they came: empty, with CR, with a byte order mark, NUL, bad UTF-8", () => {
  for (const text of ["", "a\r", "\ufeffa", "a\0b", " a ", "\u{1f41f}"]) {
    assert.deepEqual(texts(read([frame(`${STAMP} ${text}\n`)])), [text]);
  }
  const bad = concatBytes(raw(`${STAMP} a`), Uint8Array.of(0xff, 0x0a));
  assert.deepEqual(texts(read([frame(bad)])), ["a\ufffd"]);
});

Deno.test("LogFrames joins pieces of one time, on each stream by itself (F23)", () => {
  const lines = read([
    frame(`${STAMP} ${"a".repeat(16384)}`),
    frame(`${STAMP} other\n`, 2),
    frame(`${STAMP} ${"b".repeat(16384)}`),
    frame(`${STAMP} end\n`),
  ]);
  assert.deepEqual(texts(lines), ["other", `${"a".repeat(16384)}${"b".repeat(16384)}end`]);
});

Deno.test("LogFrames ends a piece where the next has another time: a container stopped there", () => {
  assert.deepEqual(texts(read([frame(`${STAMP} prompt`), frame(`${LATER} next\n`)])), [
    "prompt",
    "next",
  ]);
});

Deno.test("LogFrames gives a line without an end when the stream has ended", () => {
  const pieces = [frame(`${STAMP} one\n`), frame(`${LATER} two`)];
  assert.deepEqual(texts(read(pieces)), ["one"]);
  assert.deepEqual(texts(read(pieces, { ended: true })), ["one", "two"]);
  assert.deepEqual(texts(read([raw(`${STAMP} a`)], { tty: true, ended: true })), ["a"]);
});

Deno.test("LogFrames throws where a stream ends within a frame", () => {
  const whole = frame(`${STAMP} one\n`);
  for (const length of [1, 8, whole.length - 1]) {
    const pieces = [whole, whole.subarray(0, length)];
    assert.deepEqual(texts(read(pieces)), ["one"]);
    assert.throws(() => read(pieces, { ended: true }), FrameError);
  }
});

Deno.test("LogFrames cuts a line that is too long, says so, and goes on behind it (F22)", () => {
  const pieces = Array.from({ length: 20 }, () => frame(`${STAMP} ${"a".repeat(16384)}`));
  const lines = read([...pieces, frame(`${STAMP} a\n`), frame(`${LATER} next\n`)]);
  assert.deepEqual(lines.map(({ text, truncated }) => [text.length, truncated]), [
    [256 * 1024, true],
    [4, false],
  ]);
  const long = raw(`${STAMP} ${"a".repeat(3_000_000)}\r\n${LATER} next\r\n`);
  for (const pieces of [[long], chunks(long, 65536)]) {
    assert.deepEqual(
      read(pieces, { tty: true }).map(({ text, truncated }) => [text.length, truncated]),
      [[256 * 1024, true], [4, false]],
    );
  }
});

Deno.test("LogFrames gives a frame without a time that of the line before", () => {
  assert.deepEqual(
    read([frame("bare\n"), frame(`${LATER} one\n`), frame("two\n")])
      .map(({ nanos, text }) => [nanos, text]),
    [[0, "bare"], [2, "one"], [2, "two"]],
  );
});

Deno.test("LogFrames reads the plain bytes of a terminal", () => {
  const bytes = raw(`${STAMP} one\r\n${LATER} two\r\n${LATER} \r\n`);
  assert.deepEqual(
    read([bytes], { tty: true }).map(({ nanos, text }) => [nanos, text]),
    [[1, "one"], [2, "two"], [2, ""]],
  );
});

Deno.test("LogFrames takes the timestamps out of a terminal's long lines, and only those", () => {
  const a = "a".repeat(16384);
  const bytes = raw(`${STAMP} ${a}${STAMP} ${a}${STAMP} end ${STAMP} x\r\n`);
  assert.deepEqual(texts(read([bytes], { tty: true })), [`${a}${a}end ${STAMP} x`]);
});

Deno.test("LogFrames throws where no frame begins (F27)", () => {
  for (
    const header of [[3, 0, 0, 0, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 255, 0, 0, 0]]
  ) {
    assert.throws(() => read([Uint8Array.from([...header, 65])]), FrameError);
  }
});

function chunks(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, index) => bytes.subarray(index * size, (index + 1) * size),
  );
}

Deno.test("LogFrames gives the same lines however the stream is cut", () => {
  const line = fc.record({
    text: fc.string({ unit: CODE_POINT, maxLength: 30 }).map((text) => text.replaceAll("\n", "")),
    stream: fc.constantFrom(1, 2),
    ended: fc.boolean(),
  });
  fc.assert(fc.property(
    fc.array(line, { maxLength: 20 }),
    fc.boolean(),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
    (all, tty, sizes) => {
      const stream = concatBytes(...all.map(({ text, stream, ended }, index) => {
        const content = `2026-11-21T01:58:22.${String(index).padStart(9, "0")}Z ${text}`;
        return tty ? raw(`${content}\r\n`) : frame(ended ? `${content}\n` : content, stream);
      }));
      const pieces: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length]!;
        pieces.push(stream.slice(at, at + size));
        at += size;
      }
      assert.deepEqual(
        read(pieces, { tty, ended: true }),
        read([stream], { tty, ended: true }),
      );
    },
  ));
});

Deno.test("LogFrames throws nothing but FrameError", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, tty) => {
    try {
      read([bytes], { tty, ended: true });
    } catch (error) {
      assert.ok(error instanceof FrameError);
    }
  }));
});
