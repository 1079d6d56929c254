/** Routes, interfaces, addresses and neighbours, as the kernel has them. */
import { addressBytes, unmapAddress } from "../lib/net/address.ts";
import { ProbeFailure } from "../lib/probe/probe.ts";
import type { Neighbour, RawRoute } from "../lib/probe/raw_network.ts";
import { FAMILY, type KernelLink, type KernelRoute } from "../lib/raw/rtnetlink.ts";
import {
  addressesRequest,
  linkRequest,
  neighboursRequest,
  routeRequest,
} from "../lib/raw/rtnetlink_request.ts";
import { cString } from "./c_text.ts";
import type { RawLibc } from "./raw_libc.ts";
import { RtnetlinkSocket } from "./raw_rtnetlink.ts";

/** How long what is known of an interface holds: its MTU hardly ever changes. */
const LINK_LIFE_MS = 10_000;

/** The neighbourhood of this machine. */
export class Neighbourhood implements Disposable {
  readonly #libc: RawLibc;
  readonly #socket: RtnetlinkSocket;
  readonly #source: Uint8Array | undefined;
  readonly #links = new Map<number, { readonly link: KernelLink; readonly until: number }>();

  /**
   * @param source what to send from, in its IP version; the kernel's choice by default
   * @throws {RawError}
   */
  constructor(libc: RawLibc, source?: string) {
    this.#libc = libc;
    this.#source = source === undefined ? undefined : addressBytes(unmapAddress(source));
    this.#socket = new RtnetlinkSocket(libc);
  }

  /** See RawNetwork.route. @throws {ProbeFailure} */
  route(address: string): RawRoute {
    const destination = addressBytes(unmapAddress(address));
    if (destination === undefined) {
      throw new ProbeFailure("local_error", `${address} is no address`);
    }
    const own = this.#source?.length === destination.length ? this.#source : undefined;
    const route = this.#kernelRoute(destination, own, this.#zoneOf(address));
    const link = this.#link(route.interfaceIndex);
    const source = own ?? route.source;
    if (link === undefined || source === undefined || source.length !== destination.length) {
      throw new ProbeFailure("unreachable", "no address to send from on the way there");
    }
    return {
      destination,
      source,
      interfaceIndex: link.index,
      interfaceName: link.name,
      mtu: link.mtu,
      gateway: route.gateway,
      local: route.local,
    };
  }

  /** See RawNetwork.linkLocalAddress. */
  linkLocalAddress(interfaceIndex: number): Uint8Array | undefined {
    for (const message of this.#socket.ask(addressesRequest(FAMILY.v6))) {
      if (message.kind !== "address" || message.interfaceIndex !== interfaceIndex) continue;
      // fe80::/10 (RFC 4291 2.4).
      const [first, second] = message.address;
      if (message.usable && first === 0xfe && (second! & 0xc0) === 0x80) return message.address;
    }
    return undefined;
  }

  /** See RawNetwork.neighbours. */
  neighbours(interfaceIndex: number, addressLength: number): Neighbour[] {
    const family = addressLength === 4 ? FAMILY.v4 : FAMILY.v6;
    const found: Neighbour[] = [];
    for (const message of this.#socket.ask(neighboursRequest(family))) {
      if (message.kind !== "neighbour" || message.interfaceIndex !== interfaceIndex) continue;
      const { address, linkAddress } = message;
      if (linkAddress !== undefined) found.push({ address, linkAddress });
    }
    return found;
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #kernelRoute(
    destination: Uint8Array,
    source: Uint8Array | undefined,
    zone: number,
  ): KernelRoute {
    const [message] = this.#socket.ask(routeRequest(destination, { source, zone }));
    if (message?.kind !== "route") {
      const code = message?.kind === "error" ? message.code : 0;
      throw new ProbeFailure("unreachable", `no route (error ${code})`);
    }
    if (!message.toHost) throw new ProbeFailure("unreachable", "the route leads to no single host");
    return message;
  }

  #link(index: number): KernelLink | undefined {
    const known = this.#links.get(index);
    const now = performance.now();
    if (known !== undefined && known.until > now) return known.link;
    const link = this.#socket.ask(linkRequest(index)).find(({ kind }) => kind === "link");
    if (link?.kind !== "link") return undefined;
    this.#links.set(index, { link, until: now + LINK_LIFE_MS });
    return link;
  }

  /** The interface that a link-local address is valid on: `fe80::1%eth0`; 0 for others. */
  #zoneOf(address: string): number {
    const percent = address.indexOf("%");
    if (percent < 0) return 0;
    const zone = address.slice(percent + 1);
    return this.#libc.symbols.if_nametoindex(cString(zone)) || Number(zone) || 0;
  }
}
