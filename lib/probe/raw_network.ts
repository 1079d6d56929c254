/** What probes with packets of their own need of the world. */
import type { Packet } from "../net/packet.ts";

/** The way to an address. */
export interface RawRoute {
  /** Where packets go, and where they come from: 4 or 16 bytes each. */
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly interfaceIndex: number;
  readonly interfaceName: string;
  /** Longest packet that the interface takes. */
  readonly mtu: number;
  /** The next hop; undefined for a host on the link. */
  readonly gateway: Uint8Array | undefined;
  /** The address is one of this machine. */
  readonly local: boolean;
}

/** From where on the link a packet came. */
export interface PacketOrigin {
  readonly interfaceIndex: number;
  /** Link-layer address of the sender; empty where the link has none. Valid during the call. */
  readonly linkAddress: Uint8Array;
}

/** Takes a packet. Both are only valid during the call. */
export type PacketListener = (packet: Packet, origin: PacketOrigin) => void;

/** A host on a link, as the kernel's table has it. */
export interface Neighbour {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly linkAddress: Uint8Array;
}

/** Many packets of one length, made one after the other in the memory that they are sent from. */
export interface PacketBatch {
  /** A packet from its IP header on. */
  readonly template: Uint8Array;
  readonly count: number;
  /**
   * Turns the packet at `offset` of `bytes`, which is the template or what became of it before, into
   * the packet number `index`.
   */
  readonly write: (bytes: Uint8Array, offset: number, index: number) => void;
  /** Packets a second; 0 for as many as the machine can. */
  readonly rate: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** Sends packets as they are, and hears what answers them. */
export interface RawNetwork {
  /** Ports that are ours, TCP and UDP: nothing else on this machine sends from them meanwhile. */
  readonly ports: readonly number[];
  /** Identifier of our echo requests. */
  readonly echoId: number;
  /** Microseconds since the epoch, by the clock that stamps packets. */
  now(): number;
  /**
   * The way to an address, given as text.
   *
   * @throws {ProbeFailure} `unreachable` or `local_error`
   */
  route(address: string): RawRoute;
  /** The address of an interface that is valid on its link alone (RFC 4291 2.5.6), if it has one. */
  linkLocalAddress(interfaceIndex: number): Uint8Array | undefined;
  /** The hosts that the kernel knows on a link, by a family's addresses of 4 or 16 bytes. */
  neighbours(interfaceIndex: number, addressLength: number): readonly Neighbour[];
  /**
   * Sends a packet, from its IP header on.
   *
   * @returns when, as {@linkcode now}; undefined when there is no room for it just now
   * @throws {ProbeFailure} `unreachable` or `local_error`
   */
  send(packet: Uint8Array<ArrayBuffer>, route: RawRoute): number | undefined;
  /**
   * Sends many packets along one route: to its destination, or to other addresses behind its gateway.
   * Answers are handed out meanwhile.
   *
   * @returns how many were sent: `count`, or fewer after the signal
   * @throws {ProbeFailure} `unreachable` or `local_error`
   */
  sendMany(route: RawRoute, batch: PacketBatch): Promise<number>;
  /**
   * Hands every packet to `listener` that comes from `address` or is an error about one to it;
   * without an address all that answer anything of ours. The result ends that.
   */
  listen(address: Uint8Array | undefined, listener: PacketListener): () => void;
  /** Calls `alarm` after some milliseconds, unless the result is called before. */
  after(milliseconds: number, alarm: () => void): () => void;
}
