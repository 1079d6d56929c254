/** What a SYN or SYN-ACK shows of the stack that sent it, in the terms of p0f v3. */
import type { TcpOptions } from "../../net/tcp_options.ts";
import { hashLayout } from "./layout.ts";
import { QUIRK } from "./quirks.ts";

/** The fields of a packet that matter here; `Packet` has them all. */
export interface StackPacket {
  readonly ipVersion: number;
  /** With IPv6 extension headers. */
  readonly ipHeaderLength: number;
  readonly ttl: number;
  readonly trafficClass: number;
  /** -1 in IPv6. */
  readonly ipId: number;
  readonly dontFragment: boolean | number;
  readonly reservedBit: boolean | number;
  readonly flowLabel: number;
  readonly tcpHeaderLength: number;
  readonly tcpFlags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly urgentPointer: number;
  readonly window: number;
  readonly payloadLength: number;
  readonly payloadMissing: number;
}

/** NS, CWR and ECE. */
const ECN_FLAGS = 0x1c0;
const ACK_FLAG = 0x10;
const URG_FLAG = 0x20;
const PSH_FLAG = 0x08;

/** The two bits of the traffic class (RFC 3168 section 5). */
const ECN_FIELD = 3;

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;

/** Highest shift that has a meaning (RFC 7323 2.3). */
const MAX_SCALE = 14;

/** All options that fit into a header, and one that does not. */
const MAX_LAYOUT = 41;

/** An observation. One object is filled again and again by {@linkcode observe}. */
export class StackObservation {
  synAck = false;
  ipVersion = 0;
  ttl = 0;
  /** Bytes of IPv4 options or IPv6 extension headers. */
  ipOptionLength = 0;
  /** 0 without the option. */
  mss = 0;
  window = 0;
  /** 0 without the option. */
  scale = 0;
  /** Bits of QUIRK. */
  quirks = 0;
  /** Option kinds up to the end of list, `layoutCount` of them. */
  readonly layout: Uint8Array;
  layoutCount = 0;
  layoutHash = 0;
  /** Bytes behind the end of list. */
  padding = 0;
  hasPayload = false;
  /** Bytes of the IP and TCP headers together. */
  headerLength = 0;
  /** There is an own timestamp other than 0. */
  hasTimestamp = false;
  /** MSS of the SYN that a SYN-ACK answers; 0 when not known. */
  peerMss = 0;

  constructor(layout: Uint8Array = new Uint8Array(MAX_LAYOUT)) {
    this.layout = layout;
  }

  /** A copy that stays as it is. */
  clone(): StackObservation {
    const copy = new StackObservation(this.layout.slice(0, this.layoutCount));
    copy.synAck = this.synAck;
    copy.ipVersion = this.ipVersion;
    copy.ttl = this.ttl;
    copy.ipOptionLength = this.ipOptionLength;
    copy.mss = this.mss;
    copy.window = this.window;
    copy.scale = this.scale;
    copy.quirks = this.quirks;
    copy.layoutCount = this.layoutCount;
    copy.layoutHash = this.layoutHash;
    copy.padding = this.padding;
    copy.hasPayload = this.hasPayload;
    copy.headerLength = this.headerLength;
    copy.hasTimestamp = this.hasTimestamp;
    copy.peerMss = this.peerMss;
    return copy;
  }

  /** True when both show the same. */
  equals(other: StackObservation): boolean {
    if (
      this.layoutHash !== other.layoutHash || this.ttl !== other.ttl ||
      this.window !== other.window || this.mss !== other.mss || this.scale !== other.scale ||
      this.quirks !== other.quirks || this.layoutCount !== other.layoutCount ||
      this.padding !== other.padding || this.ipVersion !== other.ipVersion ||
      this.ipOptionLength !== other.ipOptionLength || this.synAck !== other.synAck ||
      this.hasPayload !== other.hasPayload || this.headerLength !== other.headerLength ||
      this.hasTimestamp !== other.hasTimestamp || this.peerMss !== other.peerMss
    ) return false;
    for (let index = 0; index < this.layoutCount; index++) {
      if (this.layout[index] !== other.layout[index]) return false;
    }
    return true;
  }
}

