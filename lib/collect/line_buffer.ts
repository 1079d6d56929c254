/** Lines that wait to be written, as the bytes that will be. */

/** Bytes to begin with, and that are kept when all was written. */
const KEPT = 1024 * 1024;

/** UTF-8 bytes that one UTF-16 code unit takes at most. */
const MAX_BYTES_PER_UNIT = 3;

const LF = 0x0a;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Gathers lines. */
export class LineBuffer {
  /**
   * Text that follows the bytes: whole lines, each with its newline, in pieces of any length. To join many
   * small pieces at the end is far cheaper than to build each line.
   */
  parts: string[] = [];
  /** Lines in all; whoever adds to them otherwise than through the methods counts them here. */
  count = 0;
  /** The bytes, of which `length` are in use; who writes to them asks {@linkcode LineBuffer.reserve} first. */
  bytes = new Uint8Array(0);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Adds a line, which holds no newline. */
  add(line: string): void {
    this.parts.push(line, "\n");
    this.count++;
  }

  /** Adds `count` lines: the bytes of `source` from `start` to `end`. */
  addBytes(source: Uint8Array, start: number, end: number, count: number): void {
    this.reserve(end - start);
    this.bytes.set(source.subarray(start, end), this.length);
    this.length += end - start;
    this.count += count;
  }

  /** Makes room for `extra` bytes behind what there is. */
  reserve(extra: number): void {
    if (this.parts.length > 0) this.#encode();
    const wanted = this.length + extra;
    if (wanted <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(KEPT, wanted, 2 * this.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.#use(grown);
  }

  /** All lines; valid until something is added. {@linkcode LineBuffer.drop} takes them out. */
  content(): Uint8Array<ArrayBuffer> {
    if (this.parts.length > 0) this.#encode();
    return this.bytes.subarray(0, this.length);
  }

  /** All lines as one text. */
  text(): string {
    return decoder.decode(this.content());
  }

  /** Takes out the first `count` lines. */
  drop(count: number): void {
    const bytes = this.content();
    let start = 0;
    if (count >= this.count) start = this.length;
    else for (let index = 0; index < count; index++) start = bytes.indexOf(LF, start) + 1;
    this.bytes.copyWithin(0, start, this.length);
    this.length -= start;
    this.count = Math.max(0, this.count - count);
    if (this.length === 0 && this.bytes.length > KEPT) this.#use(new Uint8Array(0));
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  #encode(): void {
    const text = this.parts.join("");
    this.parts = [];
    this.reserve(text.length);
    // Nearly all lines are ASCII, a byte each.
    const { read, written } = encoder.encodeInto(text, this.bytes.subarray(this.length));
    this.length += written;
    if (read === text.length) return;
    const rest = text.slice(read);
    this.reserve(rest.length * MAX_BYTES_PER_UNIT);
    this.length += encoder.encodeInto(rest, this.bytes.subarray(this.length)).written;
  }
}
