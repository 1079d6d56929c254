/** Files of logs: lines from the front and from the back, and the places in them that are stored. */
import assert from "node:assert/strict";
import { parseLogCursor } from "../../../lib/log/cursor.ts";
import { nextLineStart, readBack, startOfLastLines } from "../../../lib/log/last_lines.ts";
import { forEachLine, LF, wholeLinesEnd } from "../../../lib/log/lines.ts";
import type { LogFile } from "../../../lib/log/log_files.ts";
import { latin1, latin1Bytes } from "../../../lib/text/latin1.ts";
import { choice } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

/** Short, so that lines over it come by where a block of the reader is shorter than they are. */
const MAX_LINE = 70_000;

const HASH = "0123456789abcdef".repeat(2);

const CURSORS = [
  { v: 1, offset: 0, head: "", tail: "", dev: 1, ino: 2, before: [] },
  {
    ...{ v: 1, offset: 2000, head: HASH, tail: HASH, dev: 1, ino: 2 },
    before: [{ size: 256, hash: HASH }],
    anchors: [{ offset: 1024, tail: HASH }],
  },
];

export const LOG_FILE: FuzzTarget = {
  name: "log_file",
  words: ["\n", "\n\n", "\r\n", "\0\0\0\0", '"before":[', '"anchors":[', "1e400", "-1", "null"],
  seeds: () =>
    [
      "one\ntwo\n\nthree\nno end",
      `${"x".repeat(65_535)}\ny\n`,
      `a\n${"x".repeat(140_000)}\nb\n`,
      ...CURSORS.map((cursor) => JSON.stringify(cursor)),
    ].map(latin1Bytes),
  run(input) {
    const lines = forward(input);
    const end = wholeLinesEnd(input, input.length);
    assert.equal(lines.reduce((sum, line) => sum + line.length + 1, 0), end);
    const file = inMemory(input);
    backward(file, input, lines);
    last(file, input, lines, end);
    return `${Math.min(lines.length, 4)} ${end === input.length} ${cursor(input)}`;
  },
};

function forward(input: Uint8Array): string[] {
  const lines: string[] = [];
  const read = forEachLine(input, input.length, (start, stop) => {
    assert.equal(input[stop], LF);
    lines.push(latin1(input, start, stop));
  });
  assert.equal(read, wholeLinesEnd(input, input.length));
  return lines;
}

/** All lines that are not too long, and none else; from the back. */
function backward(file: LogFile, input: Uint8Array, lines: readonly string[]): void {
  let found: string[] = [];
  let before = input.length;
  for (const { bytes, offset } of readBack(file, input.length, MAX_LINE)) {
    assert.ok(offset + bytes.length <= before && bytes.at(-1) === LF);
    before = offset;
    found = [...forward(bytes), ...found];
  }
  // A long line between others of its block may come.
  assert.deepEqual(found.filter(isShort), lines.filter(isShort));
}

function isShort(line: string): boolean {
  return line.length <= MAX_LINE;
}

function last(file: LogFile, input: Uint8Array, lines: readonly string[], end: number): void {
  const count = choice(input, lines.length + 2);
  const start = startOfLastLines(file, input.length, count);
  assert.equal(start.lines, Math.min(count, lines.length));
  assert.deepEqual(
    forward(input.subarray(start.offset)),
    count === 0 ? [] : lines.slice(-count),
  );
  const from = choice(input, input.length + 1);
  const next = nextLineStart(file, from, end);
  assert.ok(next === 0 || next === end || next >= from && input[next - 1] === LF);
}

function inMemory(input: Uint8Array): LogFile {
  return {
    read(bytes, position) {
      const part = input.subarray(position, position + bytes.length);
      bytes.set(part);
      return part.length;
    },
    facts: () => {
      throw new Error("nobody asks");
    },
    close: () => {},
  };
}

/** A place that is read is written and read again the same. */
function cursor(input: Uint8Array): boolean {
  let value: unknown;
  try {
    value = JSON.parse(latin1(input, 0, input.length));
  } catch {
    return false;
  }
  const parsed = parseLogCursor(value);
  if (parsed === undefined) return false;
  assert.deepEqual(parseLogCursor(JSON.parse(JSON.stringify(parsed))), parsed);
  return true;
}
