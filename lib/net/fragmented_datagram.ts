/** One IP datagram of which not all fragments have come. */
import { EXTENSION, IPV6_HEADER } from "./ip_header.ts";
import type { Packet } from "./packet_fields.ts";

/** Fragments start at multiples of this (RFC 791 3.1, RFC 8200 4.5). */
export const FRAGMENT_UNIT = 8;

/** Largest length that IP's length fields can say. */
export const MAX_IP_LENGTH = 65535;

const NO_BYTES = new Uint8Array(0);

/** The data of one fragment. */
interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Collects the fragments of one datagram; of bytes that come twice the first count. */
export class FragmentedDatagram {
  /** Packet time of the fragment that came first. */
  readonly micros: number;
  readonly #addresses: Uint8Array;
  readonly #id: number;
  readonly #protocol: number;
  /** The headers before the fragments' data, as the fragment at offset 0 has them. */
  #header = NO_BYTES;
  /** What came, in that order. */
  readonly #pieces: Piece[] = [];
  #heldBytes = 0;
  /** A bit for each unit that is there. */
  readonly #units = new Uint8Array(Math.ceil(MAX_IP_LENGTH / FRAGMENT_UNIT / 8));
  #unitCount = 0;
  /** Bytes of data up to the end of the last fragment so far, and in all once that is known. */
  #highest = 0;
  #length: number | undefined;

  /** @param packet a fragment of the datagram, which still has to be added */
  constructor(packet: Packet) {
    this.micros = packet.micros;
    this.#addresses = addressesOf(packet).slice();
    this.#id = packet.fragmentId;
    this.#protocol = protocolOf(packet);
  }

  /** True when `packet` is a fragment of this datagram. */
  matches(packet: Packet): boolean {
    if (packet.fragmentId !== this.#id || protocolOf(packet) !== this.#protocol) return false;
    const addresses = addressesOf(packet);
    return addresses.length === this.#addresses.length &&
      addresses.every((byte, index) => byte === this.#addresses[index]);
  }

  /** True when every fragment has come. */
  get isComplete(): boolean {
    return this.#length !== undefined &&
      this.#unitCount === Math.ceil(this.#length / FRAGMENT_UNIT);
  }

  /**
   * Adds what `packet` has, and gives how many units of it are new; undefined when it contradicts the
   * fragments before it, or would be too much with them.
   *
   * @param start where its data start in the packet's bytes, up to `end`
   */
  add(packet: Packet, start: number, end: number): number | undefined {
    const { fragmentOffset, moreFragments } = packet;
    const stop = fragmentOffset + end - start;
    if (stop > (this.#length ?? stop)) return undefined;
    if (!moreFragments && stop < this.#highest) return undefined;
    // Only fragments that overlap can come to more than a datagram may have.
    if (this.#heldBytes + end - start > MAX_IP_LENGTH) return undefined;
    if (!moreFragments) this.#length = stop;
    this.#highest = Math.max(this.#highest, stop);
    if (fragmentOffset === 0 && this.#header.length === 0) this.#header = headerOf(packet);
    let fresh = 0;
    for (let at = fragmentOffset; at < stop; at += FRAGMENT_UNIT) {
      if (this.#claim(at / FRAGMENT_UNIT)) fresh++;
    }
    this.#unitCount += fresh;
    if (fresh > 0) {
      this.#pieces.push({ offset: fragmentOffset, bytes: packet.bytes.slice(start, end) });
      this.#heldBytes += end - start;
    }
    return fresh;
  }

  /**
   * The datagram as if it had come in one packet, but for the header checksum of IPv4; undefined when
   * it would be too long for one. To be called when it {@linkcode isComplete}.
   */
  whole(): Uint8Array | undefined {
    const length = this.#header.length + this.#length!;
    const isV4 = this.#addresses.length === 8;
    const announced = isV4 ? length : length - IPV6_HEADER;
    if (announced > MAX_IP_LENGTH) return undefined;
    const whole = new Uint8Array(length);
    whole.set(this.#header);
    // The last first, so that the first has the last word.
    for (const { offset, bytes } of this.#pieces.toReversed()) {
      whole.set(bytes, this.#header.length + offset);
    }
    const lengthField = isV4 ? 2 : 4;
    whole[lengthField] = announced >> 8;
    whole[lengthField + 1] = announced & 0xff;
    return whole;
  }

  /** Marks a unit as there; false when it was. */
  #claim(unit: number): boolean {
    const bit = 1 << (unit & 7);
    if (this.#units[unit >> 3]! & bit) return false;
    this.#units[unit >> 3]! |= bit;
    return true;
  }
}

/** Source and destination, one after the other as they stand in the header. */
function addressesOf({ bytes, sourceOffset, addressLength }: Packet): Uint8Array {
  return bytes.subarray(sourceOffset, sourceOffset + 2 * addressLength);
}

/** What tells datagrams with one id apart: the protocol for IPv4, nothing for IPv6. */
function protocolOf({ bytes, ipVersion, ipOffset }: Packet): number {
  return ipVersion === 4 ? bytes[ipOffset + 9]! : 0;
}

/** The headers before the data of the fragment at offset 0, as they would be without fragmentation. */
function headerOf(packet: Packet): Uint8Array<ArrayBuffer> {
  const { bytes, ipOffset, fragmentDataOffset } = packet;
  if (packet.ipVersion === 4) {
    const header = bytes.slice(ipOffset, fragmentDataOffset);
    // Neither more fragments nor an offset.
    header[6]! &= 0xc0;
    header[7] = 0;
    return header;
  }
  const fragmentHeader = fragmentDataOffset - FRAGMENT_UNIT;
  const header = bytes.slice(ipOffset, fragmentHeader);
  header[lastNextHeader(header)] = bytes[fragmentHeader]!;
  return header;
}

/** Offset of the Next Header field that announces the fragment header behind IPv6 `header`. */
function lastNextHeader(header: Uint8Array): number {
  let field = 6;
  for (let at = IPV6_HEADER; at < header.length;) {
    const isAuthentication = header[field] === EXTENSION.authentication;
    field = at;
    at += isAuthentication ? (header[at + 1]! + 2) * 4 : (header[at + 1]! + 1) * 8;
  }
  return field;
}
