/** Reads captures into lists, for tests. */
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";

/** A packet as the reader hands it out, its bytes copied. */
export interface ReadPacket {
  readonly bytes: Uint8Array;
  readonly wire: number;
  readonly micros: number;
  readonly linkType: number;
}

/** What a reader made of a capture. */
export interface ReadCapture {
  readonly packets: ReadPacket[];
  readonly damage: string | undefined;
}

/** Reads a capture that comes in `chunks`. Each chunk is overwritten once it has been read. */
export function readCapture(...chunks: Uint8Array[]): ReadCapture {
  const packets: ReadPacket[] = [];
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    packets.push({ bytes: bytes.slice(offset, offset + captured), wire, micros, linkType });
  });
  for (const chunk of chunks) {
    const copy = chunk.slice();
    reader.push(copy);
    copy.fill(0xee);
  }
  reader.end();
  return { packets, damage: reader.damage };
}

/** `bytes` in pieces of the given sizes, over and over. */
export function inPieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const size = Math.max(1, sizes[pieces.length % sizes.length] ?? bytes.length);
    pieces.push(bytes.subarray(start, start + size));
    start += size;
  }
  return pieces;
}

/** Decodes one frame that was captured whole; undefined when it holds no IP packet. */
export function decoded(
  bytes: Uint8Array,
  { linkType = 1, wire = bytes.length } = {},
): Packet | undefined {
  const packet = new Packet();
  // Not at the start of its buffer, and with something behind it that must not be read.
  const buffer = new Uint8Array(bytes.length + 64).fill(0xee);
  buffer.set(bytes, 24);
  return decodePacket(packet, buffer, 24, bytes.length, wire, 1, linkType) ? packet : undefined;
}
