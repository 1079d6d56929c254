/** Lines as the bytes in which they were read, for sources that give them by the hundred thousand. */
import type { ContainerLines } from "../docker/container_lines.ts";
import { decodeLine } from "./line_text.ts";
import type { Origin, Position, SourceBatch, SourceLine } from "./source.ts";

const LF = 0x0a;
const CR = 0x0d;

/** Whole lines, one behind the other. */
export interface LineChunk {
  readonly bytes: Uint8Array<ArrayBufferLike>;
  /** Index of the first line. */
  readonly start: number;
  /** Index behind the newline of the last. */
  readonly end: number;
  /** Offset in the stream of index 0. */
  readonly offset: number;
  /** What a line's place begins with; its offset follows. */
  readonly place: string;
  /** Bytes of a line that are kept. */
  readonly maxLine: number;
  /** Of lines of a container, whose place is their time: what is known of each. */
  readonly stamps?: ContainerLines;
}

/** The line from `start` to its newline at `stop`. */
export function chunkLine(
  { bytes, offset, place, maxLine }: LineChunk,
  start: number,
  stop: number,
): SourceLine {
  const truncated = stop - start > maxLine;
  const hasCr = !truncated && stop > start && bytes[stop - 1] === CR;
  const end = truncated ? start + maxLine : hasCr ? stop - 1 : stop;
  const text = decodeLine(bytes.subarray(start, end));
  const line = { text, time: undefined, place: place + (offset + start) };
  return truncated ? { ...line, truncated } : line;
}

/** A batch of the lines of a chunk, which become text only where somebody asks for that. */
export class ChunkBatch implements SourceBatch {
  readonly key: string;
  readonly origin: Origin;
  readonly chunk: LineChunk;
  readonly position: Position | undefined;

  constructor(key: string, origin: Origin, chunk: LineChunk, position?: Position) {
    this.key = key;
    this.origin = origin;
    this.chunk = chunk;
    this.position = position;
  }

  get lines(): SourceLine[] {
    const { chunk } = this;
    const lines: SourceLine[] = [];
    for (let start = chunk.start; start < chunk.end;) {
      const stop = chunk.bytes.indexOf(LF, start);
      lines.push(chunkLine(chunk, start, stop));
      start = stop + 1;
    }
    return lines;
  }
}
