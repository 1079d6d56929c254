/**
 * Reads what Linux says of its routing tables (rtnetlink(7)). Numbers are in the byte order of the
 * machine, which is little-endian wherever Deno runs.
 */

/** Types of messages. */
export const RTM = {
  error: 2,
  done: 3,
  newLink: 16,
  getLink: 18,
  newAddress: 20,
  getAddress: 22,
  newRoute: 24,
  getRoute: 26,
  newNeighbour: 28,
  getNeighbour: 30,
} as const;

/** Address families (sys/socket.h of Linux). */
export const FAMILY = { v4: 2, v6: 10 } as const;

/** The family of an address of 4 or 16 bytes. */
export function addressFamily(address: Uint8Array): number {
  return address.length === 4 ? FAMILY.v4 : FAMILY.v6;
}

/** Bytes of a struct nlmsghdr. */
export const MESSAGE_HEADER = 16;

/** Bytes of the struct that each type of message has behind it. */
const BODY: Readonly<Record<number, number>> = {
  [RTM.newLink]: 16,
  [RTM.newAddress]: 8,
  [RTM.newRoute]: 12,
  [RTM.newNeighbour]: 12,
};

/** linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/neighbour.h: attributes. */
const RTA = { outInterface: 4, gateway: 5, preferredSource: 7, via: 18 } as const;
const IFLA = { address: 1, name: 3, mtu: 4 } as const;
const IFA = { address: 1, local: 2 } as const;
const NDA = { destination: 1, linkAddress: 2 } as const;

/** linux/if_addr.h: IFA_F_DADFAILED and IFA_F_TENTATIVE, addresses that must not be used. */
const UNUSABLE_ADDRESS = 0x48;

/** linux/neighbour.h: NUD_REACHABLE, STALE, DELAY, PROBE, NOARP, PERMANENT: it has an address. */
const RESOLVED = 0xde;

/** linux/rtnetlink.h: RTN_UNICAST and RTN_LOCAL, the routes that lead to a single host. */
const ROUTE_TYPE = { unicast: 1, local: 2 } as const;

/** The way to one address. */
export interface KernelRoute {
  readonly kind: "route";
  readonly interfaceIndex: number;
  /** Address to send from: 4 or 16 bytes. Undefined where the kernel leaves the choice open. */
  readonly source: Uint8Array | undefined;
  /** The next hop; undefined when the address is on the link. */
  readonly gateway: Uint8Array | undefined;
  /** The address is this machine's own. */
  readonly local: boolean;
  /** False for broadcast, multicast and routes that refuse. */
  readonly toHost: boolean;
}

/** A network interface. */
export interface KernelLink {
  readonly kind: "link";
  readonly index: number;
  readonly name: string;
  readonly mtu: number;
  /** Link-layer address; empty where the interface has none. */
  readonly address: Uint8Array;
  /** ARPHRD_ number: 1 for Ethernet, 772 for loopback. */
  readonly hardware: number;
}

/** An address of this machine. */
export interface KernelAddress {
  readonly kind: "address";
  readonly interfaceIndex: number;
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  /** Known to be ours alone: the search for duplicates is over. */
  readonly usable: boolean;
}

/** A host on a link. */
export interface KernelNeighbour {
  readonly kind: "neighbour";
  readonly interfaceIndex: number;
  readonly address: Uint8Array;
  /** Its link-layer address; undefined while the kernel is looking for it. */
  readonly linkAddress: Uint8Array | undefined;
}

/** The kernel's refusal. */
export interface KernelError {
  readonly kind: "error";
  /** Positive error number; 0 for an acknowledgement. */
  readonly code: number;
}

/** One message out of an answer. */
export type KernelMessage =
  | KernelRoute
  | KernelLink
  | KernelAddress
  | KernelNeighbour
  | KernelError
  | { readonly kind: "done" };

