/** Changes how TCP payload is cut, ordered and sent again, and nothing of what it says. */
import { concatBytes } from "../../lib/bytes.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { TRANSPORT } from "../../lib/net/transport.ts";
import type { CapturedPacket } from "./capture_builder.ts";
import type { SeededRandom } from "./log_random.ts";
import { FLAG } from "./tcp_talk.ts";

const ETHERNET = 1;

/** A TCP segment in an Ethernet frame. */
export interface Segment {
  readonly captured: CapturedPacket;
  /** Who sends to whom, as a key; and the same of the answers. */
  readonly direction: string;
  readonly opposite: string;
  readonly sequence: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

const packet = new Packet();

/** The segment in a frame without tunnels and fragments; undefined for anything else. */
export function segmentOf(captured: CapturedPacket): Segment | undefined {
  const { bytes, micros = 0 } = captured;
  const found = decodePacket(packet, bytes, 0, bytes.length, bytes.length, micros, ETHERNET);
  const usual = found && packet.protocol === TRANSPORT.tcp && packet.tcpHeaderLength > 0 &&
    !packet.isFragment && !packet.encapsulated && packet.payloadMissing === 0;
  if (!usual) return undefined;
  const { sourceOffset, destinationOffset, addressLength, payloadOffset, payloadLength } = packet;
  const end = (address: number, port: number) =>
    `${bytes.subarray(address, address + addressLength).toHex()} ${port}`;
  const from = end(sourceOffset, packet.sourcePort);
  const to = end(destinationOffset, packet.destinationPort);
  return {
    captured,
    direction: `${from} ${to}`,
    opposite: `${to} ${from}`,
    sequence: packet.sequence,
    flags: packet.tcpFlags,
    payload: bytes.slice(payloadOffset, payloadOffset + payloadLength),
  };
}

/** The segment with another payload, place or flags; checksums stay as they were, as offload leaves them. */
export function withChanges(
  segment: Segment,
  changes: Partial<Pick<Segment, "sequence" | "payload" | "flags">>,
): CapturedPacket {
  const { captured, sequence, payload, flags } = { ...segment, ...changes };
  const { bytes, micros = 0 } = captured;
  decodePacket(packet, bytes, 0, bytes.length, bytes.length, micros, ETHERNET);
  const { ipOffset, ipVersion, l4Offset, payloadOffset } = packet;
  const changed = concatBytes(bytes.subarray(0, payloadOffset), payload);
  const view = new DataView(changed.buffer);
  const length = changed.length - ipOffset;
  view.setUint16(ipOffset + (ipVersion === 4 ? 2 : 4), ipVersion === 4 ? length : length - 40);
  view.setUint32(l4Offset + 4, sequence >>> 0);
  view.setUint16(l4Offset + 12, view.getUint16(l4Offset + 12) & 0xfe00 | flags);
  return { bytes: changed, micros };
}

/** A change that keeps what is said. */
export type Change = (packets: readonly CapturedPacket[], random: SeededRandom) => CapturedPacket[];

/** Changes the segments that `wanted` says, and lets all other packets be. */
function each(change: (segment: Segment, random: SeededRandom) => CapturedPacket[]): Change {
  return (packets, random) =>
    packets.flatMap((captured) => {
      const segment = segmentOf(captured);
      const special = segment === undefined || (segment.flags & (FLAG.syn | FLAG.rst)) !== 0;
      return special ? [captured] : change(segment, random);
    });
}

/** Cuts payload into pieces whose sizes `size` says. */
export function recut(size: (random: SeededRandom) => number): Change {
  return each((segment, random) => {
    const { sequence, payload, flags } = segment;
    const pieces: CapturedPacket[] = [];
    for (let at = 0; at < payload.length;) {
      const piece = payload.subarray(at, at + size(random));
      const isLast = at + piece.length === payload.length;
      pieces.push(withChanges(segment, {
        sequence: sequence + at,
        payload: piece,
        flags: isLast ? flags : flags & ~FLAG.fin,
      }));
      at += piece.length;
    }
    return pieces.length === 0 ? [segment.captured] : pieces;
  });
}

/** Has each segment begin with what the one before it ended with. */
export const overlap: Change = (packets, random) => {
  const before = new Map<string, { readonly next: number; readonly bytes: Uint8Array }>();
  return each((segment) => {
    const { direction, sequence, payload } = segment;
    const last = before.get(direction);
    before.set(direction, { next: (sequence + payload.length) >>> 0, bytes: payload });
    if (last?.next !== sequence || payload.length === 0) return [segment.captured];
    const again = last.bytes.subarray(last.bytes.length - random.below(last.bytes.length));
    return [withChanges(segment, {
      sequence: sequence - again.length,
      payload: concatBytes(again, payload),
    })];
  })(packets, random);
};

/** Keep-alives with and without their byte, closed windows and repeated acknowledgements between segments. */
export const keepAlives: Change = each((segment) => {
  const next = segment.sequence + segment.payload.length;
  if ((segment.flags & FLAG.fin) !== 0) return [segment.captured];
  const probe = { sequence: next - 1, flags: FLAG.ack };
  return [
    segment.captured,
    withChanges(segment, { ...probe, payload: Uint8Array.of(0) }),
    withChanges(segment, { ...probe, payload: new Uint8Array(0) }),
    withChanges(segment, { sequence: next, flags: FLAG.ack, payload: new Uint8Array(0) }),
  ];
});

/** Lets packets of one side that follow each other change places. */
export const swapRuns: Change = (packets, random) => {
  const changed = [...packets];
  for (let at = 1; at < changed.length; at++) {
    const [one, two] = [segmentOf(changed[at - 1]!), segmentOf(changed[at]!)];
    const usual = one !== undefined && two !== undefined && one.direction === two.direction &&
      ((one.flags | two.flags) & (FLAG.syn | FLAG.rst | FLAG.fin)) === 0;
    if (usual && random.chance(0.5)) {
      changed[at - 1] = { ...two.captured, micros: one.captured.micros ?? 0 };
      changed[at] = { ...one.captured, micros: two.captured.micros ?? 0 };
    }
  }
  return changed;
};

/** Puts a RST of who speaks before each first segment with payload. */
export const resetFirst: Change = (packets, random) => {
  const spoken = new Set<string>();
  return each((segment) => {
    const { direction, payload } = segment;
    if (payload.length === 0 || spoken.has(direction)) return [segment.captured];
    spoken.add(direction);
    const reset = withChanges(segment, {
      flags: FLAG.rst | FLAG.ack,
      payload: new Uint8Array(0),
    });
    return [reset, segment.captured];
  })(packets, random);
};
