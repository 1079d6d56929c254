/** Frames of all link layers down to the transport, fragments, and what a SYN tells of its sender. */
import assert from "node:assert/strict";
import { ByteReader, ByteWriter } from "../../../lib/bytes.ts";
import { ja4t } from "../../../lib/fingerprint/ja4plus/ja4t.ts";
import { StackIdentifier } from "../../../lib/fingerprint/p0f/identifier.ts";
import { observe, StackObservation } from "../../../lib/fingerprint/p0f/observation.ts";
import { ownSignatures } from "../../../lib/fingerprint/p0f/signatures.ts";
import { formatAddress } from "../../../lib/net/address.ts";
import { communityId } from "../../../lib/net/community_id.ts";
import { FragmentTable } from "../../../lib/net/ip_fragments.ts";
import { LINK_TYPE } from "../../../lib/net/link_layer.ts";
import { decodePacket, Packet } from "../../../lib/net/packet.ts";
import {
  optionLetters,
  parseTcpOptions,
  readTcpOptions,
  TcpOptions,
} from "../../../lib/net/tcp_options.ts";
import { TRANSPORT } from "../../../lib/net/transport.ts";
import { type Frame, frames } from "../captured.ts";
import { assertInside, fieldsOf } from "../packet_bounds.ts";
import type { FuzzTarget } from "../target.ts";

const LINK_TYPES = Object.values(LINK_TYPE);

/** Frames before and behind which there are other bytes, as in a capture file. */
const MARGIN = 40;

/** Frames of one input, the longest in a seed, seeds of a capture, and microseconds between frames. */
const MAX_FRAMES = 24;
const MAX_FRAME = 2000;
const MAX_SERIES = 30;
const INTERVAL = 1_000_000;

const OPTIONS = /^$|^(?:[A-Z]|\?\d+)(?:,(?:[A-Z]|\?\d+))*$/;
const JA4T = /^\d+_(?:00|\d+(?:-\d+)*)_(?:00|\d{2,5})_(?:00|\d+)$/;

export const PACKET: FuzzTarget = {
  name: "packet",
  seeds: () => frames().flatMap(series),
  run(input) {
    const packet = new Packet();
    const table = new FragmentTable();
    const outcomes = new Set<string>();
    split(input).forEach(({ linkType, bytes, missing }, index) => {
      const micros = index * INTERVAL;
      if (!decode(packet, bytes, linkType, missing, micros)) return;
      outcomes.add(describe(packet));
      if (!packet.isFragment || !table.reassemble(packet)) return;
      assertInside(packet, 0, packet.bytes.length);
      outcomes.add(`whole ${describe(packet)}`);
    });
    parseTcpOptions(new TcpOptions(), input, 0, input.length);
    return [...outcomes].sort().join();
  },
};

/** Decodes a frame in the middle of a buffer, whose other bytes must not matter. */
function decode(
  packet: Packet,
  frame: Uint8Array,
  linkType: number,
  missing: number,
  micros: number,
): boolean {
  const { length } = frame;
  const found = [0xff, 0x45].map((around) => {
    const buffer = new Uint8Array(length + 2 * MARGIN).fill(around);
    buffer.set(frame, MARGIN);
    const isIp = decodePacket(packet, buffer, MARGIN, length, length + missing, micros, linkType);
    if (isIp) assertInside(packet, MARGIN, MARGIN + length);
    return isIp ? fieldsOf(packet) : "";
  });
  assert.equal(found[0], found[1]);
  return found[0] !== "";
}

/** What is told of a packet, in a few words. */
function describe(packet: Packet): string {
  const { bytes, addressLength, protocol, sourcePort, destinationPort } = packet;
  const address = (at: number) => bytes.subarray(at, at + addressLength);
  const source = address(packet.sourceOffset);
  const destination = address(packet.destinationOffset);
  assert.ok(formatAddress(source).length > 0 && formatAddress(destination).length > 0);
  assert.match(
    communityId(protocol, source, sourcePort, destination, destinationPort),
    /^1:[A-Za-z0-9+/]{27}=$/,
  );
  const kind = `${packet.ipVersion} ${packet.isFragment} ${packet.encapsulated}`;
  if (protocol !== TRANSPORT.tcp || packet.tcpHeaderLength === 0) {
    return `${kind} ${Object.values<number>(TRANSPORT).includes(protocol) ? protocol : "other"}`;
  }
  return `${kind} ${describeSyn(packet)}`;
}

const identifier = new StackIdentifier(ownSignatures(), 64);

/** As if the packet was a SYN, and a SYN-ACK. */
function describeSyn(packet: Packet): string {
  const options = new TcpOptions();
  if (!readTcpOptions(options, packet)) return "cut";
  const { count, layoutCount, kinds } = options;
  assert.ok(layoutCount <= count && count <= kinds.length);
  assert.match(optionLetters(options), OPTIONS);
  assert.match(ja4t(packet.window, options), JA4T);
  const guesses = [false, true].map((synAck) => {
    const stack = identifier.identify(
      observe(new StackObservation(), packet, options, synAck, options.mss),
    );
    assert.match(stack.signature, /^[46]:\d+\+(?:\d+|\?):\d+:\d+:[^:]+:[^:]*:[^:]*:[0+]$/);
    assert.ok(stack.hops >= 0 && stack.initialTtl <= 255);
    return stack.osGuess;
  });
  return `${options.malformed} ${guesses.join("/")}`;
}

/** Inputs of some neighbours each, which may be fragments of one datagram. */
function series(capture: readonly Frame[]): Uint8Array[] {
  const short = capture.filter(({ bytes }) => bytes.length <= MAX_FRAME);
  const count = Math.min(MAX_SERIES, Math.ceil(short.length / 4));
  return Array.from({ length: count }, (_, index) => join(short.slice(4 * index, 4 * index + 6)));
}

function join(series: readonly Frame[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { linkType, bytes, missing } of series) {
    const known = Math.max(0, LINK_TYPES.findIndex((type) => type === linkType));
    writer.u8(known).u16(missing & 0xffff).vector(2, (frame) => frame.bytes(bytes));
  }
  return writer.finish();
}

function split(input: Uint8Array): Frame[] {
  const reader = new ByteReader(input);
  const found: Frame[] = [];
  while (reader.remaining > 5 && found.length < MAX_FRAMES) {
    const linkType = LINK_TYPES[reader.u8() % LINK_TYPES.length]!;
    const missing = reader.u16();
    const length = Math.min(reader.u16(), reader.remaining);
    found.push({ linkType, missing, bytes: reader.take(length) });
  }
  return found;
}
