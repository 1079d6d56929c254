/** Lines out of a stream of bytes, each bounded. */
import { decodeLine } from "./line_text.ts";
import type { SourceLine } from "./source.ts";

const LF = 0x0a;
const CR = 0x0d;

/** Cuts bytes into lines. */
export class LineSplitter {
  readonly #maxLine: number;
  /** Start of a line whose end has not come, and how long it is. */
  #rest = new Uint8Array(0);
  #length = 0;
  /** Bytes of that line that were dropped, being too many. */
  #dropped = 0;
  /** Offset in the stream of the line that comes next. */
  #offset = 0;

  /** @param maxLine bytes of a line that are kept */
  constructor(maxLine: number) {
    this.#maxLine = maxLine;
  }

  /** The lines that end in `bytes`, which follow the last. Their place is their offset. */
  push(bytes: Uint8Array): SourceLine[] {
    const lines: SourceLine[] = [];
    const last = bytes.lastIndexOf(LF);
    let start = 0;
    if (last >= 0 && this.#length > 0) {
      const end = bytes.indexOf(LF);
      this.#keep(bytes.subarray(0, end));
      lines.push(...this.end(1));
      start = end + 1;
    }
    if (start <= last) this.#whole(bytes.subarray(start, last), lines);
    this.#keep(bytes.subarray(last + 1));
    return lines;
  }

  /** The line that the stream ended in, if there is one. @param newline bytes of its end */
  end(newline = 0): SourceLine[] {
    const length = this.#length + this.#dropped;
    if (length + newline === 0) return [];
    const line = this.#line(this.#rest.subarray(0, this.#length), this.#dropped > 0);
    this.#offset += length + newline;
    this.#rest = new Uint8Array(0);
    this.#length = 0;
    this.#dropped = 0;
    return [line];
  }

  /** Lines that are all there; the last without its newline. */
  #whole(bytes: Uint8Array, lines: SourceLine[]): void {
    const text = decodeUtf8(bytes);
    const isAscii = text?.length === bytes.length;
    for (let start = 0, textStart = 0; start <= bytes.length;) {
      const textEnd = text === undefined ? 0 : endOf(text, textStart);
      const end = isAscii ? textEnd : endOfBytes(bytes, start);
      if (text === undefined || end - start > this.#maxLine) {
        const kept = Math.min(end, start + this.#maxLine);
        lines.push(this.#line(bytes.subarray(start, kept), kept < end));
      } else {
        const isCr = textEnd > textStart && text.charCodeAt(textEnd - 1) === CR;
        lines.push({
          text: text.slice(textStart, isCr ? textEnd - 1 : textEnd),
          time: undefined,
          place: String(this.#offset),
        });
      }
      this.#offset += end - start + 1;
      textStart = textEnd + 1;
      start = end + 1;
    }
  }

  #line(bytes: Uint8Array, truncated: boolean): SourceLine {
    const stop = !truncated && bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
    const text = decodeLine(bytes.subarray(0, stop));
    const line = { text, time: undefined, place: String(this.#offset) };
    return truncated ? { ...line, truncated } : line;
  }

  #keep(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.#maxLine - this.#length);
    this.#dropped += bytes.length - kept.length;
    const length = this.#length + kept.length;
    if (length > this.#rest.length) {
      const rest = new Uint8Array(Math.min(this.#maxLine, Math.max(length, this.#rest.length * 2)));
      rest.set(this.#rest.subarray(0, this.#length));
      this.#rest = rest;
    }
    this.#rest.set(kept, this.#length);
    this.#length = length;
  }
}

function endOf(text: string, start: number): number {
  const found = text.indexOf("\n", start);
  return found < 0 ? text.length : found;
}

function endOfBytes(bytes: Uint8Array, start: number): number {
  const found = bytes.indexOf(LF, start);
  return found < 0 ? bytes.length : found;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
