/** Sound inputs out of captures: those of the fixtures, and of the corpus where that is there. */
import { fileURLToPath } from "node:url";
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { TRANSPORT } from "../../lib/net/transport.ts";
import type { Chunk } from "./chunks.ts";

const FOLDERS = ["../fixtures/captures/", "../../../shared/corpus/public/pcaps/"];
const CAPTURE = /\.(?:pcap|pcapng|cap)$/;

/** What is taken of one capture, and of one conversation. */
const MAX_FRAMES = 400;
const MAX_CHUNKS = 24;

/** A frame of a capture. */
export interface Frame {
  readonly linkType: number;
  readonly bytes: Uint8Array;
  /** Bytes that the capture cut off. */
  readonly missing: number;
}

/** What two sides said to each other, whoever spoke first being the client. */
export interface Conversation {
  readonly udp: boolean;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly chunks: Chunk[];
}

/** Contents of all captures, compressed ones not among them. */
export const captures: () => readonly Uint8Array[] = once(() =>
  FOLDERS.flatMap((folder) => capturesIn(fileURLToPath(new URL(folder, import.meta.url))))
);

/** The first frames of each capture. */
export const frames: () => readonly (readonly Frame[])[] = once(() =>
  captures().map((bytes) => {
    const found: Frame[] = [];
    const reader = new CaptureReader((data, offset, captured, wire, _micros, linkType) => {
      if (found.length >= MAX_FRAMES) return;
      const bytes = data.slice(offset, offset + captured);
      found.push({ linkType, bytes, missing: wire - captured });
    });
    reader.push(bytes);
    return found;
  })
);

/** The conversations over TCP and UDP, segments in the order in which they were captured. */
export const conversations: () => readonly Conversation[] = once(() =>
  frames().flatMap((capture) => {
    const found = new Map<string, Conversation & { readonly client: string }>();
    const packet = new Packet();
    for (const { linkType, bytes, missing } of capture) {
      const { length } = bytes;
      if (!decodePacket(packet, bytes, 0, length, length + missing, 0, linkType)) continue;
      const { protocol, sourcePort, destinationPort, payloadOffset, payloadLength } = packet;
      const udp = protocol === TRANSPORT.udp;
      if (payloadLength === 0 || packet.isFragment || !udp && protocol !== TRANSPORT.tcp) continue;
      const source = `${addressAt(packet, packet.sourceOffset)} ${sourcePort}`;
      const destination = `${addressAt(packet, packet.destinationOffset)} ${destinationPort}`;
      const key = [source, destination].sort().join(" ");
      const known = found.get(key) ?? {
        udp,
        client: source,
        clientPort: sourcePort,
        serverPort: destinationPort,
        chunks: [],
      };
      found.set(key, known);
      const payload = bytes.slice(payloadOffset, payloadOffset + payloadLength);
      if (known.chunks.length < MAX_CHUNKS) {
        known.chunks.push({ fromClient: source === known.client, bytes: payload });
      }
    }
    return [...found.values()];
  })
);

/** The messages that one side of the conversations of a protocol sent, as one. */
export function streamsWhere(is: (stream: Uint8Array) => boolean): Uint8Array[] {
  return conversations()
    .filter(({ udp }) => !udp)
    .flatMap(({ chunks }) => [streamOf(chunks, true), streamOf(chunks, false)])
    .filter((stream) => stream.length > 0 && is(stream));
}

/** What one side said, in one. */
export function streamOf(chunks: readonly Chunk[], fromClient: boolean): Uint8Array<ArrayBuffer> {
  const parts = chunks.filter((chunk) => chunk.fromClient === fromClient);
  const stream = new Uint8Array(parts.reduce((length, { bytes }) => length + bytes.length, 0));
  let at = 0;
  for (const { bytes } of parts) {
    stream.set(bytes, at);
    at += bytes.length;
  }
  return stream;
}

function addressAt({ bytes, addressLength }: Packet, offset: number): string {
  return bytes.subarray(offset, offset + addressLength).toHex();
}

function capturesIn(folder: string): Uint8Array[] {
  try {
    return [...Deno.readDirSync(folder)]
      .sort((a, b) => a.name < b.name ? -1 : 1)
      .flatMap(({ name, isDirectory }) => {
        if (isDirectory) return capturesIn(`${folder}${name}/`);
        return CAPTURE.test(name) ? [Deno.readFileSync(folder + name)] : [];
      });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
