/** Puts fragments of IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5) datagrams together, in bounded memory. */
import { FRAGMENT_UNIT, FragmentedDatagram, MAX_IP_LENGTH } from "./fragmented_datagram.ts";
import { IPV6_HEADER } from "./ip_header.ts";
import { LINK_TYPE } from "./link_layer.ts";
import { u16 } from "./network_order.ts";
import { decodePacket, type Packet } from "./packet.ts";

/** Datagrams under way. */
const MAX_DATAGRAMS = 256;

/** Microseconds of packet time after which a datagram is given up. */
const LIFETIME = 30_000_000;

/** Datagrams in fragmented tunnels in fragmented tunnels that are put together. */
const MAX_DEPTH = 4;

/** What became of fragments and datagrams. */
export interface FragmentCounts {
  fragments: number;
  /** Datagrams that were put together. */
  reassembled: number;
  /** Datagrams that were given up, their fragments 30 s apart. */
  expired: number;
  /** Datagrams that were given up because there were too many. */
  evicted: number;
  /** Fragments that brought bytes which another had brought. The first counts. */
  overlapping: number;
  /** Fragments that cannot belong to a datagram, or were not captured whole. */
  rejected: number;
}

/** Fragments of many datagrams at a time. */
export class FragmentTable {
  readonly counts: FragmentCounts = {
    fragments: 0,
    reassembled: 0,
    expired: 0,
    evicted: 0,
    overlapping: 0,
    rejected: 0,
  };
  readonly #datagrams: FragmentedDatagram[] = [];

  /** Datagrams under way. */
  get size(): number {
    return this.#datagrams.length;
  }

  /**
   * Takes a packet that is a fragment. When its datagram is complete, `packet` is filled anew with the
   * whole, of which `captured` and `wire` then give the length.
   *
   * @returns true when `packet` holds a whole datagram
   */
  reassemble(packet: Packet): boolean {
    let isEncapsulated = packet.encapsulated;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const whole = this.#add(packet);
      if (whole === undefined) return false;
      const { length } = whole;
      if (!decodePacket(packet, whole, 0, length, length, packet.micros, LINK_TYPE.raw)) {
        return false;
      }
      isEncapsulated ||= packet.encapsulated;
      packet.encapsulated = isEncapsulated;
      if (!packet.isFragment) return true;
    }
    return false;
  }

  #add(packet: Packet): Uint8Array | undefined {
    const { counts } = this;
    counts.fragments++;
    this.#expire(packet.micros);
    const start = packet.fragmentDataOffset;
    const end = packet.l4Offset + packet.l4Length;
    if (!isWhole(packet, start, end)) {
      counts.rejected++;
      return undefined;
    }
    const datagram = this.#find(packet);
    const fresh = datagram.add(packet, start, end);
    if (fresh === undefined) counts.rejected++;
    else if (fresh < Math.ceil((end - start) / FRAGMENT_UNIT)) counts.overlapping++;
    if (!datagram.isComplete) return undefined;
    this.#datagrams.splice(this.#datagrams.indexOf(datagram), 1);
    const whole = datagram.whole();
    if (whole === undefined) counts.rejected++;
    else counts.reassembled++;
    return whole;
  }

  #find(packet: Packet): FragmentedDatagram {
    const found = this.#datagrams.find((datagram) => datagram.matches(packet));
    if (found !== undefined) return found;
    if (this.#datagrams.length >= MAX_DATAGRAMS) {
      this.#datagrams.shift();
      this.counts.evicted++;
    }
    const created = new FragmentedDatagram(packet);
    this.#datagrams.push(created);
    return created;
  }

  /** Gives up datagrams that are too old, or younger than a clock that was set back says. */
  #expire(micros: number): void {
    // They stand in the order in which they came, which is that of their times.
    while (this.#datagrams.length > 0 && Math.abs(micros - this.#datagrams[0]!.micros) > LIFETIME) {
      this.#datagrams.shift();
      this.counts.expired++;
    }
  }
}

/** False when the snaplen cut the fragment, or its length is none that a fragment may have. */
function isWhole(packet: Packet, start: number, end: number): boolean {
  const { bytes, ipOffset } = packet;
  const announced = packet.ipVersion === 4
    ? ipOffset + u16(bytes, ipOffset + 2)
    : ipOffset + IPV6_HEADER + u16(bytes, ipOffset + 4);
  const length = end - start;
  if (length <= 0 || announced > end || packet.fragmentOffset + length > MAX_IP_LENGTH) {
    return false;
  }
  return !packet.moreFragments || length % FRAGMENT_UNIT === 0;
}
