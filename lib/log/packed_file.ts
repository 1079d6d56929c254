/** A rotated file that was compressed. */
import { compressionOf, DecompressionError, gunzip, unzstd } from "../net/capture_decompress.ts";
import { type LogFile, readFully } from "./log_files.ts";

/** Compressed bytes that are read at a time. */
const INPUT_CHUNK = 64 * 1024;

/** Bytes that tell how a file is compressed. */
const MAGIC_SIZE = 4;

/**
 * What `file` unpacks to. The file is not closed.
 *
 * @throws {DecompressionError} also when the file is compressed in a way that is not known here
 * @throws {LogFileError}
 */
export async function* unpack(file: LogFile): AsyncGenerator<Uint8Array, void> {
  const magic = new Uint8Array(MAGIC_SIZE);
  readFully(file, magic, 0);
  switch (compressionOf(magic)) {
    case "gzip":
      return yield* gunzip(chunksOf(file));
    case "zstd":
      return yield* unzstd(chunksOf(file));
    case undefined:
      throw new DecompressionError("neither gzip nor Zstandard", 0);
  }
}

async function* chunksOf(file: LogFile): AsyncGenerator<Uint8Array, void> {
  for (let position = 0;;) {
    const chunk = new Uint8Array(INPUT_CHUNK);
    const length = readFully(file, chunk, position);
    if (length === 0) return;
    yield chunk.subarray(0, length);
    position += length;
  }
}
