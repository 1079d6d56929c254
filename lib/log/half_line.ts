/** Last lines that are given before their newline has come, and what they go on with. */
import type { LogNotice } from "./item.ts";
import { LF } from "./lines.ts";
import type { LogSource, Reading } from "./source.ts";

/**
 * When a last line is given that lacks its newline. It is given once: what it goes on with is left out, also by
 * a later reader that starts at the cursor behind it.
 */
export interface HalfLines {
  /** Milliseconds since the last change of the file. */
  readonly after: number;
  /** True for a line that need not go on. */
  readonly isWhole: (line: Uint8Array) => boolean;
}

/** A look that has found lines. */
type Lines = Reading & { readonly kind: "lines" };

/**
 * The line without a newline that the last look at `source` has found, with one added, when it is time to give
 * it; undefined before.
 *
 * @param now milliseconds since the epoch
 * @throws {LogFileError}
 */
export function dueHalfLine(
  source: LogSource,
  { after, isWhole }: HalfLines,
  now: number,
): Lines | undefined {
  if (source.halfLine === 0 || source.place.isInLine) return undefined;
  if (now - source.modified() < after) return undefined;
  const reading = source.rest();
  if (reading.kind !== "lines") return undefined;
  const line = reading.bytes.subarray(0, reading.end - 1);
  // NULs are a hole that may go on, and a place behind them is not taken for one within a line.
  if (line.at(-1) === 0 || !isWhole(line)) return undefined;
  // A writer that takes the line back to write it anew moves reading back to where it starts, and no farther.
  source.place.anchor();
  return reading;
}

/** What a look has found behind the rest of a line. */
export interface BehindRest {
  /** Index in the bytes of the look; 0 where they begin with a line. */
  readonly start: number;
  /** Tells what was left out; undefined for nothing but a newline. */
  readonly notice: LogNotice | undefined;
}

/**
 * Moves the place of `source` over what the line goes on with that was given as a half one, and over its newline.
 *
 * @param torn the last newline of the lines is not in the file
 */
export function passRest(
  { path, place }: LogSource,
  { bytes, end }: Lines,
  torn: boolean,
): BehindRest {
  if (!place.isInLine) return { start: 0, notice: undefined };
  const start = bytes.indexOf(LF) + 1;
  const { offset } = place;
  place.advance(bytes, torn && start === end ? start - 1 : start);
  const isMore = start > 1;
  return {
    start,
    notice: isMore
      ? { kind: "skipped", path, offset, bytes: place.offset - offset, isRest: true }
      : undefined,
  };
}
