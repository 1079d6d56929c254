/** Frames of Initial packets (RFC 9000 19, and 12.4 for which of them may be there). */
import { ByteReader } from "../bytes.ts";
import type { FragmentBuffer } from "../tls/fragment_buffer.ts";
import { readVarint } from "./long_header.ts";

const PADDING = 0x00;
const PING = 0x01;
const ACK = 0x02;
const ACK_WITH_ECN = 0x03;
const CRYPTO = 0x06;
const CONNECTION_CLOSE = 0x1c;

/** CRYPTO and PING of Chromium's T050 and T051. What has these types in QUIC may not be here. */
const GOOGLE_CRYPTO = 0x08;
const GOOGLE_PING = 0x07;

/** Adds what the CRYPTO frames carry to `stream`. A frame that is not known ends the reading. */
export function collectCrypto(frames: Uint8Array, stream: FragmentBuffer): void {
  const reader = new ByteReader(frames);
  while (reader.remaining > 0) {
    switch (reader.u8()) {
      case PADDING:
        // Most of the packet: the end of it is looked for without a call for each byte.
        reader.take(paddingEnd(frames, reader.offset) - reader.offset);
        break;
      case PING:
      case GOOGLE_PING:
        break;
      case ACK:
        skipAck(reader);
        break;
      case ACK_WITH_ECN:
        skipAck(reader);
        for (let count = 0; count < 3; count++) readVarint(reader);
        break;
      case CRYPTO:
      case GOOGLE_CRYPTO: {
        const offset = readVarint(reader);
        const data = reader.take(readVarint(reader));
        stream.add(offset, data);
        break;
      }
      case CONNECTION_CLOSE:
        readVarint(reader);
        readVarint(reader);
        reader.take(readVarint(reader));
        break;
      default:
        return;
    }
  }
}

function paddingEnd(frames: Uint8Array, offset: number): number {
  let end = offset;
  while (end < frames.length && frames[end] === PADDING) end++;
  return end;
}

/** Largest Acknowledged, ACK Delay, ranges (RFC 9000 19.3). */
function skipAck(reader: ByteReader): void {
  readVarint(reader);
  readVarint(reader);
  const ranges = readVarint(reader);
  readVarint(reader);
  for (let range = 0; range < ranges && !reader.failed; range++) {
    readVarint(reader);
    readVarint(reader);
  }
}
