/** Who comes first where not all can: nobody is to keep others waiting by having many addresses. */
import { addressNumber } from "../net/address_range.ts";

/** Bits of an IPv6 address that are one host's to choose (RFC 4291 2.5.1, RFC 7421). */
const INTERFACE_BITS = 64n;

/** What stands for whoever an address belongs to: itself, or the /64 of an IPv6 address. */
export function networkOf(address: string): string | bigint {
  const number = address.includes(":") ? addressNumber(address) : undefined;
  return number?.family === 6 ? number.value >> INTERFACE_BITS : address;
}

/**
 * `items` with the second of a network behind the first of every other, the third behind every second,
 * and so on; otherwise in their order.
 */
export function networksInTurn<T>(
  items: readonly T[],
  networkOf: (item: T) => string | bigint,
): T[] {
  const counts = new Map<string | bigint, number>();
  const ranked = items.map((item) => {
    const network = networkOf(item);
    const rank = counts.get(network) ?? 0;
    counts.set(network, rank + 1);
    return { item, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/** One of `a`, one of `b`, and so on; then the rest of the longer. */
export function inTurn<T>(a: readonly T[], b: readonly T[]): T[] {
  const both = Math.min(a.length, b.length);
  const turns = Array.from({ length: both }, (_, index) => [a[index]!, b[index]!]).flat();
  return [...turns, ...a.slice(both), ...b.slice(both)];
}
