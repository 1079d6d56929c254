/** Whole lines out of a stream of bytes, each bounded, where they were read. */
import type { LineChunk } from "./line_chunk.ts";
import { decodeLine } from "./line_text.ts";
import type { SourceLine } from "./source.ts";

const LF = 0x0a;

/** What a read brought: a line that was put together, or too long, and then whole ones. */
export interface ChunkedLines {
  readonly line: SourceLine | undefined;
  /** Valid until the next {@linkcode LineChunker.room}. */
  readonly chunk: LineChunk | undefined;
}

/** Cuts a stream into lines. What is read goes straight to where they are looked for. */
export class LineChunker {
  readonly #maxLine: number;
  readonly #readSize: number;
  #bytes: Uint8Array<ArrayBuffer>;
  /** Start of a line whose end has not come, from `#start` on, and how long it is. */
  #start = 0;
  #length = 0;
  /** Bytes of that line that were dropped, being too many. */
  #dropped = 0;
  /** Offset in the stream of that line. */
  #offset = 0;

  /**
   * @param maxLine bytes of a line that are kept
   * @param readSize bytes that are read at a time
   */
  constructor(maxLine: number, readSize: number) {
    this.#maxLine = maxLine;
    this.#readSize = readSize;
    this.#bytes = new Uint8Array(2 * readSize);
  }

  /** Where to read to. What was cut before is not valid any more. */
  room(): Uint8Array<ArrayBuffer> {
    const kept = this.#bytes.subarray(this.#start, this.#start + this.#length);
    // A line that was long has left a buffer that the next ones do not need.
    const wanted = this.#length > this.#readSize
      ? Math.max(this.#bytes.length, Math.min(2 * this.#length, this.#maxLine) + this.#readSize)
      : 2 * this.#readSize;
    if (wanted !== this.#bytes.length) {
      this.#bytes = new Uint8Array(wanted);
      this.#bytes.set(kept);
    } else this.#bytes.copyWithin(0, this.#start, this.#start + this.#length);
    this.#start = 0;
    return this.#bytes.subarray(this.#length, this.#length + this.#readSize);
  }

  /** The lines that end in the `count` bytes that were read. Their place is their offset. */
  take(count: number): ChunkedLines {
    const read = this.#length;
    const end = read + count;
    const bytes = this.#bytes.subarray(0, end);
    const last = bytes.lastIndexOf(LF);
    if (last < read) {
      this.#keep(end);
      return { line: undefined, chunk: undefined };
    }
    let start = 0;
    let line: SourceLine | undefined;
    if (this.#dropped > 0) {
      const stop = bytes.indexOf(LF, read);
      line = this.#truncated();
      start = stop + 1;
    }
    // The offset of index 0, as if nothing had been dropped.
    const offset = this.#offset + this.#dropped;
    this.#dropped = 0;
    this.#offset = offset + last + 1;
    this.#start = last + 1;
    this.#keep(end - last - 1);
    const chunk = start > last
      ? undefined
      : { bytes, start, end: last + 1, offset, place: "", maxLine: this.#maxLine };
    return { line, chunk };
  }

  /** The line that the stream ended in, if there is one. */
  end(): SourceLine | undefined {
    if (this.#length === 0) return undefined;
    const line = this.#dropped > 0 ? this.#truncated() : this.#last();
    this.#length = 0;
    return line;
  }

  #last(): SourceLine {
    const bytes = this.#bytes.subarray(this.#start, this.#start + this.#length);
    const text = decodeLine(bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes);
    return { text, time: undefined, place: String(this.#offset) };
  }

  #truncated(): SourceLine {
    const text = decodeLine(this.#bytes.subarray(this.#start, this.#start + this.#maxLine));
    return { text, time: undefined, place: String(this.#offset), truncated: true };
  }

  #keep(length: number): void {
    this.#length = Math.min(length, this.#maxLine);
    this.#dropped += length - this.#length;
  }
}
