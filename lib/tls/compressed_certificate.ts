/** Certificate messages that were compressed (RFC 8879). */
import process from "node:process";
import { ByteReader } from "../bytes.ts";
import { MAX_HANDSHAKE_MESSAGE_LENGTH } from "./handshake_stream.ts";

/** Names in node:zlib of the algorithms by their numbers, section 7.3. */
const ALGORITHMS = new Map(
  [[1, "inflateSync"], [2, "brotliDecompressSync"], [3, "zstdDecompressSync"]] as const,
);

/** The body of the certificate message in a compressed_certificate message; undefined if malformed. */
export function decompressCertificate(body: Uint8Array): Uint8Array | undefined {
  const reader = new ByteReader(body);
  const algorithm = reader.u16();
  const length = reader.u24();
  const compressed = reader.vector(3);
  const name = ALGORITHMS.get(algorithm as 1);
  if (reader.failed || name === undefined || length > MAX_HANDSHAKE_MESSAGE_LENGTH) {
    return undefined;
  }
  // Loaded here: it costs a tenth of a start, and few captures have secrets that lead here.
  const decompress = process.getBuiltinModule("node:zlib")[name];
  try {
    // What would come to more than was claimed is an error there, and so is a bomb.
    const plain = decompress(compressed, { maxOutputLength: Math.max(1, length) });
    return plain.length === length ? new Uint8Array(plain) : undefined;
  } catch {
    return undefined;
  }
}
