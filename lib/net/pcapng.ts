/** The blocks of pcapng files (draft-ietf-opsawg-pcapng). */
import { PcapngInterface } from "./pcapng_interface.ts";
import {
  type KeyLogHandler,
  MAX_CAPTURED,
  type PacketHandler,
  type RecordParser,
} from "./record_parser.ts";

/** Block types that are read; sections 4.1 to 4.4, 4.7 and appendix A of the draft. */
const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
  secrets: 10,
} as const;

/** Type of the secrets in a key log of TLS, section 4.7: "TLSK". */
const TLS_KEY_LOG = 0x544c534b;

/** Byte-Order Magic of a section header, as its writer's byte order gives it. */
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const MAJOR_VERSION = 1;

/** Type and length, and the length once more. */
const SMALLEST_BLOCK = 12;

/** Largest block; libpcap's and Wireshark's limit. More than that is damage. */
const MAX_BLOCK = 16 * 1024 * 1024;

/** Interfaces of a section; each costs memory. */
const MAX_INTERFACES = 65536;

/** Bytes before the data of a packet, by kind of block: those of the block's head included. */
const BEFORE_DATA = { packet: 28, simplePacket: 12, enhancedPacket: 28, secrets: 16 } as const;

/** True when `bytes` (4 at least) start with a section header. */
export function isPcapng(bytes: Uint8Array, offset: number): boolean {
  // The type reads the same in both byte orders.
  return bytes[offset] === 0x0a && bytes[offset + 1] === 0x0d && bytes[offset + 2] === 0x0d &&
    bytes[offset + 3] === 0x0a;
}

/** Hands out the packets of pcapng blocks; blocks of other kinds are skipped. */
export class PcapngBlocks implements RecordParser {
  packets = 0;
  needed = SMALLEST_BLOCK;
  fault: string | undefined;
  readonly #onPacket: PacketHandler;
  readonly #onKeyLog: KeyLogHandler | undefined;
  #littleEndian = true;
  #interfaces: PcapngInterface[] = [];
  #lastMicros = 0;

  constructor(onPacket: PacketHandler, onKeyLog?: KeyLogHandler) {
    this.#onPacket = onPacket;
    this.#onKeyLog = onKeyLog;
  }

