/** Decompresses captures, gzip or Zstandard, as a stream: memory does not grow with what comes out. */
import type { Transform } from "node:stream";
import { isZstd, ZstdFrames } from "./zstd_frames.ts";

/** What compressed captures are recognised by; RFC 1952 2.3.1 for gzip. */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** Bytes that come out at a time. */
const OUTPUT_CHUNK = 64 * 1024;

/** Bytes that go in at a time. When they turn out to be damaged nothing of what they give comes out. */
const INPUT_PIECE = 4 * 1024;

/** Compressed data that is damaged or cut off. */
export class DecompressionError extends Error {
  override readonly name = "DecompressionError";
  /** Bytes of compressed data before those that could not be read. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`offset ${offset} of the compressed data: ${reason}`);
    this.offset = offset;
  }
}

/** A way in which captures are compressed. */
export type Compression = "gzip" | "zstd";

/** How a stream that starts with `bytes` (4 at least) is compressed; undefined when it is not. */
export function compressionOf(bytes: Uint8Array): Compression | undefined {
  if (bytes.length < 4) return undefined;
  if (bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1]) return "gzip";
  return isZstd(bytes) ? "zstd" : undefined;
}

/** One of the runtime's decompressors, fed a piece at a time. */
class Decompressor {
  /** Bytes of the input up to the end of the last piece that was sound. */
  position: number;
  readonly #stream: Transform;
  readonly #output: Uint8Array[] = [];
  #error: Error | undefined;
  #hasEnded = false;
  #wake: () => void = () => {};

  /** @param position bytes of the input before those that this one gets */
  constructor(stream: Transform, position: number) {
    this.#stream = stream;
    this.position = position;
    stream.on("data", (chunk: Uint8Array) => {
      this.#output.push(chunk);
      // Without a pause a bomb would unfold here, faster than it is read.
      stream.pause();
      this.#wake();
    });
    stream.on("error", (error: Error) => {
      this.#error = error;
      this.#wake();
    });
    stream.on("end", () => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  /** What `piece` decompresses to, all of it: `piece` may be reused afterwards. */
  async *write(piece: Uint8Array): AsyncGenerator<Uint8Array, void> {
    let isTaken = false;
    this.#stream.write(piece, () => {
      isTaken = true;
      this.#wake();
    });
    yield* this.#readUntil(() => isTaken);
    this.position += piece.length;
  }

  /** What is left when no more will come. */
  async *finish(): AsyncGenerator<Uint8Array, void> {
    this.#stream.end();
    yield* this.#readUntil(() => this.#hasEnded);
  }

  /** Frees what the decompressor holds. */
  destroy(): void {
    this.#stream.destroy();
  }

  async *#readUntil(isDone: () => boolean): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const chunk = this.#output.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      if (this.#error !== undefined) {
        throw new DecompressionError(this.#error.message, this.position);
      }
      if (isDone()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#stream.resume();
      });
    }
  }
}

/**
 * Decompresses gzip, of one member or several. Zeros may fill up what is behind them (as gzip lets them:
 * tapes are written in blocks); anything else there is damage.
 *
 * @param fineFrom from this byte of the input on, everything before the damage comes out; slow
 * @throws {DecompressionError}
 */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  fineFrom = Infinity,
): AsyncGenerator<Uint8Array, void> {
  const { createGunzip } = await import("node:zlib");
  const stream = createGunzip({ chunkSize: OUTPUT_CHUNK });
  const decompressor = new Decompressor(stream, 0);
  try {
    for await (const chunk of chunks) {
      for (let start = 0; start < chunk.length;) {
        const coarse = Math.min(INPUT_PIECE, fineFrom - decompressor.position);
        const piece = chunk.subarray(start, start + Math.max(1, coarse));
        if (stream.bytesWritten === decompressor.position) yield* decompressor.write(piece);
        else decompressor.position += piece.length;
        // The runtime's stream ends before a zero behind a member, and looks at nothing after it.
        const unread = decompressor.position - stream.bytesWritten;
        if (unread > 0) checkPadding(piece.subarray(-unread), decompressor.position);
        start += piece.length;
      }
    }
    yield* decompressor.finish();
  } finally {
    decompressor.destroy();
  }
}

/** @param end offset in the input at which `padding` ends @throws {DecompressionError} */
function checkPadding(padding: Uint8Array, end: number): void {
  const other = padding.findIndex((byte) => byte !== 0);
  if (other < 0) return;
  const offset = end - padding.length + other;
  throw new DecompressionError("something else than zeros follows the last member", offset);
}

/**
 * Decompresses Zstandard, of one frame or several; each gets a decompressor of its own, because the
 * runtime's stops after the first.
 *
 * @throws {DecompressionError}
 */
export async function* unzstd(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const { createZstdDecompress } = await import("node:zlib");
  const frames = new ZstdFrames();
  let position = 0;
  let decompressor: Decompressor | undefined;
  try {
    for await (const chunk of chunks) {
      for (let start = 0; start < chunk.length;) {
        const end = frames.next(chunk, start);
        if (frames.fault !== undefined) throw new DecompressionError(frames.fault, position);
        decompressor ??= new Decompressor(
          createZstdDecompress({ chunkSize: OUTPUT_CHUNK }),
          position,
        );
        yield* decompressor.write(chunk.subarray(start, end));
        if (frames.isBetweenFrames) {
          yield* decompressor.finish();
          decompressor.destroy();
          decompressor = undefined;
        }
        position += end - start;
        start = end;
      }
    }
    if (!frames.isBetweenFrames) throw new DecompressionError("unexpected end of file", position);
  } finally {
    decompressor?.destroy();
  }
}
