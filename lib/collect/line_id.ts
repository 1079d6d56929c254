/** Ids of events that lines make. */
import { crockford, ulidTime } from "../event/ulid.ts";
import { KeyedHash } from "../sniff/keyed_hash.ts";

/** Length of the part of an id that tells events of one time apart. */
const TAIL_LENGTH = 16;

/** The same in every run, or a line would not be known again: the start of pi's fraction. */
const hash = new KeyedHash(Int32Array.of(0x243f6a88, 0x85a308d3));

/** The hash of a place, which goes in front of the text there. */
const place64 = new Int32Array(2);

/**
 * Id of the event of the line `text` at `place` of the stream `key`: the same whenever it is read again.
 * Its time is the event's; where that is the time of reading, what tells it is {@linkcode idTail}.
 *
 * The other 80 bits are of a hash that is quick, keyed by the place. Who writes the text does not know that
 * to the nanosecond, and so cannot make two events look like one.
 */
export function lineId(micros: number, key: string, place: string, text: string): string {
  hash.hash(`${key}\n${place}`);
  place64[0] = hash.high;
  place64[1] = hash.low;
  const seed = hash.low;
  hash.hash(text, place64);
  const { high, low } = hash;
  return ulidTime(micros) +
    crockford(high >>> 22) + crockford(high >>> 12 & 1023) + crockford(high >>> 2 & 1023) +
    crockford(low >>> 22) + crockford(low >>> 12 & 1023) + crockford(low >>> 2 & 1023) +
    // What is left of the two, and 16 bits of the place.
    crockford((high & 3) << 8 | (low & 3) << 6 | seed >>> 26) + crockford(seed >>> 16 & 1023);
}

/** The part of an id that does not depend on the event's time. */
export function idTail(id: string): string {
  return id.slice(-TAIL_LENGTH);
}
