/** Lines out of what comes once and in order: a pipe, or what a compressed file unpacks to. */
import { ByteQueue } from "../byte_queue.ts";
import { LF, wholeLinesEnd } from "./lines.ts";
import { LongLine } from "./long_line.ts";
import type { Origin } from "./cursor.ts";
import { Place } from "./place.ts";
import { type LogSource, type Reading, tornLine } from "./source.ts";

const END: Reading = { kind: "end" };
const MORE: Reading = { kind: "more" };

/** Where the bytes of a {@linkcode StreamSource} come from. */
export interface StreamInput {
  readonly path: string;
  /** A chunk is valid until the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** Reads a stream; memory is bounded by one chunk and one line. Throws what the stream throws. */
export class StreamSource implements LogSource {
  readonly path: string;
  readonly isSealed = true;
  readonly place: Place;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly #close: () => void;
  readonly #maxLine: number;
  /** What is left of the chunk. */
  #chunk: Uint8Array = new Uint8Array(0);
  /** The start of the line that the chunk goes on with. */
  readonly #carried = new ByteQueue();
  /** Set while a line is left out; `from` is where it starts. */
  #long: { readonly line: LongLine; readonly from: number } | undefined;
  #hasEnded = false;

  constructor({ path, chunks, close }: StreamInput, origin: Origin, maxLine: number) {
    this.path = path;
    this.place = new Place(origin);
    this.#input = chunks[Symbol.asyncIterator]();
    this.#close = close;
    this.#maxLine = maxLine;
  }

  get dev(): number {
    return this.place.origin.dev;
  }

  get ino(): number {
    return this.place.origin.ino;
  }

  async skip(offset: number): Promise<boolean> {
    while (this.place.offset < offset) {
      if (this.#chunk.length === 0 && !await this.#fetch()) return false;
      this.#drop(Math.min(this.#chunk.length, offset - this.place.offset));
    }
    return true;
  }

  async read(): Promise<Reading> {
    if (this.#chunk.length === 0 && !await this.#fetch()) return END;
    return this.#long === undefined ? this.#readLines() : this.#readLongLine();
  }

  rest(): Reading {
    if (this.#long !== undefined) return this.#endLong();
    return this.#carried.length === 0 ? END : tornLine(this.#carried.take(this.#carried.length));
  }

  get halfLine(): number {
    return this.#long === undefined ? this.#carried.length : 0;
  }

  head(): Uint8Array {
    return new Uint8Array(0);
  }

  size(): number {
    return this.place.offset + this.#carried.length + this.#chunk.length;
  }

  hasGrown(): boolean {
    return false;
  }

  modified(): number {
    return 0;
  }

  close(): void {
    this.#close();
    // It may be waiting for input that never comes, so nobody waits for it.
    this.#input.return?.().catch(() => {});
  }

  async #fetch(): Promise<boolean> {
    while (!this.#hasEnded) {
      const { value, done } = await this.#input.next();
      if (done) this.#hasEnded = true;
      else if (value.length > 0) {
        this.#chunk = value;
        return true;
      }
    }
    return false;
  }

  #readLines(): Reading {
    const piece = this.#chunk.subarray(0, this.#maxLine + 1 - this.#carried.length);
    // A line that has begun in an earlier chunk is joined alone, the others stay where they are.
    const end = this.#carried.length > 0
      ? piece.indexOf(LF) + 1
      : wholeLinesEnd(piece, piece.length);
    if (end > 0) {
      const bytes = this.#joinCarried(piece.subarray(0, end));
      this.#chunk = this.#chunk.subarray(end);
      return { kind: "lines", bytes, end: bytes.length };
    }
    if (this.#carried.length + piece.length > this.#maxLine) {
      this.#chunk = this.#joinCarried(this.#chunk);
      this.#long = { line: new LongLine(), from: this.place.offset };
      return this.#readLongLine();
    }
    this.#carried.append(piece);
    this.#chunk = this.#chunk.subarray(piece.length);
    return MORE;
  }

  #readLongLine(): Reading {
    const next = this.#long!.line.nextLine(this.#chunk);
    this.#drop(next < 0 ? this.#chunk.length : next);
    return next < 0 ? MORE : this.#endLong();
  }

  #endLong(): Reading {
    const { from } = this.#long!;
    this.#long = undefined;
    return { kind: "skipped", offset: from, bytes: this.place.offset - from };
  }

  /** The bytes that were kept, with `bytes` behind them. */
  #joinCarried(bytes: Uint8Array): Uint8Array {
    if (this.#carried.length === 0) return bytes;
    this.#carried.append(bytes);
    return this.#carried.take(this.#carried.length);
  }

  #drop(length: number): void {
    this.place.advance(this.#chunk, length);
    this.#chunk = this.#chunk.subarray(length);
  }
}
