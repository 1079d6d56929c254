/** Builds captures, pcap and pcapng, for tests and fixtures. */
import { concatBytes } from "../../lib/bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A captured packet. */
export interface CapturedPacket {
  readonly bytes: Uint8Array;
  /** Microseconds since the epoch. */
  readonly micros?: number;
  /** Length on the wire, where it is not that of the bytes. */
  readonly wire?: number;
}

/** How a pcap file is written. */
export interface PcapOptions {
  readonly linkType?: number;
  readonly littleEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** With the longer record headers of Kuznetzov's libpcap. */
  readonly patched?: boolean;
}

/** Writes integers in the byte order of a capture. */
class Fields {
  readonly #parts: Bytes[] = [];
  readonly #littleEndian: boolean;

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  u16(...values: number[]): this {
    return this.#add(2, values, (view, value) => view.setUint16(0, value, this.#littleEndian));
  }

  u32(...values: number[]): this {
    return this.#add(4, values, (view, value) => view.setUint32(0, value, this.#littleEndian));
  }

  bytes(value: Uint8Array): this {
    this.#parts.push(value.slice());
    return this;
  }

  finish(): Bytes {
    return concatBytes(...this.#parts);
  }

  #add(size: number, values: number[], write: (view: DataView, value: number) => void): this {
    for (const value of values) {
      const bytes = new Uint8Array(size);
      write(new DataView(bytes.buffer), value);
      this.#parts.push(bytes);
    }
    return this;
  }
}

/** The header of a pcap file. */
export function pcapHeader(options: PcapOptions = {}): Bytes {
  const { linkType = 1, littleEndian = true, nanoseconds = false, patched = false } = options;
  const magic = patched ? 0xa1b2cd34 : nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  return new Fields(littleEndian)
    .u32(magic).u16(2, 4).u32(0, 0, 262144, linkType)
    .finish();
}

/** One record of a pcap file. */
export function pcapRecord(packet: CapturedPacket, options: PcapOptions = {}): Bytes {
  const { littleEndian = true, nanoseconds = false, patched = false } = options;
  const { bytes, micros = 0, wire = bytes.length } = packet;
  const fraction = (micros % 1_000_000) * (nanoseconds ? 1000 : 1);
  const header = new Fields(littleEndian)
    .u32(Math.floor(micros / 1_000_000), fraction, bytes.length, wire);
  if (patched) header.u32(2).u16(0x0800).u16(0);
  return concatBytes(header.finish(), bytes);
}

/** A pcap file. */
export function pcap(packets: readonly CapturedPacket[], options: PcapOptions = {}): Bytes {
  return concatBytes(
    pcapHeader(options),
    ...packets.map((packet) => pcapRecord(packet, options)),
  );
}

/** One option of a pcapng block. */
export interface PcapngOption {
  readonly code: number;
  readonly value: Uint8Array;
}

/** Writes the blocks of a pcapng section in one byte order. */
export class PcapngSection {
  readonly #littleEndian: boolean;
  readonly #blocks: Bytes[] = [];

  constructor({ littleEndian = true } = {}) {
    this.#littleEndian = littleEndian;
    // Version 1.0; the section's length is not given.
    this.block(
      0x0a0d0d0a,
      this.#fields().u32(0x1a2b3c4d).u16(1, 0).u32(0xffffffff, 0xffffffff).finish(),
    );
  }

  /** A block of any type, its body padded to four bytes. */
  block(type: number, body: Uint8Array): this {
    const padding = new Uint8Array((4 - body.length % 4) % 4);
    const length = 12 + body.length + padding.length;
    this.#blocks.push(
      this.#fields().u32(type, length).bytes(body).bytes(padding).u32(length).finish(),
    );
    return this;
  }

  /** An interface description. */
  interface(linkType: number, options: readonly PcapngOption[] = [], snaplen = 0): this {
    const body = this.#fields().u16(linkType, 0).u32(snaplen);
    return this.block(1, this.#options(body, options).finish());
  }

  /** An enhanced packet block with a time stamp in two halves. */
  enhancedPacket(
    id: number,
    [high, low]: readonly [number, number],
    packet: CapturedPacket,
    options: readonly PcapngOption[] = [],
  ): this {
    const body = this.#packet(this.#fields().u32(id, high, low), packet);
    return this.block(6, this.#options(body, options).finish());
  }

  /** An obsolete packet block. */
  packet(id: number, [high, low]: readonly [number, number], packet: CapturedPacket): this {
    return this.block(2, this.#packet(this.#fields().u16(id, 0).u32(high, low), packet).finish());
  }

  /** A simple packet block. */
  simplePacket({ bytes, wire = bytes.length }: CapturedPacket): this {
    return this.block(3, this.#fields().u32(wire).bytes(bytes).finish());
  }

  finish(): Bytes {
    return concatBytes(...this.#blocks);
  }

  #fields(): Fields {
    return new Fields(this.#littleEndian);
  }

  #packet(fields: Fields, { bytes, wire = bytes.length }: CapturedPacket): Fields {
    return fields.u32(bytes.length, wire).bytes(bytes)
      .bytes(new Uint8Array((4 - bytes.length % 4) % 4));
  }

  #options(fields: Fields, options: readonly PcapngOption[]): Fields {
    if (options.length === 0) return fields;
    for (const { code, value } of options) {
      fields.u16(code, value.length).bytes(value)
        .bytes(new Uint8Array((4 - value.length % 4) % 4));
    }
    return fields.u16(0, 0);
  }
}

/** A time stamp in microseconds, in two halves. */
export function stamp(micros: number): [number, number] {
  return [Math.floor(micros / 2 ** 32), micros % 2 ** 32];
}
