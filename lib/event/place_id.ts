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
  let a = LANE_B;
  let b = LANE_C;
  let c = LANE_A;
  for (let index = 0; index < place.length; index++) {
    const unit = place.charCodeAt(index);
    a = Math.imul(a ^ unit, LANE_A);
    a ^= a >>> 15;
    b = Math.imul(b + unit, LANE_B);
    b ^= b >>> 13;
    c = Math.imul((c << 7 | c >>> 25) ^ unit, LANE_C);
  }
  a = finish(a ^ c >>> 5);
  b = finish(b ^ a);
  c = finish(c ^ b);
  return ulidTime(micros) +
    crockford(a >>> 22) + crockford(a >>> 12 & 1023) + crockford(a >>> 2 & 1023) +
    crockford(b >>> 22) + crockford(b >>> 12 & 1023) + crockford(b >>> 2 & 1023) +
    crockford(c >>> 22) + crockford(c >>> 12 & 1023);
}

/** Lets every bit change all others (MurmurHash3's fmix32). */
function finish(hash: number): number {
  hash = Math.imul(hash ^ hash >>> 16, LANE_B);
  hash = Math.imul(hash ^ hash >>> 13, LANE_C);
  return hash ^ hash >>> 16;
}
