/** An uncompressed file of a log, which may still grow, shrink or be overwritten. */
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
  /** A line beyond the longest, and how far its end was looked for. */
  #long: { readonly line: LongLine; scanned: number } | undefined;

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
    if (this.#long !== undefined) return this.#skipTo(this.#long.scanned);
    if (this.#pending === 0) return END;
    return tornLine(this.#window.subarray(TAIL_SIZE, TAIL_SIZE + this.#pending));
  }

  head(): Uint8Array {
    return headOfFile(this.#file, this.size());
  }

  size(): number {
    return this.#file.facts().size;
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
        this.#long = { line: new LongLine(), scanned: this.#place.offset };
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
    const length = readFully(this.#file, this.#window, long.scanned);
    if (length === 0) {
      if (this.size() >= long.scanned) return END;
      // The writer has taken back what it had written of the line.
      this.#long = undefined;
      return { kind: "more" };
    }
    const next = long.line.nextLine(this.#window.subarray(0, length));
    long.scanned += next < 0 ? length : next;
    return next < 0 ? { kind: "more" } : this.#skipTo(long.scanned);
  }

  #isUnchanged(): boolean {
    const now = placeIn(this.#file, this.#place.origin, this.#place.offset);
    return now?.isAt(this.#place.cursor()) === true;
  }

  #skipTo(offset: number): Reading {
    this.#long = undefined;
    const from = this.#place.offset;
    const { origin, anchors } = this.#place;
    const place = placeIn(this.#file, origin, offset, anchors);
    if (place === undefined || !this.#isUnchanged()) return CHANGED;
    this.#place = place;
    return { kind: "skipped", offset: from, bytes: offset - from };
  }
}
