/** Lines of streams as a {@linkcode LineChunker} cuts them. */
import { ChunkBatch } from "../../lib/collect/line_chunk.ts";
import { LineChunker } from "../../lib/collect/line_chunker.ts";
import type { SourceLine } from "../../lib/collect/source.ts";

const NOBODY = { decky: undefined, service: undefined, container: undefined };

/** Gives `bytes` to `chunker`, each time as much as it has room for. @returns the lines that came of it */
export function pushLines(chunker: LineChunker, bytes: Uint8Array): SourceLine[] {
  const lines: SourceLine[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const room = chunker.room();
    const part = rest.subarray(0, room.length);
    room.set(part);
    const { line, chunk } = chunker.take(part.length);
    if (line !== undefined) lines.push(line);
    if (chunk !== undefined) lines.push(...new ChunkBatch("k", NOBODY, chunk).lines);
    rest = rest.subarray(part.length);
  }
  return lines;
}

/** The lines of the stream that consists of `pieces`. */
export function cutLines(
  pieces: readonly Uint8Array[],
  maxLine: number,
  readSize: number,
): SourceLine[] {
  const chunker = new LineChunker(maxLine, readSize);
  const lines = pieces.flatMap((piece) => pushLines(chunker, piece));
  const last = chunker.end();
  return last === undefined ? lines : [...lines, last];
}
