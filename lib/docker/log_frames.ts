/** Cuts a container's log stream into lines (Docker Engine API, "Attach to a container: stream format"). */
import { ByteQueue } from "../byte_queue.ts";
import { type ContainerLines, LINE_FLAG } from "./container_lines.ts";
import type { LogTime } from "./log_time.ts";
import { StampReader } from "./stamp_reader.ts";

/** Longest line in bytes; what follows is left out. */
export const DEFAULT_MAX_LINE = 256 * 1024;

const HEADER_LENGTH = 8;

/** Stream types of a header: stdin, stdout, stderr. A terminal has no header and one stream only. */
const STDOUT = 1;
const STDERR = 2;

/** An engine cuts lines into pieces of this size, each with the same timestamp. */
const PIECE = 16 * 1024;

/** Nothing honest is much larger than a piece. */
const MAX_FRAME = 1024 * 1024;

const NOTHING: DataView = new DataView(new ArrayBuffer(0));

const LF = 0x0a;
const CR = 0x0d;

/** The stream is not what an engine sends: it cannot be read any further. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** A line of which the end has not come yet. */
interface OpenLine extends LogTime {
  readonly bytes: ByteQueue;
  truncated: boolean;
}

/** Lines out of one log stream that was asked for with timestamps. */
export class LogFrames {
  readonly #tty: boolean;
  readonly #maxLine: number;
  readonly #queue = new ByteQueue();
  /** Of the bytes that are being read. */
  #view: DataView = NOTHING;
  readonly #stamps = new StampReader();
  /** By stream type. */
  readonly #open: (OpenLine | undefined)[] = [undefined, undefined, undefined];
  /** The rest of a terminal's line is left out up to its end. */
  #skipping = false;

  /** @param tty the stream has no frames, see InspectedContainer.tty */
  constructor(tty: boolean, maxLine: number = DEFAULT_MAX_LINE) {
    this.#tty = tty;
    this.#maxLine = maxLine;
  }

  /** Takes what came, and adds the lines that are whole now to `lines`. @throws {FrameError} */
  push(bytes: Uint8Array, lines: ContainerLines): void {
    this.#queue.lend(bytes);
    const all = this.#queue.peek();
    this.#view = viewOf(all);
    this.#queue.take(this.#tty ? this.#readRaw(all, lines) : this.#readFrames(all, lines));
    this.#view = NOTHING;
    this.#queue.settle();
  }

  /**
   * The stream has ended: adds the lines without an end, which a container that stops may leave.
   *
   * @throws {FrameError} when it was cut off within a frame
   */
  end(lines: ContainerLines): void {
    if (this.#tty) {
      const rest = this.#queue.peek();
      this.#view = viewOf(rest);
      if (rest.length > 0 && !this.#skipping) this.#rawLine(rest, 0, rest.length, lines);
    }
    const isCut = !this.#tty && this.#queue.length > 0;
    this.#view = NOTHING;
    this.#queue.clear();
    if (isCut) throw new FrameError("the log stream ends within a frame");
    for (const stream of this.#open.keys()) this.#close(stream, lines);
  }

  #readFrames(bytes: Uint8Array, lines: ContainerLines): number {
    let at = 0;
    while (bytes.length - at >= HEADER_LENGTH) {
      const stream = bytes[at]!;
      const length =
        (bytes[at + 4]! << 24 | bytes[at + 5]! << 16 | bytes[at + 6]! << 8 | bytes[at + 7]!) >>> 0;
      const padding = bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!;
      if (stream > STDERR || padding !== 0 || length > MAX_FRAME) {
        throw new FrameError("the log stream holds no frame where one should begin");
      }
      const from = at + HEADER_LENGTH;
      if (bytes.length < from + length) break;
      at = from + length;
      if (length > 0) this.#frame(stream, bytes, from, at, lines);
    }
    return at;
  }

  /** One frame: a timestamp and a line, or a piece of one. */
  #frame(stream: number, bytes: Uint8Array, from: number, to: number, lines: ContainerLines): void {
    // What bears no time of its own gets that of the line before: nothing is left out.
    const start = Math.max(from, this.#stamps.read(bytes, from, to));
    const stamps = this.#stamps;
    let open = this.#open[stream];
    // Pieces of one line bear the same time.
    if (open !== undefined && !(open.seconds === stamps.seconds && open.nanos === stamps.nanos)) {
      this.#close(stream, lines);
      open = undefined;
    }
    const ended = bytes[to - 1] === LF;
    const stop = ended ? to - 1 : to;
    if (ended && open === undefined && stop - start <= this.#maxLine) {
      lines.add(stamps, stream === STDERR ? LINE_FLAG.stderr : 0, this.#view, start, stop);
      return;
    }
    if (open === undefined) {
      const { seconds, nanos } = stamps;
      open = { seconds, nanos, bytes: new ByteQueue(), truncated: false };
      this.#open[stream] = open;
    }
    this.#add(open, bytes, start, stop);
    if (ended) this.#close(stream, lines);
  }

  #readRaw(bytes: Uint8Array, lines: ContainerLines): number {
    let at = 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(LF, at);
      if (end < 0 && !this.#skipping && bytes.length - at < MAX_FRAME) break;
      const stop = end < 0 ? bytes.length : end;
      if (!this.#skipping) this.#rawLine(bytes, at, stop, lines);
      this.#skipping = end < 0;
      at = stop + 1;
    }
    return Math.min(at, bytes.length);
  }

  /** A line of a terminal; those that end so have a CR before their LF. */
  #rawLine(bytes: Uint8Array, from: number, to: number, lines: ContainerLines): void {
    const stop = bytes[to - 1] === CR && to > from ? to - 1 : to;
    let at = Math.max(from, this.#stamps.read(bytes, from, stop));
    const stamp = bytes.subarray(from, at);
    const { seconds, nanos } = this.#stamps;
    const open: OpenLine = { seconds, nanos, bytes: new ByteQueue(), truncated: false };
    while (stop - at > PIECE && stamp.length > 0) {
      const next = at + PIECE;
      this.#add(open, bytes, at, next);
      at = startsWith(bytes, next, stamp) ? next + stamp.length : next;
    }
    this.#add(open, bytes, at, stop);
    this.#open[STDOUT] = open;
    this.#close(STDOUT, lines);
  }

  #add(line: OpenLine, bytes: Uint8Array, from: number, to: number): void {
    const room = this.#maxLine - line.bytes.length;
    if (to - from > room) line.truncated = true;
    line.bytes.append(bytes.subarray(from, Math.min(to, from + room)));
  }

  #close(stream: number, lines: ContainerLines): void {
    const open = this.#open[stream];
    if (open === undefined) return;
    this.#open[stream] = undefined;
    const flags = (stream === STDERR ? LINE_FLAG.stderr : 0) |
      (open.truncated ? LINE_FLAG.truncated : 0);
    const bytes = open.bytes.peek();
    lines.add(open, flags, viewOf(bytes), 0, bytes.length);
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

function startsWith(bytes: Uint8Array, from: number, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[from + index] === byte);
}
