/** An uncompressed file of a log, which may still grow, shrink or be overwritten. */
import { equalBytes } from "../bytes.ts";
import { headOfFile, type LogFile, readFully } from "./log_files.ts";
import { wholeLinesEnd } from "./lines.ts";
import { LongLine } from "./long_line.ts";
import type { Anchor, Origin } from "./cursor.ts";
import { Place } from "./place.ts";
import { TAIL_SIZE } from "./signature.ts";
import { type LogSource, type Reading, tornLine } from "./source.ts";

/** Bytes that are looked at in the beginning, and once a file has proved to hold so many. */
const SMALL_WINDOW = 64 * 1024;
const LARGE_WINDOW = 256 * 1024;

const END: Reading = { kind: "end" };
const CHANGED: Reading = { kind: "changed" };

/**
 * The place at `offset` of `file`; undefined when the file is shorter.
 *
 * @param anchors as {@linkcode Place.at} takes them
 */
export function placeIn(
  file: LogFile,
  origin: Origin,
  offset: number,
  anchors?: readonly Anchor[],
): Place | undefined {
  const tail = new Uint8Array(Math.min(TAIL_SIZE, offset));
  if (readFully(file, tail, offset - tail.length) < tail.length) return undefined;
  const head = headOfFile(file, offset);
  return Place.at(origin, offset, head, tail, anchors);
}

/**
 * Each look reads again the few bytes before the place, together with what follows them: so a file that
 * was cut and has grown again is noticed, and what a writer takes back of a half line is no harm.
 */
export class PlainSource implements LogSource {
  readonly path: string;
  readonly isSealed = false;
  readonly #file: LogFile;
  readonly #maxLine: number;
  #place: Place;
  /** Tail of the place, then what follows it. */
  #window: Uint8Array;
  /** Bytes of the half line that the last look has found, from the place on. */
  #pending = 0;
  /** A line beyond the longest, how far its end was looked for, and the last bytes before that. */
  #long: { readonly line: LongLine; scanned: number; tail: Uint8Array } | undefined;

  /** @param file is closed with the source */
  constructor(path: string, file: LogFile, place: Place, maxLine: number) {
    this.path = path;
    this.#file = file;
    this.#place = place;
    this.#maxLine = maxLine;
    this.#window = new Uint8Array(TAIL_SIZE + Math.min(SMALL_WINDOW, maxLine + 1));
  }

  get dev(): number {
    return this.#place.origin.dev;
  }

  get ino(): number {
    return this.#place.origin.ino;
  }

  get place(): Place {
    return this.#place;
  }

  skip(offset: number, anchors?: readonly Anchor[]): Promise<boolean> {
    const place = placeIn(this.#file, this.#place.origin, offset, anchors);
    if (place !== undefined) this.#place = place;
    return Promise.resolve(place !== undefined);
  }

  read(): Promise<Reading> {
    return Promise.resolve(this.#long === undefined ? this.#readLines() : this.#readLongLine());
  }

  rest(): Reading {
    if (this.#long !== undefined) return this.#skipTo(this.#long.scanned, this.#long.tail);
    if (this.#pending === 0) return END;
    return tornLine(this.#window.subarray(TAIL_SIZE, TAIL_SIZE + this.#pending));
  }

  get halfLine(): number {
    return this.#long === undefined ? this.#pending : 0;
  }

  head(): Uint8Array {
    return headOfFile(this.#file, this.size());
  }

  size(): number {
    return this.#file.facts().size;
  }

  hasGrown(): boolean {
    const seen = this.#long?.scanned ?? this.#place.offset + this.#pending;
    return this.size() > seen;
  }

  modified(): number {
    return this.#file.facts().modified;
  }

  close(): void {
    this.#file.close();
  }

  #readLines(): Reading {
    this.#pending = 0;
    while (true) {
      const length = this.#fill();
      if (length === undefined) return CHANGED;
      const bytes = this.#window.subarray(TAIL_SIZE, TAIL_SIZE + length);
      const isFull = TAIL_SIZE + length === this.#window.length;
      const end = wholeLinesEnd(bytes, length);
      if (end > 0) {
        if (isFull) this.#enlarge(LARGE_WINDOW);
        return { kind: "lines", bytes, end };
      }
      if (!isFull) {
        this.#pending = length;
        return END;
      }
      if (length > this.#maxLine) {
        const { offset } = this.#place;
        this.#long = { line: new LongLine(), scanned: offset, tail: bytes.subarray(0, 0) };
        return { kind: "more" };
      }
      this.#enlarge(this.#maxLine + 1);
    }
  }

  /** Reads the window anew; gives how many bytes follow the place, undefined when it has changed. */
  #fill(): number | undefined {
    const { tail, offset } = this.#place;
    const start = TAIL_SIZE - tail.length;
    const view = start === 0 ? this.#window : this.#window.subarray(start);
    const length = readFully(this.#file, view, offset - tail.length) - tail.length;
    if (length < 0) return undefined;
    for (let index = 0; index < tail.length; index++) {
      if (view[index] !== tail[index]) return undefined;
    }
    return length;
  }

  /** The old window stays as it is: its lines are still to be given. */
  #enlarge(limit: number): void {
    const length = this.#window.length - TAIL_SIZE;
    const enlarged = Math.min(length * 2, limit, this.#maxLine + 1);
    if (enlarged > length) this.#window = new Uint8Array(TAIL_SIZE + enlarged);
  }

  /** Looks for the end of a long line, one window at a time. */
  #readLongLine(): Reading {
    const long = this.#long!;
    if (!this.#isUnchanged()) {
      this.#long = undefined;
      return CHANGED;
    }
    const known = long.tail.length;
    const length = readFully(this.#file, this.#window, long.scanned - known);
    const seen = this.#window.subarray(0, length);
    if (length < known || !equalBytes(seen.subarray(0, known), long.tail)) {
      // The writer has taken back what it had written of the line.
      this.#long = undefined;
      return { kind: "more" };
    }
    if (length === known) return END;
    const next = long.line.nextLine(seen.subarray(known));
    if (next >= 0) return this.#skipTo(long.scanned + next, seen.subarray(0, known + next));
    long.scanned += length - known;
    long.tail = seen.slice(-TAIL_SIZE);
    return { kind: "more" };
  }

  #isUnchanged(): boolean {
    const now = placeIn(this.#file, this.#place.origin, this.#place.offset);
    return now?.isAt(this.#place.cursor()) === true;
  }

  /** @param seen the last bytes before `offset` */
  #skipTo(offset: number, seen: Uint8Array): Reading {
    this.#long = undefined;
    const from = this.#place.offset;
    const { origin, anchors } = this.#place;
    const place = placeIn(this.#file, origin, offset, anchors);
    if (place === undefined || !this.#isUnchanged()) return CHANGED;
    const known = Math.min(TAIL_SIZE, seen.length);
    if (
      !equalBytes(
        place.tail.subarray(place.tail.length - known),
        seen.subarray(seen.length - known),
      )
    ) {
      return { kind: "more" };
    }
    this.#place = place;
    return { kind: "skipped", offset: from, bytes: offset - from };
  }
}
