/** One file of a log, read from front to back. */
import type { Anchor } from "./cursor.ts";
import type { Place } from "./place.ts";

/** Bytes of a line, its newline not counted, beyond which it is left out. */
export const DEFAULT_MAX_LINE = 1024 * 1024;

/** What a look at a file gives. */
export type Reading =
  /** Whole lines from the place on: `bytes` up to `end`. The place is still before them. */
  | { readonly kind: "lines"; readonly bytes: Uint8Array; readonly end: number }
  /** So many bytes were left out; the place is behind them. */
  | { readonly kind: "skipped"; readonly offset: number; readonly bytes: number }
  /** Nothing yet: look again. */
  | { readonly kind: "more" }
  /** There is no whole line any more. */
  | { readonly kind: "end" }
  /** What is before the place is not what was read there. */
  | { readonly kind: "changed" };

/** A file that is open for reading. */
export interface LogSource {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** True when the file cannot grow: it is compressed, or a stream. */
  readonly isSealed: boolean;
  /** Everything before it has been given. Whoever gives lines on moves it over them. */
  readonly place: Place;
  /**
   * Moves the place on to `offset`, before anything is read; false when the file is shorter.
   *
   * @param anchors that are known of the file
   */
  skip(offset: number, anchors?: readonly Anchor[]): Promise<boolean>;
  /** Looks at what follows the place; its bytes are valid until the next look. */
  read(): Promise<Reading>;
  /**
   * For the end of a file that nobody continues: the line without a newline that the last look has
   * found, with a newline added; `end` when there is none.
   */
  rest(): Reading;
  /** Bytes of the line without a newline that the last look has found; 0 for one that is too long. */
  readonly halfLine: number;
  /** The head of the file; empty when it is sealed. */
  head(): Uint8Array;
  /** Bytes that the file has now, as far as known. */
  size(): number;
  /** True when there is more than the last look has found at the end. */
  hasGrown(): boolean;
  /** Milliseconds since the epoch of the last change. */
  modified(): number;
  close(): void;
}

/** A copy of `line` with a newline behind it, as lines. */
export function tornLine(line: Uint8Array): Reading {
  const bytes = new Uint8Array(line.length + 1);
  bytes.set(line);
  bytes[line.length] = 0x0a;
  return { kind: "lines", bytes, end: bytes.length };
}
