/** Builds packets, layer by layer from the inside out, for tests and fixtures. */
import { addressBytes } from "../../lib/net/address.ts";
import { ByteWriter, concatBytes } from "../../lib/bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Big-endian 16-bit words, one after the other. */
export function words(...values: number[]): Bytes {
  return values.reduce((writer, value) => writer.u16(value), new ByteWriter()).finish();
}

/** ASCII text as bytes. */
export function text(value: string): Bytes {
  return new TextEncoder().encode(value);
}

/** An address, IPv4 or IPv6, as its bytes. @throws {TypeError} when it is none. */
export function address(value: string): Bytes {
  const bytes = addressBytes(value);
  if (bytes === undefined) throw new TypeError(`no address: ${value}`);
  return bytes;
}

/** Fields of a TCP header; the rest is 0. */
export interface TcpFields {
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly sequence?: number;
  readonly acknowledgement?: number;
  /** With NS as bit 8. */
  readonly flags?: number;
  readonly window?: number;
  readonly urgentPointer?: number;
  /** Padded to four bytes. */
  readonly options?: Uint8Array;
  /** Header length in words, where a wrong one is wanted. */
  readonly dataOffset?: number;
}

/** A TCP segment. */
export function tcp(fields: TcpFields = {}, payload: Uint8Array = text("")): Bytes {
  const options = padded(fields.options ?? text(""), 4);
  const dataOffset = fields.dataOffset ?? 5 + options.length / 4;
  const header = new ByteWriter()
    .u16(fields.sourcePort ?? 40000)
    .u16(fields.destinationPort ?? 443)
    .uint(4, fields.sequence ?? 0)
    .uint(4, fields.acknowledgement ?? 0)
    .u16(dataOffset << 12 | (fields.flags ?? 0x10))
    .u16(fields.window ?? 0)
    .u16(0)
    .u16(fields.urgentPointer ?? 0)
    .bytes(options);
  return concatBytes(header.finish(), payload);
}

/** A UDP datagram. @param length its length field, where a wrong one is wanted */
export function udp(
  sourcePort: number,
  destinationPort: number,
  payload: Uint8Array,
  length: number = 8 + payload.length,
): Bytes {
  return concatBytes(words(sourcePort, destinationPort, length, 0), payload);
}

/** Fields of an IP header; addresses decide the version. */
export interface IpFields {
  readonly source?: string;
  readonly destination?: string;
  readonly protocol?: number;
  readonly ttl?: number;
  readonly trafficClass?: number;
  /** IPv4 only. */
  readonly id?: number;
  /** IPv4 only: the three flag bits and the fragment offset. */
  readonly fragment?: number;
  /** IPv4 only; padded to four bytes. */
  readonly options?: Uint8Array;
  /** IPv6 only. */
  readonly flowLabel?: number;
  /** Total length of IPv4 or payload length of IPv6, where a wrong one is wanted. */
  readonly length?: number;
}

const PROTOCOL_TCP = 6;

/** An IPv4 packet with a right header checksum. */
export function ipv4(fields: IpFields, payload: Uint8Array): Bytes {
  const options = padded(fields.options ?? text(""), 4);
  const headerLength = 20 + options.length;
  const header = new ByteWriter()
    .u8(0x40 | headerLength / 4)
    .u8(fields.trafficClass ?? 0)
    .u16(fields.length ?? headerLength + payload.length)
    .u16(fields.id ?? 1)
    .u16(fields.fragment ?? 0x4000)
    .u8(fields.ttl ?? 64)
    .u8(fields.protocol ?? PROTOCOL_TCP)
    .u16(0)
    .bytes(address(fields.source ?? "192.0.2.1"))
    .bytes(address(fields.destination ?? "198.51.100.2"))
    .bytes(options)
    .finish();
  header.set(words(checksum(header)), 10);
  return concatBytes(header, payload);
}

/** An IPv6 packet; extension headers come as part of the payload. */
export function ipv6(fields: IpFields, payload: Uint8Array): Bytes {
  const word = 6 * 2 ** 28 + (fields.trafficClass ?? 0) * 2 ** 20 + (fields.flowLabel ?? 0);
  const header = new ByteWriter()
    .uint(4, word)
    .u16(fields.length ?? payload.length)
    .u8(fields.protocol ?? PROTOCOL_TCP)
    .u8(fields.ttl ?? 64)
    .bytes(address(fields.source ?? "2001:db8::1"))
    .bytes(address(fields.destination ?? "2001:db8:1::2"));
  return concatBytes(header.finish(), payload);
}

