/** A part of the events, chosen by their ids. */

/** Characters at the end of an id that decide: 30 bits of its hash. */
const DIGITS = 6;

/** Crockford's base32, the digits of an event id. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * True for about `share` of all ids. The same event is always in or out, whoever asks: two readers of a log
 * choose the same.
 *
 * @param share from 0 to 1
 */
export function isSampled(eventId: string, share: number): boolean {
  let number = 0;
  for (const digit of eventId.slice(-DIGITS)) number = number * 32 + ALPHABET.indexOf(digit);
  return number < share * 32 ** DIGITS;
}
