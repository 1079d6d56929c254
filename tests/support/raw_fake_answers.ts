/** What hosts send back, for the fake network. */
import { fromHex } from "../../lib/bytes.ts";
import { formatAddress } from "../../lib/net/address.ts";
import type { Packet } from "../../lib/net/packet.ts";
import { ipv4, ipv6, tcp, type TcpFields } from "./packet_builder.ts";
import type { SentPacket } from "./raw_fake_network.ts";
import { icmpMessage } from "./raw_icmp.ts";

/** MSS 1460, SACK permitted, timestamps, no operation, window scale 7: what Linux answers. */
export function linuxOptions(timestamp = 1000, mss = 1460): Uint8Array<ArrayBuffer> {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  return fromHex(`0204${hex(mss, 4)}0402080a${hex(timestamp, 8)}0000000001030307`);
}

/** Header fields of an answer. */
export interface AnswerFields extends TcpFields {
  readonly ttl?: number;
  readonly id?: number;
  readonly trafficClass?: number;
  readonly fragment?: number;
  /** Who answers; by default who was asked. */
  readonly from?: string;
}

function addressAt({ bytes, addressLength }: Packet, offset: number): string {
  return formatAddress(bytes.subarray(offset, offset + addressLength));
}

/** An IP packet back to where `sent` came from. */
export function replyTo(
  { packet }: SentPacket,
  protocol: number,
  payload: Uint8Array,
  { from, ...fields }: AnswerFields = {},
): Uint8Array<ArrayBuffer> {
  const addresses = {
    source: from ?? addressAt(packet, packet.destinationOffset),
    destination: addressAt(packet, packet.sourceOffset),
  };
  const write = packet.ipVersion === 4 ? ipv4 : ipv6;
  const { ttl, id, trafficClass, fragment } = fields;
  return write(
    {
      ...addresses,
      protocol,
      ...(ttl === undefined ? {} : { ttl }),
      ...(id === undefined ? {} : { id }),
      ...(trafficClass === undefined ? {} : { trafficClass }),
      ...(fragment === undefined ? {} : { fragment }),
    },
    payload,
  );
}

/** A segment that answers a SYN, by default as Linux accepts it. */
export function segmentTo(sent: SentPacket, fields: AnswerFields = {}): Uint8Array<ArrayBuffer> {
  const { sourcePort, destinationPort, sequence } = sent.packet;
  const segment = tcp({
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    sequence: 0x10000000,
    acknowledgement: (sequence + 1) >>> 0,
    flags: 0x12,
    window: 65160,
    options: linuxOptions(),
    ...fields,
  });
  return replyTo(sent, 6, segment, { id: 0, ...fields });
}

/** An ICMP or ICMPv6 error about a packet, which quotes `length` bytes of it. */
export function errorAbout(
  sent: SentPacket,
  [type, code]: readonly [type: number, code: number],
  { word = 0, length = 548, change = (quote: Uint8Array) => quote, ...fields }: AnswerFields & {
    readonly word?: number;
    readonly length?: number;
    readonly change?: (quote: Uint8Array) => Uint8Array;
  } = {},
): Uint8Array<ArrayBuffer> {
  const quote = change(sent.bytes.slice(0, length));
  const protocol = sent.packet.ipVersion === 4 ? 1 : 58;
  return replyTo(sent, protocol, icmpMessage(type, code, word, quote), { fragment: 0, ...fields });
}
