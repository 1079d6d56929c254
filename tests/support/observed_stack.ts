/** Observations of TCP stacks for tests: out of packets, and out of signatures. */
import { fromHex } from "../../lib/bytes.ts";
import {
  observe,
  StackObservation,
  type StackPacket,
} from "../../lib/fingerprint/p0f/observation.ts";
import { QUIRK } from "../../lib/fingerprint/p0f/quirks.ts";
import { ANY, type TcpSignature, WINDOW } from "../../lib/fingerprint/p0f/signature.ts";
import { hashLayout } from "../../lib/fingerprint/p0f/layout.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { parseTcpOptions, readTcpOptions, TcpOptions } from "../../lib/net/tcp_options.ts";

/** LINKTYPE_RAW: the frame starts with the IP header. */
const RAW = 101;

const ACK = 0x10;

/** The observation of a SYN or SYN-ACK in hexadecimal, from its IP header on. */
export function observedPacket(hex: string, peerMss?: number): StackObservation {
  const bytes = fromHex(hex);
  const packet = new Packet();
  const options = new TcpOptions();
  if (
    !decodePacket(packet, bytes, 0, bytes.length, bytes.length, 0, RAW) ||
    !readTcpOptions(options, packet)
  ) throw new Error(`no whole TCP header: ${hex}`);
  const isSynAck = (packet.tcpFlags & ACK) !== 0;
  return observe(new StackObservation(), packet, options, isSynAck, peerMss);
}

/** A SYN of Linux as it leaves the host; what is given differs. */
export function observedSyn(
  packet: Partial<StackPacket> = {},
  options = "020405b40402080aac1700480000000001030307",
  peerMss = 0,
): StackObservation {
  const bytes = fromHex(options);
  const parsed = new TcpOptions();
  parseTcpOptions(parsed, bytes, 0, bytes.length);
  const syn: StackPacket = {
    ipVersion: 4,
    ipHeaderLength: 20,
    ttl: 64,
    trafficClass: 0,
    ipId: 0xdfab,
    dontFragment: true,
    reservedBit: false,
    flowLabel: 0,
    tcpHeaderLength: 20 + bytes.length,
    tcpFlags: 2,
    sequence: 3330587950,
    acknowledgement: 0,
    urgentPointer: 0,
    window: 64240,
    payloadLength: 0,
    payloadMissing: 0,
    ...packet,
  };
  const isSynAck = (syn.tcpFlags & ACK) !== 0;
  return observe(new StackObservation(), syn, parsed, isSynAck, peerMss);
}

/** Something that fits a signature exactly, over IPv4 where it may be. */
export function observationOf(signature: TcpSignature, synAck: boolean): StackObservation {
  const { layout, windowKind, window } = signature;
  const seen = new StackObservation();
  const hasMss = layout.kinds.includes(2);
  seen.synAck = synAck;
  seen.ipVersion = signature.version === ANY ? 4 : signature.version;
  seen.ttl = signature.ttl;
  seen.ipOptionLength = signature.ipOptionLength;
  // Small enough that many of it fit into a window.
  seen.mss = signature.mss !== ANY ? signature.mss : hasMss ? 1212 : 0;
  seen.window = windowKind === WINDOW.mss
    ? window * seen.mss
    : windowKind === WINDOW.mtu
    ? window * (seen.mss + 40)
    : windowKind === WINDOW.any
    ? 12345
    : window;
  seen.scale = signature.scale === ANY ? layout.kinds.includes(3) ? 11 : 0 : signature.scale;
  seen.quirks = signature.quirks;
  seen.layout.set(layout.kinds);
  seen.layoutCount = layout.kinds.length;
  seen.layoutHash = hashLayout(layout.kinds, layout.kinds.length);
  seen.padding = layout.padding;
  seen.hasPayload = signature.payload === 1;
  seen.headerLength = 60;
  seen.hasTimestamp = layout.kinds.includes(8) && (signature.quirks & QUIRK.timestampZero) === 0;
  return seen;
}
