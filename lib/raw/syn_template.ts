/** SYNs to one port of many IPv4 addresses, at a few changed bytes each. */
import { foldChecksum, pseudoHeaderSum, sumWords } from "./checksum.ts";
import { IPV4_HEADER_LENGTH, PROTOCOL, putU16, putU32 } from "./ip_packet.ts";
import { SYN_LENGTH, TCP_OFFSET, writeSyn } from "./syn.ts";

/** Offsets in the IPv4 header (RFC 791 3.1). */
const ID = 4;
const IP_CHECKSUM = 10;
const DESTINATION = 16;

const SEQUENCE = IPV4_HEADER_LENGTH + TCP_OFFSET.sequence;
const TCP_CHECKSUM = IPV4_HEADER_LENGTH + TCP_OFFSET.checksum;

/** What all the SYNs have in common. */
export interface SynTemplateFields {
  /** 4 bytes. */
  readonly source: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly timestamp: number;
}

/** A SYN to be copied and changed. */
export class SynTemplate {
  /** The packet from its IP header on, to 0.0.0.0. */
  readonly packet: Uint8Array<ArrayBuffer>;
  /** Sums over what does not change, so that a checksum costs some additions. */
  readonly #ipSum: number;
  readonly #tcpSum: number;

  constructor({ source, sourcePort, destinationPort, timestamp }: SynTemplateFields) {
    const destination = new Uint8Array(4);
    const packet = writeSyn({
      source,
      destination,
      sourcePort,
      destinationPort,
      sequence: 0,
      timestamp,
      id: 1,
    });
    putU16(packet, ID, 0);
    putU16(packet, IP_CHECKSUM, 0);
    putU16(packet, TCP_CHECKSUM, 0);
    const pseudo = pseudoHeaderSum(source, destination, PROTOCOL.tcp, SYN_LENGTH);
    this.#ipSum = sumWords(packet, 0, IPV4_HEADER_LENGTH);
    this.#tcpSum = sumWords(packet, IPV4_HEADER_LENGTH, SYN_LENGTH, pseudo);
    this.packet = packet;
  }

  /**
   * Turns the copy of {@linkcode packet} at `offset` of `bytes` into the SYN to another address.
   *
   * @param address as an unsigned 32-bit number
   */
  write(bytes: Uint8Array, offset: number, address: number, sequence: number): void {
    // Not 0, which the kernel would replace.
    const id = sequence & 0xffff || 1;
    putU16(bytes, offset + ID, id);
    putU32(bytes, offset + DESTINATION, address);
    putU32(bytes, offset + SEQUENCE, sequence);
    const destination = (address >>> 16) + (address & 0xffff);
    putU16(bytes, offset + IP_CHECKSUM, foldChecksum(this.#ipSum + id + destination));
    const tcpSum = this.#tcpSum + destination + (sequence >>> 16) + (sequence & 0xffff);
    putU16(bytes, offset + TCP_CHECKSUM, foldChecksum(tcpSum));
  }
}