  consume(bytes: Uint8Array, start: number, end: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let offset = start;
    while (end - offset >= SMALLEST_BLOCK) {
      const type = view.getUint32(offset, this.#littleEndian);
      if (type === BLOCK.section && !this.#readByteOrder(view, offset)) return offset;
      const length = view.getUint32(offset + 4, this.#littleEndian);
      if (length < SMALLEST_BLOCK || length > MAX_BLOCK || length % 4 !== 0) {
        this.fault = `a block of ${length} bytes`;
        return offset;
      }
      if (length > end - offset) {
        this.needed = length;
        return offset;
      }
      if (view.getUint32(offset + length - 4, this.#littleEndian) !== length) {
        this.fault = "a block whose two lengths differ";
        return offset;
      }
      this.#readBlock(bytes, view, offset, length, type);
      if (this.fault !== undefined) return offset;
      offset += length;
    }
    this.needed = SMALLEST_BLOCK;
    return offset;
  }

  #readByteOrder(view: DataView, offset: number): boolean {
    this.#littleEndian = view.getUint32(offset + 8, true) === BYTE_ORDER_MAGIC;
    if (this.#littleEndian || view.getUint32(offset + 8) === BYTE_ORDER_MAGIC) return true;
    this.fault = "a section header without byte-order magic";
    return false;
  }

  #readBlock(
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
    type: number,
  ): void {
    switch (type) {
      case BLOCK.enhancedPacket:
        if (length < BEFORE_DATA.enhancedPacket + 4) this.fault = "a packet block without a packet";
        else {this.#packet(
            bytes,
            view,
            offset,
            length,
            view.getUint32(offset + 8, this.#littleEndian),
          );}
        break;
      case BLOCK.packet:
        if (length < BEFORE_DATA.packet + 4) this.fault = "a packet block without a packet";
        else {this.#packet(
            bytes,
            view,
            offset,
            length,
            view.getUint16(offset + 8, this.#littleEndian),
          );}
        break;
      case BLOCK.simplePacket:
        if (length < BEFORE_DATA.simplePacket + 4) this.fault = "a packet block without a packet";
        else this.#simplePacket(bytes, view, offset, length);
        break;
      case BLOCK.interface:
        this.#interface(bytes, view, offset, length);
        break;
      case BLOCK.section:
        this.#section(view, offset, length);
        break;
      case BLOCK.secrets:
        this.#secrets(bytes, view, offset, length);
        break;
    }
  }

  #section(view: DataView, offset: number, length: number): void {
    if (length < 28) {
      this.fault = "a section header that is too short";
      return;
    }
    const major = view.getUint16(offset + 12, this.#littleEndian);
    if (major !== MAJOR_VERSION) this.fault = `pcapng version ${major} is not known`;
    this.#interfaces = [];
  }

  #interface(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (length < 20) this.fault = "an interface description that is too short";
    else if (this.#interfaces.length >= MAX_INTERFACES) this.fault = "too many interfaces";
    else {
      this.#interfaces.push(
        PcapngInterface.parse(bytes, view, offset + 8, offset + length - 4, this.#littleEndian),
      );
    }
  }

  /** A Decryption Secrets Block. What it holds concerns nobody who did not ask for it. */
  #secrets(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (this.#onKeyLog === undefined || length < BEFORE_DATA.secrets + 4) return;
    if (view.getUint32(offset + 8, this.#littleEndian) !== TLS_KEY_LOG) return;
    const start = offset + BEFORE_DATA.secrets;
    const end = start + view.getUint32(offset + 12, this.#littleEndian);
    this.#onKeyLog(bytes.subarray(start, Math.min(end, offset + length - 4)));
  }

  /** An Enhanced Packet Block, or the obsolete Packet Block, which has the same layout but for the id. */
  #packet(bytes: Uint8Array, view: DataView, offset: number, length: number, id: number): void {
    const littleEndian = this.#littleEndian;
    const source = this.#interfaces[id];
    const captured = view.getUint32(offset + 20, littleEndian);
    if (source === undefined) {
      this.fault = `a packet of interface ${id}, which was not described`;
    } else if (captured > length - BEFORE_DATA.enhancedPacket - 4 || captured > MAX_CAPTURED) {
      this.fault = `a packet of ${captured} bytes in a block of ${length}`;
    } else {
      const micros = source.micros(
        view.getUint32(offset + 12, littleEndian),
        view.getUint32(offset + 16, littleEndian),
      );
      const wire = view.getUint32(offset + 24, littleEndian);
      this.#lastMicros = micros;
      this.packets++;
      const data = offset + BEFORE_DATA.enhancedPacket;
      this.#onPacket(
        bytes,
        data,
        captured,
        wire < captured ? captured : wire,
        micros,
        source.linkType,
      );
    }
  }

  /**
   * A Simple Packet Block: of the first interface, cut at its snaplen. It has no time; that of the
   * packet before it is taken, so that time does not run back.
   */
  #simplePacket(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const source = this.#interfaces[0];
    if (source === undefined) {
      this.fault = "a packet of interface 0, which was not described";
      return;
    }
    const wire = view.getUint32(offset + 8, this.#littleEndian);
    const captured = Math.min(wire, source.snaplen === 0 ? wire : source.snaplen);
    if (captured > length - BEFORE_DATA.simplePacket - 4 || captured > MAX_CAPTURED) {
      this.fault = `a packet of ${captured} bytes in a block of ${length}`;
      return;
    }
    this.packets++;
    const data = offset + BEFORE_DATA.simplePacket;
    this.#onPacket(bytes, data, captured, wire, this.#lastMicros, source.linkType);
  }
}
