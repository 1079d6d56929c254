/** What reading a log gives: lines, and notices of all that is not as a reader would think. */
import type { LogCursor } from "./cursor.ts";
import type { Place } from "./place.ts";

/** Whole lines, valid until the next item is asked for. */
export interface LogLines {
  readonly kind: "chunk";
  /** Where the file was when it was opened; `-` for a stream. */
  readonly path: string;
  /** Offset in the (decompressed) file of the first byte. */
  readonly offset: number;
  /** Lines from index 0 on. */
  readonly bytes: Uint8Array;
  /** Index behind the newline of the last line. */
  readonly end: number;
  /** True for the last line of a file that nobody continues, or has not for long, if it lacks its newline. */
  readonly torn: boolean;
  /** W3C traceparents of the work that the lines came from, where the source tells them beside the lines. */
  readonly origins?: readonly string[] | undefined;
  /** Lines that the source had behind these ones, where it tells. */
  readonly pending?: number | undefined;
  /**
   * A cursor for all before index `stop`, which is 0 or behind a newline.
   *
   * @throws {RangeError} for an index outside of the chunk
   * @throws {TypeError} when the chunk is no longer valid
   */
  cursorAt(stop: number): LogCursor;
}

/** Lines out of a file. */
export class LogChunk implements LogLines {
  readonly kind = "chunk";
  readonly path: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly torn: boolean;
  readonly #place: Place;

  /** @param place of the first byte; it moves when the next item is asked for */
  constructor(path: string, place: Place, bytes: Uint8Array, end: number, torn = false) {
    this.path = path;
    this.offset = place.offset;
    this.bytes = bytes;
    this.end = end;
    this.torn = torn;
    this.#place = place;
  }

  cursorAt(stop: number): LogCursor {
    if (!(stop >= 0 && stop <= this.end)) throw new RangeError(`index ${stop} of ${this.end}`);
    if (this.#place.offset !== this.offset) throw new TypeError("the chunk is no longer valid");
    const place = this.#place.clone();
    place.advance(this.bytes, this.torn && stop === this.end ? stop - 1 : stop);
    return place.cursor();
  }
}

/** Something to know about the log besides its lines. */
export type LogNotice =
  /** All that is there has been read; `cursor` is behind it. */
  | { readonly kind: "caught_up"; readonly cursor: LogCursor }
  /** `path` leads to no file, or the file has been taken away and there is no new one yet. */
  | { readonly kind: "missing"; readonly path: string }
  /** Reading goes on at the start of `path`, which is the next newer file. */
  | { readonly kind: "rotated"; readonly path: string }
  /** `path` lost what had been read of it. What it held is looked for in rotated copies. */
  | { readonly kind: "truncated"; readonly path: string; readonly cursor: LogCursor }
  /**
   * No file holds the place `cursor`: what followed it is lost. Reading goes on at `offset` of `path`. With
   * `repeats` what was before it may come again.
   */
  | {
    readonly kind: "restarted";
    readonly path: string;
    readonly offset: number;
    readonly cursor: LogCursor;
    readonly repeats: boolean;
  }
  /** Lines may be missing before those that come next. */
  | {
    readonly kind: "gap";
    readonly path: string;
    readonly reason: GapReason;
    readonly error?: Error;
  }
  /**
   * `bytes` from `offset` on were left out: a line that is too long, or NULs that fill a hole; with `isRest` what
   * a line went on with that had been given before it ended.
   */
  | {
    readonly kind: "skipped";
    readonly path: string;
    readonly offset: number;
    readonly bytes: number;
    readonly isRest?: boolean;
  }
  /** The system refused. Reading ends when `isFinal`, else it is tried again. */
  | {
    readonly kind: "error";
    readonly path: string;
    /** Name of the system's error, such as `EACCES`. */
    readonly code: string;
    readonly error: Error;
    readonly isFinal: boolean;
  };

/** Why lines are missing. */
export type GapReason =
  /** The file cannot be opened, or not be read any further. */
  | "unreadable"
  /** The file is compressed and damaged, cut off, or in a way that is not known here. */
  | "damaged"
  /** The file was rotated out of existence after it was read, perhaps with others behind it. */
  | "removed";

/** What reading a log gives. */
export type LogItem = LogLines | LogNotice;
