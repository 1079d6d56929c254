/** Event ids: ULIDs, 48 bits of time and 80 bits that tell events of one millisecond apart. */
import { sha256Hex } from "../hash.ts";

/** Crockford's base32: no I, L, O, U. */
export const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Two characters for each value of 10 bits. */
const PAIRS = Array.from(
  { length: 1024 },
  (_, bits) => CROCKFORD[bits >> 5]! + CROCKFORD[bits & 31]!,
);

/** The 128 bits take 26 characters of 5 bits; the first holds only 3. */
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Largest time of a ULID in milliseconds: 48 bits. */
const MAX_MILLIS = 2 ** 48 - 1;

/**
 * A 26-character ULID for an event at `micros` since the epoch (a time before it counts as 0).
 *
 * The 80 bits are the start of the SHA-256 of `seed`, so that equal events get equal ids and a second
 * delivery is recognised; random where there is no seed.
 */
export function eventId(micros: number, seed?: string): string {
  const bits = seed === undefined
    ? crypto.getRandomValues(new Uint8Array(10)).toHex()
    : sha256Hex(seed);
  // 40 bits at a time: exact in a number, and 8 characters of 5 bits.
  return ulidTime(micros) + base32(parseInt(bits.slice(0, 10), 16), 8) +
    base32(parseInt(bits.slice(10, 20), 16), 8);
}

/** The 10 characters of a ULID that tell its time: `micros` since the epoch, to the millisecond. */
export function ulidTime(micros: number): string {
  const millis = Math.max(0, Math.min(MAX_MILLIS, Math.floor(micros / 1000))) || 0;
  if (millis !== lastMillis) {
    lastMillis = millis;
    const high = Math.floor(millis / 2 ** 25);
    lastTime = base32Of25(high) + base32Of25(millis - high * 2 ** 25);
  }
  return lastTime;
}

/** Events come many to the millisecond. */
let lastMillis = NaN;
let lastTime = "";

/** The two characters of 10 bits. */
export function crockford(bits: number): string {
  return PAIRS[bits]!;
}

/** True when `text` is a ULID in upper case, as {@linkcode eventId} writes it. */
export function isEventId(text: string): boolean {
  return ULID.test(text);
}

/** The five characters of 25 bits. */
function base32Of25(bits: number): string {
  return CROCKFORD[bits >> 20]! + PAIRS[bits >> 10 & 1023]! + PAIRS[bits & 1023]!;
}

function base32(value: number, length: number): string {
  let text = "";
  for (let index = 0; index < length; index++) {
    text = CROCKFORD[value % 32]! + text;
    value = Math.floor(value / 32);
  }
  return text;
}
