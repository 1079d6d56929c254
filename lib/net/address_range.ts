/** Ranges of addresses: CIDR blocks, first-last pairs, and sets of them. */
import { addressBytes, formatAddress } from "./address.ts";

/** An inclusive range of addresses of one family, as unsigned integers. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const BITS = { 4: 32, 6: 128 } as const;

/** An address as family and unsigned integer, or undefined when `text` is none. A zone is dropped. */
export function addressNumber(text: string): { family: 4 | 6; value: bigint } | undefined {
  const bytes = addressBytes(text);
  if (bytes === undefined) return undefined;
  return { family: bytes.length === 4 ? 4 : 6, value: BigInt(`0x${bytes.toHex()}`) };
}

/** The address of `family` whose unsigned integer is `value`, as canonical text. */
export function addressFromNumber(family: 4 | 6, value: bigint): string {
  return formatAddress(Uint8Array.fromHex(value.toString(16).padStart(BITS[family] / 4, "0")));
}

/** Parses `address/prefix`; bits after the prefix may be set and are ignored. */
export function parseCidr(text: string): AddressRange | undefined {
  const slash = text.indexOf("/");
  const base = slash < 0 ? undefined : addressNumber(text.slice(0, slash));
  const prefixText = text.slice(slash + 1);
  if (base === undefined || !/^\d{1,3}$/.test(prefixText)) return undefined;
  const hostBits = BITS[base.family] - Number(prefixText);
  if (hostBits < 0) return undefined;
  const first = (base.value >> BigInt(hostBits)) << BigInt(hostBits);
  return { family: base.family, first, last: first + (1n << BigInt(hostBits)) - 1n };
}

/** Parses `first-last`; for IPv4 `last` may be its final octet alone (`192.0.2.10-20`). */
export function parseSpan(text: string): AddressRange | undefined {
  const dash = text.indexOf("-");
  if (dash < 0) return undefined;
  const firstText = text.slice(0, dash);
  let lastText = text.slice(dash + 1);
  const first = addressNumber(firstText);
  if (first?.family === 4 && /^\d{1,3}$/.test(lastText)) {
    lastText = firstText.slice(0, firstText.lastIndexOf(".") + 1) + lastText;
  }
  const last = addressNumber(lastText);
  if (first === undefined || last?.family !== first.family || last.value < first.value) {
    return undefined;
  }
  return { family: first.family, first: first.value, last: last.value };
}

/** Parses a single address, a CIDR block or a span. */
export function parseRange(text: string): AddressRange | undefined {
  const single = addressNumber(text);
  if (single !== undefined) {
    return { family: single.family, first: single.value, last: single.value };
  }
  return parseCidr(text) ?? parseSpan(text);
}

/** Number of addresses in `range`. */
export function rangeSize(range: AddressRange): bigint {
  return range.last - range.first + 1n;
}

/** IPv4-mapped IPv6 (RFC 4291 2.5.5.2), ::ffff:0:0/96: the IPv4 address is what is reached. */
const MAPPED = 0xffffn << 32n;

/** A fixed set of addresses; membership is a binary search over merged ranges. */
export class AddressSet {
  readonly #ranges: Readonly<Record<4 | 6, readonly AddressRange[]>>;

  constructor(ranges: Iterable<AddressRange>) {
    const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    this.#ranges = {
      4: merge(sorted.filter((range) => range.family === 4)),
      6: merge(sorted.filter((range) => range.family === 6)),
    };
  }

  /** True when `address` is in the set; a mapped IPv6 address counts as its IPv4 address too. */
  has(address: string): boolean {
    const number = addressNumber(address);
    if (number === undefined) return false;
    if (within(this.#ranges[number.family], number.value)) return true;
    return number.family === 6 && number.value >> 32n === MAPPED >> 32n &&
      within(this.#ranges[4], number.value & 0xffff_ffffn);
  }
}

function merge(sorted: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = [];
  for (const range of sorted) {
    const previous = merged.at(-1);
    if (previous !== undefined && range.first <= previous.last + 1n) {
      if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

function within(ranges: readonly AddressRange[], value: bigint): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle]!;
    if (value < range.first) high = middle - 1;
    else if (value > range.last) low = middle + 1;
    else return true;
  }
  return false;
}
