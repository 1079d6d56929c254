/** Writes questions to Linux's routing tables (rtnetlink(7)), in the byte order of the machine. */
import { addressFamily, aligned, MESSAGE_HEADER, RTM } from "./rtnetlink.ts";

/** linux/netlink.h: NLM_F_REQUEST, and NLM_F_DUMP for a whole table. */
const REQUEST = 1;
const DUMP = 0x300;

/** Bytes of a struct rtmsg, ifinfomsg, ifaddrmsg and ndmsg. */
const ROUTE = 12;
const LINK = 16;
const ADDRESS = 8;
const NEIGHBOUR = 12;

/** linux/rtnetlink.h: RTA_DST, RTA_SRC and RTA_OIF. */
const DESTINATION = 1;
const SOURCE = 2;
const OUT_INTERFACE = 4;

/** What decides on a route beside where it goes. */
export interface RouteChoice {
  /** The address to send from. */
  readonly source?: Uint8Array | undefined;
  /** Index of the interface that a link-local address is valid on; 0 for others. */
  readonly zone?: number;
}

/** Asks for the route to `address` of 4 or 16 bytes. */
export function routeRequest(
  address: Uint8Array,
  { source, zone = 0 }: RouteChoice = {},
): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(ROUTE);
  body[0] = addressFamily(address);
  body[1] = address.length * 8;
  const attributes = [attribute(DESTINATION, address)];
  if (source !== undefined) {
    body[2] = source.length * 8;
    attributes.push(attribute(SOURCE, source));
  }
  if (zone > 0) attributes.push(attribute(OUT_INTERFACE, u32Bytes(zone)));
  return request(RTM.getRoute, 0, body, ...attributes);
}

/** Asks for one interface. */
export function linkRequest(index: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(LINK);
  body.set(u32Bytes(index), 4);
  return request(RTM.getLink, 0, body);
}

/** Asks for all addresses of a family on all interfaces. */
export function addressesRequest(family: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(ADDRESS);
  body[0] = family;
  return request(RTM.getAddress, DUMP, body);
}

/** Asks for all neighbours of a family. */
export function neighboursRequest(family: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(NEIGHBOUR);
  body[0] = family;
  return request(RTM.getNeighbour, DUMP, body);
}

function request(
  type: number,
  flags: number,
  ...parts: Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, MESSAGE_HEADER);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, REQUEST | flags, true);
  let at = MESSAGE_HEADER;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + aligned(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 4 + value.length, true);
  view.setUint16(2, type, true);
  bytes.set(value, 4);
  return bytes;
}

function u32Bytes(value: number): Uint8Array {
  return new Uint8Array(new Uint32Array([value]).buffer);
}
