/** Certificate messages that were compressed (RFC 8879). */
import { brotliDecompressSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { ByteReader } from "../bytes.ts";
import { MAX_HANDSHAKE_MESSAGE_LENGTH } from "./handshake_stream.ts";

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** Numbers of the algorithms, section 7.3. */
const ALGORITHMS: Readonly<Record<number, Decompress>> = {
  1: inflateSync,
  2: brotliDecompressSync,
  3: zstdDecompressSync,
};

/** The body of the certificate message in a compressed_certificate message; undefined if malformed. */
export function decompressCertificate(body: Uint8Array): Uint8Array | undefined {
  const reader = new ByteReader(body);
  const algorithm = reader.u16();
  const length = reader.u24();
  const compressed = reader.vector(3);
  if (reader.failed || length > MAX_HANDSHAKE_MESSAGE_LENGTH) return undefined;
  try {
    // What would come to more than was claimed is an error there, and so is a bomb.
    const plain = ALGORITHMS[algorithm]?.(compressed, { maxOutputLength: Math.max(1, length) });
    return plain?.length === length ? new Uint8Array(plain) : undefined;
  } catch {
    return undefined;
  }
}