/** The messages in what one read gave; messages of other kinds are passed over. */
export function parseKernelMessages(bytes: Uint8Array): KernelMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: KernelMessage[] = [];
  for (let at = 0; at + MESSAGE_HEADER <= bytes.length;) {
    const length = view.getUint32(at, true);
    if (length < MESSAGE_HEADER || length > bytes.length - at) break;
    const content = bytes.subarray(at + MESSAGE_HEADER, at + length);
    const message = readMessage(view.getUint16(at + 4, true), content);
    if (message !== undefined) messages.push(message);
    at += aligned(length);
  }
  return messages;
}

function readMessage(type: number, content: Uint8Array): KernelMessage | undefined {
  if (type === RTM.done) return { kind: "done" };
  const bodyLength = type === RTM.error ? 4 : BODY[type];
  if (bodyLength === undefined || content.length < bodyLength) return undefined;
  const body = new DataView(content.buffer, content.byteOffset, bodyLength);
  if (type === RTM.error) return { kind: "error", code: -body.getInt32(0, true) };
  const attributes = readAttributes(content.subarray(bodyLength));
  switch (type) {
    case RTM.newRoute:
      return readRoute(body, attributes);
    case RTM.newLink:
      return readLink(body, attributes);
    case RTM.newAddress:
      return readAddress(body, attributes);
    default:
      return readNeighbour(body, attributes);
  }
}

type Attributes = ReadonlyMap<number, Uint8Array>;

/** Copies of the attributes by type. */
function readAttributes(bytes: Uint8Array): Attributes {
  const attributes = new Map<number, Uint8Array>();
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes[at]! | bytes[at + 1]! << 8;
    if (length < 4 || length > bytes.length - at) break;
    // The two upper bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
    const type = (bytes[at + 2]! | bytes[at + 3]! << 8) & 0x3fff;
    attributes.set(type, bytes.slice(at + 4, at + length));
    at += aligned(length);
  }
  return attributes;
}

function number(attributes: Attributes, type: number): number {
  const bytes = attributes.get(type);
  if (bytes === undefined || bytes.length < 4) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function readRoute(body: DataView, attributes: Attributes): KernelRoute {
  const type = body.getUint8(7);
  const local = type === ROUTE_TYPE.local;
  return {
    kind: "route",
    interfaceIndex: number(attributes, RTA.outInterface),
    source: attributes.get(RTA.preferredSource),
    // RTA_VIA, a next hop of the other family, has that before the address.
    gateway: attributes.get(RTA.gateway) ?? attributes.get(RTA.via)?.subarray(2),
    local,
    toHost: local || type === ROUTE_TYPE.unicast,
  };
}

function readLink(body: DataView, attributes: Attributes): KernelLink {
  const name = attributes.get(IFLA.name) ?? new Uint8Array(0);
  return {
    kind: "link",
    index: body.getInt32(4, true),
    name: new TextDecoder().decode(name).replace(/\0.*$/s, ""),
    mtu: number(attributes, IFLA.mtu),
    address: attributes.get(IFLA.address) ?? new Uint8Array(0),
    hardware: body.getUint16(2, true),
  };
}

function readAddress(body: DataView, attributes: Attributes): KernelAddress | undefined {
  // On point-to-point links the first is the peer's.
  const address = attributes.get(IFA.local) ?? attributes.get(IFA.address);
  if (address === undefined) return undefined;
  return {
    kind: "address",
    interfaceIndex: body.getUint32(4, true),
    address,
    usable: (body.getUint8(2) & UNUSABLE_ADDRESS) === 0,
  };
}

function readNeighbour(body: DataView, attributes: Attributes): KernelNeighbour | undefined {
  const address = attributes.get(NDA.destination);
  if (address === undefined) return undefined;
  const resolved = (body.getUint16(8, true) & RESOLVED) !== 0;
  const linkAddress = attributes.get(NDA.linkAddress);
  return {
    kind: "neighbour",
    interfaceIndex: body.getInt32(4, true),
    address,
    linkAddress: resolved ? linkAddress : undefined,
  };
}

/** Messages and attributes start at multiples of four. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}
