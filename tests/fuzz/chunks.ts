/** Several messages in one input: datagrams, frames, or what two sides say in turn. */
import { ByteReader, ByteWriter } from "../../lib/bytes.ts";

/** A message. */
export interface Chunk {
  readonly fromClient: boolean;
  readonly bytes: Uint8Array;
}

/** Set in the length where the server speaks. */
const FROM_SERVER = 0x8000;

/** Longest message; what is longer is cut. */
const MAX_LENGTH = 0x7fff;

/** More of them are not read: they say nothing that fewer do not. */
const MAX_CHUNKS = 256;

/** One input of several messages, each behind two bytes of length. */
export function joinChunks(chunks: readonly Chunk[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { fromClient, bytes } of chunks) {
    const cut = bytes.subarray(0, MAX_LENGTH);
    writer.u16((fromClient ? 0 : FROM_SERVER) | cut.length).bytes(cut);
  }
  return writer.finish();
}

/** The messages of an input; a length beyond its end stands for what is left. */
export function splitChunks(input: Uint8Array): Chunk[] {
  const reader = new ByteReader(input);
  const chunks: Chunk[] = [];
  while (reader.remaining >= 2 && chunks.length < MAX_CHUNKS) {
    const head = reader.u16();
    const bytes = reader.take(Math.min(head & MAX_LENGTH, reader.remaining));
    chunks.push({ fromClient: (head & FROM_SERVER) === 0, bytes });
  }
  return chunks;
}
