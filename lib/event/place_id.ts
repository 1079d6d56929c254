/** Ids of events that their place in an input tells apart: cheap, for packets by the million. */
import { codeAt } from "../text/code_at.ts";
import type { JsonBytes } from "./json_bytes.ts";
import { crockford, ulidTime } from "./ulid.ts";

/** Multipliers of three 32-bit lanes: the golden ratio, and those of MurmurHash3's finaliser. */
const LANE_A = 0x9e3779b1;
const LANE_B = 0x85ebca6b;
const LANE_C = 0xc2b2ae35;

const ZERO = 0x30;

/**
 * A ULID for what stood at `place` at `micros` since the epoch: the same place gets the same id, at
 * each reading. The 80 bits are no cryptographic hash, so `place` must hold nothing that senders
 * choose freely (a packet's number, its ends and what it is about, never what it says): for such text
 * there is eventId().
 */
export function placeId(micros: number, place: string): string {
  hash.begin();
  hash.add(place);
  return hash.id(micros).text;
}

/** Makes the ids of {@linkcode placeId} of places that are given in pieces. Use it again and again. */
export class PlaceHash {
  #a = 0;
  #b = 0;
  #c = 0;

  /** Begins a place. */
  begin(): void {
    this.#a = LANE_B | 0;
    this.#b = LANE_C | 0;
    this.#c = LANE_A | 0;
  }

  /** Adds the next piece of it. */
  add(piece: string): void {
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    for (let index = 0; index < piece.length; index++) {
      const unit = codeAt(piece, index);
      a = Math.imul(a ^ unit, LANE_A);
      a ^= a >>> 15;
      b = Math.imul(b + unit, LANE_B);
      b ^= b >>> 13;
      c = Math.imul((c << 7 | c >>> 25) ^ unit, LANE_C);
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
  }

  /** Adds a whole number that is not negative, in decimal digits. */
  addNumber(value: number): void {
    if (value >= 10) this.addNumber(Math.floor(value / 10));
    this.#addUnit(ZERO + value % 10);
  }

  /** The id of what stood there at `micros`. */
  id(micros: number): PlaceId {
    const a = finish(this.#a ^ this.#c >>> 5);
    const b = finish(this.#b ^ a);
    return new PlaceId(micros, a, b, finish(this.#c ^ b));
  }

  #addUnit(unit: number): void {
    const a = Math.imul(this.#a ^ unit, LANE_A);
    this.#a = a ^ a >>> 15;
    const b = Math.imul(this.#b + unit, LANE_B);
    this.#b = b ^ b >>> 13;
    this.#c = Math.imul((this.#c << 7 | this.#c >>> 25) ^ unit, LANE_C);
  }
}

/** An id that is put into letters only when it is written. */
export class PlaceId {
  readonly #micros: number;
  readonly #a: number;
  readonly #b: number;
  readonly #c: number;

  /** @param a 32 bits, of which 30 count, as of `b`; of `c` 20 do */
  constructor(micros: number, a: number, b: number, c: number) {
    this.#micros = micros;
    this.#a = a;
    this.#b = b;
    this.#c = c;
  }

  /** The ULID. */
  get text(): string {
    let text = ulidTime(this.#micros);
    for (const lane of [this.#a, this.#b]) {
      text += crockford(lane >>> 22) + crockford(lane >>> 12 & 1023) + crockford(lane >>> 2 & 1023);
    }
    return text + crockford(this.#c >>> 22) + crockford(this.#c >>> 12 & 1023);
  }

  /** Writes the ULID. */
  write(out: JsonBytes): void {
    out.ascii(ulidTime(this.#micros));
    out.base32(this.#a >>> 2, 6);
    out.base32(this.#b >>> 2, 6);
    out.base32(this.#c >>> 12, 4);
  }
}

/** Lets every bit change all others (MurmurHash3's fmix32). */
function finish(hash: number): number {
  hash = Math.imul(hash ^ hash >>> 16, LANE_B);
  hash = Math.imul(hash ^ hash >>> 13, LANE_C);
  return hash ^ hash >>> 16;
}

const hash = new PlaceHash();
