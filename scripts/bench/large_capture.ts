// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Makes a large capture out of small ones: the same connections over and over between other hosts, a
 * microsecond scale of its own, and bulk data behind each, so that handshakes are as rare as in real
 * traffic. Checksums are right.
 *
 * Usage: deno run -A scripts/bench/large_capture.ts OUT PACKETS [CAPTURE...]
 */
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { TRANSPORT } from "../../lib/net/transport.ts";

const ETHERNET = 1;
const SNAPLEN = 262_144;
const BUFFER = 8 * 1024 * 1024;

/** Bulk segments behind each packet that a client or server really sent, and their payload. */
const BULK_SHARE = 0.5;
const BULK_PAYLOAD = 1200;

/** Time between packets. */
const STEP_MICROS = 20;

interface Frame {
  readonly bytes: Uint8Array;
  readonly ipOffset: number;
  readonly l4Offset: number;
  readonly protocol: number;
}

/** The IPv4 frames over Ethernet of the captures, with bulk data behind them. */
function readFrames(paths: readonly string[]): Frame[] {
  return paths.flatMap((path) => {
    const frames: Frame[] = [];
    const packet = new Packet();
    let last: Uint8Array | undefined;
    const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
      if (linkType !== ETHERNET || captured !== wire) return;
      if (!decodePacket(packet, bytes, offset, captured, wire, micros, linkType)) return;
      if (packet.ipVersion !== 4 || packet.encapsulated || packet.isFragment) return;
      const { protocol } = packet;
      if (protocol !== TRANSPORT.tcp && protocol !== TRANSPORT.udp) return;
      const frame = bytes.slice(offset, offset + captured);
      frames.push({
        bytes: frame,
        ipOffset: packet.ipOffset - offset,
        l4Offset: packet.l4Offset - offset,
        protocol,
      });
      if (protocol === TRANSPORT.tcp && packet.payloadLength > 0 && packet.sourcePort < 1024) {
        last = frame;
      }
    });
    reader.push(Deno.readFileSync(path));
    reader.end();
    return last === undefined ? frames : [...frames, ...bulk(last, frames.length * BULK_SHARE)];
  });
}

/** Segments that go on behind `segment`. */
function bulk(segment: Uint8Array, count: number): Frame[] {
  const packet = new Packet();
  decodePacket(packet, segment, 0, segment.length, segment.length, 0, ETHERNET);
  const { ipOffset, l4Offset, tcpHeaderLength } = packet;
  const head = l4Offset + tcpHeaderLength;
  let sequence = packet.sequence + packet.payloadLength;
  return Array.from({ length: Math.floor(count) }, () => {
    const bytes = new Uint8Array(head + BULK_PAYLOAD);
    bytes.set(segment.subarray(0, head));
    // Application data of TLS, as it looks on the wire.
    crypto.getRandomValues(bytes.subarray(head));
    const view = new DataView(bytes.buffer);
    view.setUint16(ipOffset + 2, bytes.length - ipOffset);
    view.setInt32(l4Offset + 4, sequence | 0);
    sequence += BULK_PAYLOAD;
    return { bytes, ipOffset, l4Offset, protocol: TRANSPORT.tcp };
  });
}

/** Ones' complement sum of 16-bit words (RFC 1071). */
function sum(bytes: Uint8Array, from: number, to: number, start = 0): number {
  let total = start;
  for (let at = from; at < to; at += 2) {
    total += bytes[at]! << 8 | (at + 1 < to ? bytes[at + 1]! : 0);
  }
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

function putChecksums(frame: Uint8Array, { ipOffset, l4Offset, protocol }: Frame): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const end = ipOffset + view.getUint16(ipOffset + 2);
  view.setUint16(ipOffset + 10, 0);
  view.setUint16(ipOffset + 10, ~sum(frame, ipOffset, l4Offset) & 0xffff);
  const place = l4Offset + (protocol === TRANSPORT.tcp ? 16 : 6);
  view.setUint16(place, 0);
  const pseudo = sum(frame, ipOffset + 12, ipOffset + 20, protocol + (end - l4Offset));
  view.setUint16(place, ~sum(frame, l4Offset, end, pseudo) & 0xffff);
}

const FIXTURES = new URL("../../tests/fixtures/captures/clients/", import.meta.url);

/** Paths of our own captures of real clients. */
export function clientCaptures(): string[] {
  return [...Deno.readDirSync(FIXTURES)].filter(({ name }) => name.endsWith(".pcap"))
    .map(({ name }) => new URL(name, FIXTURES).pathname).sort();
}

/** Writes `count` packets made of `paths` to `out`, an ordinary pcap file; returns its packets. */
export function makeLargeCapture(out: string, count: number, paths: readonly string[]): number {
  const frames = readFrames(paths);
  if (frames.length === 0) throw new Error("no IPv4 over Ethernet in these captures");
  using file = Deno.openSync(out, { write: true, create: true, truncate: true });
  const buffer = new Uint8Array(BUFFER);
  const view = new DataView(buffer.buffer);
  [0xa1b2c3d4, 0x00020004, 0, 0, SNAPLEN, ETHERNET].forEach((word, index) =>
    view.setUint32(4 * index, index === 1 ? 0x0004_0002 : word, true)
  );
  let used = 24;
  const flush = () => {
    for (let at = 0; at < used;) at += file.writeSync(buffer.subarray(at, used));
    used = 0;
  };
  for (let number = 0; number < count; number++) {
    const frame = frames[number % frames.length]!;
    const copy = Math.floor(number / frames.length);
    const { bytes, ipOffset } = frame;
    if (used + 16 + bytes.length > BUFFER) flush();
    const micros = 1_700_000_000_000_000 + number * STEP_MICROS;
    view.setUint32(used, Math.floor(micros / 1_000_000), true);
    view.setUint32(used + 4, micros % 1_000_000, true);
    view.setUint32(used + 8, bytes.length, true);
    view.setUint32(used + 12, bytes.length, true);
    const at = used + 16;
    buffer.set(bytes, at);
    // Other hosts in each copy, the same for both directions.
    for (const address of [ipOffset + 12, ipOffset + 16]) {
      buffer[at + address]! ^= copy >> 16 & 0x3f;
      buffer[at + address + 1]! ^= copy >> 8 & 0xff;
      buffer[at + address + 2]! ^= copy & 0xff;
    }
    putChecksums(buffer.subarray(at, at + bytes.length), frame);
    used += 16 + bytes.length;
  }
  flush();
  return count;
}

if (import.meta.main) {
  const [out, count, ...paths] = Deno.args;
  if (out === undefined || paths.length === 0 || !(Number(count) > 0)) {
    console.error("usage: large_capture.ts OUT PACKETS CAPTURE...");
    Deno.exit(2);
  }
  makeLargeCapture(out, Number(count), paths);
}
