/** A socket's descriptor, with its options and errors. */
import { RawError } from "./raw_error.ts";
import { ERRNO, type RawLibc } from "./raw_libc.ts";

/** sys/socket.h of Linux: families. */
export const AF = { inet: 2, inet6: 10, netlink: 16, packet: 17 } as const;

/** Kinds of sockets, and the flag that keeps them from programs that this one starts. */
export const SOCK = { stream: 1, datagram: 2, raw: 3, closeOnExec: 0x80000 } as const;

/** Levels of options, and the options. */
export const SOL = { socket: 1, ip: 0, ipv6: 41, packet: 263 } as const;
/** See {@linkcode SOL}. */
export const OPTION = {
  sendBuffer: 7,
  receiveBuffer: 8,
  attachFilter: 26,
  sendBufferForce: 32,
  receiveBufferForce: 33,
  timestampNanoseconds: 35,
  memoryInfo: 55,
  ipMtuDiscover: 10,
  ipv6MtuDiscover: 23,
  ipv6Only: 26,
  packetStatistics: 6,
  packetQdiscBypass: 20,
} as const;

/** MSG_DONTWAIT. */
export const DONT_WAIT = 0x40;

/** A socket. */
export class RawSocket implements Disposable {
  readonly descriptor: number;
  readonly #libc: RawLibc;

  /** @throws {RawError} */
  constructor(libc: RawLibc, family: number, type: number, protocol: number) {
    this.#libc = libc;
    this.descriptor = libc.symbols.socket(family, type | SOCK.closeOnExec, protocol);
    if (this.descriptor >= 0) return;
    const errno = libc.errno();
    if (errno === ERRNO.notPermitted || errno === ERRNO.accessDenied) {
      throw new RawError("no_permission", `raw probes need CAP_NET_RAW: ${remedy()}`);
    }
    const kind = errno === ERRNO.familyNotSupported ? "unsupported" : "failed";
    throw new RawError(kind, `raw probes: no socket of family ${family} (error ${errno})`);
  }

  /** Sets an option that is an int; false when the system refuses. */
  setOption(level: number, option: number, value: number): boolean {
    return this.setOptionBytes(level, option, new Uint8Array(new Int32Array([value]).buffer));
  }

  /** Sets an option that is a structure. */
  setOptionBytes(level: number, option: number, value: Uint8Array<ArrayBuffer>): boolean {
    const { setsockopt } = this.#libc.symbols;
    return setsockopt(this.descriptor, level, option, value, value.length) === 0;
  }

  /** Makes a buffer as large as may be: without CAP_NET_ADMIN the system has its own bound. */
  setBuffer(option: number, force: number, size: number): void {
    if (!this.setOption(SOL.socket, force, size)) this.setOption(SOL.socket, option, size);
  }

  /** @throws {RawError} */
  bind(address: Uint8Array<ArrayBuffer>): void {
    if (this.tryBind(address)) return;
    throw new RawError("failed", `raw probes: cannot bind (error ${this.#libc.errno()})`);
  }

  /** False when the address is taken, or the system refuses it for another reason. */
  tryBind(address: Uint8Array<ArrayBuffer>): boolean {
    return this.#libc.symbols.bind(this.descriptor, address, address.length) === 0;
  }

  /** The port of a bound TCP or UDP socket. */
  get port(): number {
    const address = new Uint8Array(28);
    const length = new Uint8Array(new Uint32Array([address.length]).buffer);
    this.#libc.symbols.getsockname(this.descriptor, address, length);
    return address[2]! << 8 | address[3]!;
  }

  [Symbol.dispose](): void {
    this.#libc.symbols.close(this.descriptor);
  }
}

function remedy(): string {
  return `run as root, or once: sudo setcap cap_net_raw+ep $(readlink -f ${Deno.execPath()}); ` +
    "in a systemd unit: AmbientCapabilities=CAP_NET_RAW";
}

/** A struct sockaddr_in or sockaddr_in6 for an address of 4 or 16 bytes. */
export function socketAddress(
  address: Uint8Array,
  port: number,
  interfaceIndex = 0,
): Uint8Array<ArrayBuffer> {
  const isV4 = address.length === 4;
  const bytes = new Uint8Array(new ArrayBuffer(isV4 ? 16 : 28));
  bytes[0] = isV4 ? AF.inet : AF.inet6;
  bytes[2] = port >> 8;
  bytes[3] = port;
  bytes.set(address, isV4 ? 4 : 8);
  // The scope, for link-local addresses.
  if (!isV4) new DataView(bytes.buffer).setUint32(24, interfaceIndex, true);
  return bytes;
}

/** A struct sockaddr_ll. @param protocol EtherType */
export function linkSocketAddress(
  protocol: number,
  interfaceIndex = 0,
  linkAddress: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(20));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF.packet, true);
  view.setUint16(2, protocol, false);
  view.setInt32(4, interfaceIndex, true);
  bytes[11] = linkAddress.length;
  // Link-layer addresses of up to 8 bytes fit.
  bytes.set(linkAddress.subarray(0, 8), 12);
  return bytes;
}
