/** Interface Description Blocks of pcapng, and how their time stamps count. */
import { MAX_MICROS } from "./record_parser.ts";

/** Options of an interface description; section 4.2 of the draft. */
const OPTION = { end: 0, timeResolution: 9, timeOffset: 14 } as const;

/** Resolution where none is given: 10^-6 s. */
const DEFAULT_RESOLUTION = 6;

/** In a resolution: the exponent is one of 2, not of 10. */
const POWER_OF_TWO = 0x80;

const TWO_32 = 2 ** 32;

/** One interface of a section. */
export class PcapngInterface {
  readonly linkType: number;
  /** Bytes of each packet that were captured at most; 0 for no limit. */
  readonly snaplen: number;
  readonly #resolution: number;
  /** Microseconds to add to each time. */
  readonly #shift: number;

  /**
   * @param resolution if_tsresol
   * @param offsetSeconds if_tsoffset
   */
  constructor(linkType: number, snaplen: number, resolution: number, offsetSeconds: number) {
    this.linkType = linkType;
    this.snaplen = snaplen;
    this.#resolution = resolution;
    this.#shift = offsetSeconds * 1_000_000;
  }

  /** Reads the body of an interface description, of 8 bytes at least. */
  static parse(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    littleEndian: boolean,
  ): PcapngInterface {
    let resolution: number = DEFAULT_RESOLUTION;
    let offsetSeconds = 0;
    for (let offset = start + 8; offset + 4 <= end;) {
      const code = view.getUint16(offset, littleEndian);
      const length = view.getUint16(offset + 2, littleEndian);
      const value = offset + 4;
      if (code === OPTION.end || value + length > end) break;
      if (code === OPTION.timeResolution && length >= 1) resolution = bytes[value]!;
      if (code === OPTION.timeOffset && length >= 8) {
        offsetSeconds = Number(view.getBigInt64(value, littleEndian));
      }
      offset = value + length + (4 - length % 4) % 4;
    }
    return new PcapngInterface(
      view.getUint16(start, littleEndian),
      view.getUint32(start + 4, littleEndian),
      resolution,
      offsetSeconds,
    );
  }

  /** Microseconds since the epoch, of a time stamp in two halves; within the years 1970 to 9999. */
  micros(high: number, low: number): number {
    const resolution = this.#resolution;
    const micros = resolution === DEFAULT_RESOLUTION
      ? high * TWO_32 + low
      : resolution & POWER_OF_TWO
      ? binaryMicros(high, low, resolution & ~POWER_OF_TWO)
      : decimalMicros(high, low, resolution);
    return Math.max(0, Math.min(micros + this.#shift, MAX_MICROS));
  }
}

/**
 * Floor of the time in units of 10^-exponent seconds as microseconds. A time of today in nanoseconds
 * has more bits than a double, hence the long division; it is exact up to 10^-12.
 */
function decimalMicros(high: number, low: number, exponent: number): number {
  if (exponent <= DEFAULT_RESOLUTION) {
    return (high * TWO_32 + low) * 10 ** (DEFAULT_RESOLUTION - exponent);
  }
  const divisor = 10 ** Math.min(exponent - DEFAULT_RESOLUTION, 6);
  const quotient = Math.floor(high / divisor);
  const rest = (high - quotient * divisor) * TWO_32 + low;
  const micros = quotient * TWO_32 + Math.floor(rest / divisor);
  return Math.floor(micros / 10 ** Math.max(0, exponent - 12));
}

/** The same for units of 2^-exponent seconds; exact up to 2^-32. */
function binaryMicros(high: number, low: number, exponent: number): number {
  if (exponent <= 32) {
    const scale = 2 ** exponent;
    const fraction = low % scale;
    const seconds = high * (TWO_32 / scale) + (low - fraction) / scale;
    return seconds * 1_000_000 + Math.floor(fraction * 1_000_000 / scale);
  }
  const scale = 2 ** (exponent - 32);
  const fraction = high % scale;
  const seconds = (high - fraction) / scale;
  return seconds * 1_000_000 + Math.floor((fraction + low / TWO_32) / scale * 1_000_000);
}