/**
 * Fills `observation` from a SYN or SYN-ACK and its options.
 *
 * @param peerMss MSS that the SYN had asked for, when this is the SYN-ACK to it: some systems make
 *   their window a multiple of that
 * @returns `observation`
 */
export function observe(
  observation: StackObservation,
  packet: StackPacket,
  options: TcpOptions,
  synAck: boolean,
  peerMss = 0,
): StackObservation {
  const isV4 = packet.ipVersion === 4;
  observation.synAck = synAck;
  observation.ipVersion = packet.ipVersion;
  observation.ttl = packet.ttl;
  observation.ipOptionLength = packet.ipHeaderLength - (isV4 ? IPV4_HEADER : IPV6_HEADER);
  observation.mss = Math.max(0, options.mss);
  observation.window = packet.window;
  observation.scale = Math.max(0, options.windowScale);
  observation.quirks = ipQuirks(packet, isV4) | tcpQuirks(packet) | optionQuirks(options, synAck);
  copyLayout(observation, options);
  observation.padding = options.paddingBytes;
  observation.hasPayload = packet.payloadLength + packet.payloadMissing > 0;
  observation.headerLength = packet.ipHeaderLength + packet.tcpHeaderLength;
  observation.hasTimestamp = options.timestamp > 0;
  observation.peerMss = Math.max(0, peerMss);
  return observation;
}

function ipQuirks(packet: StackPacket, isV4: boolean): number {
  const ecn = (packet.trafficClass & ECN_FIELD) === 0 ? 0 : QUIRK.ecn;
  if (!isV4) return ecn | (packet.flowLabel === 0 ? 0 : QUIRK.flow);
  const id = packet.dontFragment
    ? packet.ipId === 0 ? QUIRK.df : QUIRK.df | QUIRK.idSet
    : packet.ipId === 0
    ? QUIRK.idZero
    : 0;
  return ecn | id | (packet.reservedBit ? QUIRK.reserved : 0);
}

function tcpQuirks(packet: StackPacket): number {
  const { tcpFlags } = packet;
  let quirks = packet.sequence === 0 ? QUIRK.seqZero : 0;
  if ((tcpFlags & ECN_FLAGS) !== 0) quirks |= QUIRK.ecn;
  if ((tcpFlags & ACK_FLAG) === 0) {
    if (packet.acknowledgement !== 0) quirks |= QUIRK.ackSet;
  } else if (packet.acknowledgement === 0) quirks |= QUIRK.ackZero;
  if ((tcpFlags & URG_FLAG) !== 0) quirks |= QUIRK.urgentFlag;
  else if (packet.urgentPointer !== 0) quirks |= QUIRK.urgentPointer;
  return (tcpFlags & PSH_FLAG) === 0 ? quirks : quirks | QUIRK.pushFlag;
}

function optionQuirks(options: TcpOptions, synAck: boolean): number {
  let quirks = options.malformed ? QUIRK.malformed : 0;
  if (options.timestamp === 0) quirks |= QUIRK.timestampZero;
  if (!synAck && options.timestampEcho > 0) quirks |= QUIRK.echoSet;
  if (options.paddingSet) quirks |= QUIRK.paddingSet;
  return options.windowScale > MAX_SCALE ? quirks | QUIRK.scaleExcessive : quirks;
}

function copyLayout(observation: StackObservation, options: TcpOptions): void {
  const { kinds, layoutCount, brokenKind } = options;
  const { layout } = observation;
  for (let index = 0; index < layoutCount; index++) layout[index] = kinds[index]!;
  let count = layoutCount;
  // p0f counts the option that runs over the end of the header among the options.
  if (brokenKind >= 0) layout[count++] = brokenKind;
  observation.layoutCount = count;
  observation.layoutHash = hashLayout(layout, count);
}
