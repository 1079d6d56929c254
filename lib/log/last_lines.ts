/** Reads files from the back. */
import { LF } from "./lines.ts";
import { type LogFile, readFully } from "./log_files.ts";
import { DEFAULT_MAX_LINE } from "./source.ts";

/** Bytes that are read at a time. */
const BLOCK_SIZE = 64 * 1024;

/** Whole lines of a file. */
export interface LogBlock {
  readonly bytes: Uint8Array;
  /** Where in the file the first of them starts. */
  readonly offset: number;
}

/** Where lines start, and how many there are from there on. */
export interface LinesStart {
  readonly offset: number;
  readonly lines: number;
}

/**
 * The start of the last `count` whole lines before `end`, or of all when there are fewer. What follows the
 * last newline is no line.
 */
export function startOfLastLines(file: LogFile, end: number, count: number): LinesStart {
  const block = new Uint8Array(BLOCK_SIZE);
  let lines = -1;
  for (let stop = end; stop > 0;) {
    const start = Math.max(0, stop - block.length);
    const length = readFully(file, block.subarray(0, stop - start), start);
    for (let at = lastNewline(block, length); at >= 0; at = lastNewline(block, at)) {
      lines++;
      if (lines === count) return { offset: start + at + 1, lines };
    }
    stop = start;
  }
  return { offset: 0, lines: Math.max(0, lines + 1) };
}

/** The start of the first line at or behind `offset`; `end` when none starts before it. */
export function nextLineStart(file: LogFile, offset: number, end: number): number {
  if (offset <= 0) return 0;
  const block = new Uint8Array(BLOCK_SIZE);
  for (let start = offset - 1; start < end; start += block.length) {
    const length = readFully(file, block.subarray(0, Math.min(block.length, end - start)), start);
    const found = block.subarray(0, length).indexOf(LF);
    if (found >= 0) return Math.min(end, start + found + 1);
    if (length < block.length) break;
  }
  return end;
}

/**
 * The whole lines before `end`, block by block from the back; those in a block are in their order. A line
 * over `maxLine` bytes is left out. Ends early when the file is cut meanwhile.
 */
export function* readBack(
  file: LogFile,
  end: number,
  maxLine = DEFAULT_MAX_LINE,
): Generator<LogBlock, void> {
  let size = BLOCK_SIZE;
  for (let stop = startOfLastLines(file, end, 0).offset; stop > 0;) {
    const start = Math.max(0, stop - size);
    const bytes = new Uint8Array(stop - start);
    if (readFully(file, bytes, start) < bytes.length) return;
    // The first line is whole only if the file starts with it.
    const first = start === 0 ? 0 : bytes.indexOf(LF) + 1;
    if (first < bytes.length) {
      yield { bytes: bytes.subarray(first), offset: start + first };
      stop = start + first;
      size = BLOCK_SIZE;
    } else if (size <= maxLine) {
      size = Math.min(size * 2, maxLine + 2);
    } else {
      stop = startOfLastLines(file, stop - 1, 0).offset;
      size = BLOCK_SIZE;
    }
  }
}

function lastNewline(bytes: Uint8Array, before: number): number {
  return before === 0 ? -1 : bytes.lastIndexOf(LF, before - 1);
}