/** An IPv6 extension header of eight bytes and `extra` more, which announces `next`. */
export function extension(next: number, payload: Uint8Array, extra = 0): Bytes {
  const padding = new Uint8Array(6 + extra);
  // PadN over all of it.
  padding.set([1, padding.length - 2]);
  return concatBytes(Uint8Array.of(next, extra / 8), padding, payload);
}

/** An IPv6 fragment header. @param field offset in bytes, and 1 for more fragments */
export function fragmentHeader(next: number, field: number, id: number, data: Uint8Array): Bytes {
  return concatBytes(words(next << 8, field), new ByteWriter().uint(4, id).finish(), data);
}

/** An authentication header (RFC 4302) with a check value of 12 bytes. */
export function authenticationHeader(next: number, payload: Uint8Array): Bytes {
  return concatBytes(Uint8Array.of(next, 4), new Uint8Array(22).fill(0xa5), payload);
}

/** An Ethernet frame. */
export function ethernet(type: number, payload: Uint8Array): Bytes {
  return concatBytes(
    Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1),
    words(type),
    payload,
  );
}

/** The EtherType of an IP packet. */
export function etherType(ip: Uint8Array): number {
  return ip[0]! >> 4 === 6 ? 0x86dd : 0x0800;
}

/** An IP packet in an Ethernet frame, with tags of the given EtherTypes, the outermost first. */
export function frame(ip: Uint8Array, ...tags: number[]): Bytes {
  const types = [...tags, etherType(ip)];
  const tagged = concatBytes(...types.slice(1).map((type, index) => words(index + 1, type)), ip);
  return ethernet(types[0]!, tagged);
}

/** What comes before the payload of SNAP, with or without another organisation. */
export function snap(type: number, payload: Uint8Array, organisation = 0): Bytes {
  return concatBytes(
    Uint8Array.of(0xaa, 0xaa, 3),
    new ByteWriter().uint(3, organisation).u16(type).finish(),
    payload,
  );
}

/** Labels and what they carry. @param bottom the last label; those before it count from 16 */
export function mpls(labels: number, payload: Uint8Array, bottom = 15 + labels): Bytes {
  const stack = Array.from({ length: labels }, (_, index) => {
    const label = index === labels - 1 ? bottom * 4096 + 256 : (16 + index) * 4096;
    return new ByteWriter().uint(4, label + 63).finish();
  });
  return concatBytes(...stack, payload);
}

/** A PPPoE session packet around PPP from its protocol field on. */
export function pppoe(ppp: Uint8Array): Bytes {
  return concatBytes(words(0x1100, 1, ppp.length), ppp);
}

/** The protocol field of PPP and an IP packet. */
export function ppp(ip: Uint8Array): Bytes {
  return concatBytes(words(ip[0]! >> 4 === 6 ? 0x0057 : 0x0021), ip);
}

/** A GRE packet. @param options what the flags announce between header and payload */
export function gre(flags: number, type: number, options: Uint8Array, payload: Uint8Array): Bytes {
  return concatBytes(words(flags, type), options, payload);
}

/** A VXLAN packet around an Ethernet frame. */
export function vxlan(inner: Uint8Array, flags = 0x08, next = 0): Bytes {
  return concatBytes(Uint8Array.of(flags, 0, 0, next, 0, 0, 7, 0), inner);
}

/** A Geneve packet with `options` of a multiple of four bytes. */
export function geneve(type: number, inner: Uint8Array, options: Uint8Array = text("")): Bytes {
  return concatBytes(
    Uint8Array.of(options.length / 4, 0),
    words(type),
    Uint8Array.of(0, 0, 7, 0),
    options,
    inner,
  );
}

/** A GTP-U G-PDU. @param optional sequence number, N-PDU number, type of the first extension */
export function gtpU(flags: number, optional: Uint8Array, inner: Uint8Array): Bytes {
  const body = concatBytes(optional, inner);
  return concatBytes(Uint8Array.of(flags, 255), words(body.length, 0, 9), body);
}

function padded(bytes: Uint8Array, unit: number): Bytes {
  const whole = new Uint8Array(Math.ceil(bytes.length / unit) * unit);
  whole.set(bytes);
  return whole;
}

/** The ones' complement sum of RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) {
    sum += bytes[index]! << 8 | (bytes[index + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
