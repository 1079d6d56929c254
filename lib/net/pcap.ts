/** The records of pcap files (draft-ietf-opsawg-pcap). */
import { MAX_CAPTURED, type PacketHandler, type RecordParser } from "./record_parser.ts";

/** How the records of a savefile are to be read. */
export interface PcapFormat {
  readonly littleEndian: boolean;
  /** The second word of a time stamp counts nanoseconds, not microseconds. */
  readonly nanoseconds: boolean;
  readonly recordHeaderLength: number;
  readonly linkType: number;
}

/** Bytes of the header of a pcap file. */
export const PCAP_HEADER_LENGTH = 24;

/** Seconds, fraction, captured and original length: 32 bits each. */
const RECORD_HEADER_LENGTH = 16;

/** The header of Kuznetzov's libpcap adds interface index, protocol and packet type. */
const PATCHED_RECORD_HEADER_LENGTH = 24;

/** Magic numbers of pcap files, as the byte order of the file's writer gives them. */
const MAGIC = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d, patched: 0xa1b2cd34 } as const;

const MAJOR_VERSION = 2;

/** The byte order of this machine, which libpcap writes in. */
const NATIVE_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** True when `bytes` (4 at least) start with a pcap magic number in either byte order. */
export function isPcap(bytes: Uint8Array, offset: number): boolean {
  return magicOrder(viewOf(bytes), offset) !== undefined;
}

/** What the 24-byte file header at `offset` says, or why it cannot be read. */
export function parsePcapHeader(bytes: Uint8Array, offset: number): PcapFormat | string {
  const view = viewOf(bytes);
  const littleEndian = magicOrder(view, offset);
  if (littleEndian === undefined) return "no magic number of a pcap file";
  const magic = view.getUint32(offset, littleEndian);
  const major = view.getUint16(offset + 4, littleEndian);
  if (major !== MAJOR_VERSION) return `pcap version ${major} is not known`;
  return {
    littleEndian,
    nanoseconds: magic === MAGIC.nanoseconds,
    recordHeaderLength: magic === MAGIC.patched
      ? PATCHED_RECORD_HEADER_LENGTH
      : RECORD_HEADER_LENGTH,
    // The upper half holds the length of the frame check sequence.
    linkType: view.getUint32(offset + 20, littleEndian) & 0xffff,
  };
}

/** The byte order in which `offset` holds a pcap magic number: true for little-endian. */
function magicOrder(view: DataView, offset: number): boolean | undefined {
  const magics: readonly number[] = Object.values(MAGIC);
  return [true, false].find((littleEndian) =>
    magics.includes(view.getUint32(offset, littleEndian))
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Hands out the packets of pcap records. */
export class PcapRecords implements RecordParser {
  packets = 0;
  needed: number;
  fault: string | undefined;
  readonly #format: PcapFormat;
  readonly #onPacket: PacketHandler;

  constructor(format: PcapFormat, onPacket: PacketHandler) {
    this.#format = format;
    this.#onPacket = onPacket;
    this.needed = format.recordHeaderLength;
  }

  /** @param count records after which to stop */
  consume(bytes: Uint8Array, start: number, end: number, count = Infinity): number {
    const view = viewOf(bytes);
    const { littleEndian, nanoseconds, recordHeaderLength, linkType } = this.#format;
    const onPacket = this.#onPacket;
    let offset = start;
    for (let left = count; left > 0 && end - offset >= recordHeaderLength; left--) {
      const captured = view.getUint32(offset + 8, littleEndian);
      if (captured > MAX_CAPTURED) {
        this.fault = `a packet of ${captured} bytes`;
        return offset;
      }
      const data = offset + recordHeaderLength;
      const next = data + captured;
      if (next > end) {
        this.needed = next - offset;
        return offset;
      }
      const wire = view.getUint32(offset + 12, littleEndian);
      const fraction = view.getUint32(offset + 4, littleEndian);
      const micros = view.getUint32(offset, littleEndian) * 1_000_000 +
        (nanoseconds ? Math.floor(fraction / 1000) : fraction);
      this.packets++;
      onPacket(bytes, data, captured, wire < captured ? captured : wire, micros, linkType);
      offset = next;
    }
    this.needed = recordHeaderLength;
    return offset;
  }
}

/** What a live capture says about the records that it writes. */
export interface SavefileFormat {
  readonly linkType: number;
  /** The capture was opened with PCAP_TSTAMP_PRECISION_NANO. */
  readonly nanoseconds: boolean;
}

/**
 * Reads bare savefile records, without a file header and in this machine's byte order, as libpcap's
 * pcap_dump writes them.
 */
export class SavefileRecords {
  readonly #records: PcapRecords;

  constructor({ linkType, nanoseconds }: SavefileFormat, onPacket: PacketHandler) {
    this.#records = new PcapRecords({
      littleEndian: NATIVE_LITTLE_ENDIAN,
      nanoseconds,
      recordHeaderLength: RECORD_HEADER_LENGTH,
      linkType,
    }, onPacket);
  }

  /** Packets handed out. */
  get packets(): number {
    return this.#records.packets;
  }

  /** Why reading stopped for good; undefined while all is well. */
  get damage(): string | undefined {
    return this.#records.fault;
  }

  /**
   * Hands out the first `count` records of `bytes` and gives how many bytes they take. Where
   * `bytes` hold fewer, that is damage: pcap_dump writes whole records.
   */
  read(bytes: Uint8Array, count: number): number {
    const records = this.#records;
    if (records.fault !== undefined) return 0;
    const before = records.packets;
    const used = records.consume(bytes, 0, bytes.length, count);
    const read = records.packets - before;
    if (read < count) records.fault ??= `${read} records where there should be ${count}`;
    return used;
  }
}
