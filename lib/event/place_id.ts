/** Ids of events that their place in an input tells apart: cheap, for packets by the million. */
import { crockford, ulidTime } from "./ulid.ts";

/** Multipliers of three 32-bit lanes: the golden ratio, and those of MurmurHash3's finaliser. */
const LANE_A = 0x9e3779b1;
const LANE_B = 0x85ebca6b;
const LANE_C = 0xc2b2ae35;

/**
 * A ULID for what stood at `place` at `micros` since the epoch: the same place gets the same id, at
 * each reading. The 80 bits are no cryptographic hash, so `place` must hold nothing that senders
 * choose freely (a packet's number, its ends and what it is about, never what it says): for such text
 * there is eventId().
 */
export function placeId(micros: number, place: string): string {
  hash.begin();
  hash.add(place);
  return hash.id(micros);
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
      const unit = piece.charCodeAt(index);
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

  /** The id of what stood there at `micros`. */
  id(micros: number): string {
    const a = finish(this.#a ^ this.#c >>> 5);
    const b = finish(this.#b ^ a);
    const c = finish(this.#c ^ b);
    return ulidTime(micros) +
      crockford(a >>> 22) + crockford(a >>> 12 & 1023) + crockford(a >>> 2 & 1023) +
      crockford(b >>> 22) + crockford(b >>> 12 & 1023) + crockford(b >>> 2 & 1023) +
      crockford(c >>> 22) + crockford(c >>> 12 & 1023);
  }
}

/** Lets every bit change all others (MurmurHash3's fmix32). */
function finish(hash: number): number {
  hash = Math.imul(hash ^ hash >>> 16, LANE_B);
  hash = Math.imul(hash ^ hash >>> 13, LANE_C);
  return hash ^ hash >>> 16;
}

const hash = new PlaceHash();
