/** Which events of a log are wanted. */
import { addressIn, ATTACKER_FIELDS } from "../event/attacker.ts";
import type { Event } from "../event/event.ts";
import { type AddressRange, AddressSet, parseRange } from "../net/address_range.ts";
import { ByteSearch } from "./byte_search.ts";
import { timeOf } from "./event_time.ts";
import { globMatcher } from "./glob.ts";
import {
  best,
  type Needles,
  needlesOfAddresses,
  needlesOfGlobs,
  needlesOfWhere,
} from "./needles.ts";
import { type Predicate, wherePredicate } from "./where_predicate.ts";
import type { WhereTree } from "./where_tree.ts";

/** What is wanted; what is absent restricts nothing. A pattern that starts with `!` is one not wanted. */
export interface FilterWishes {
  /** Addresses, CIDR blocks and spans. */
  readonly ip?: readonly string[] | undefined;
  readonly decky?: readonly string[] | undefined;
  readonly service?: readonly string[] | undefined;
  readonly type?: readonly string[] | undefined;
  readonly where?: WhereTree | undefined;
  /** Text that the line holds as it stands in the file. */
  readonly grep?: string | undefined;
  /** Microseconds since the epoch, of the event's own time. */
  readonly since?: number | undefined;
  /** Likewise; the event at this time itself is no longer wanted. */
  readonly until?: number | undefined;
}

const NOT = "!";

/** Fields that hold an address of one side or the other. */
const ADDRESS_FIELDS: readonly string[] = [...ATTACKER_FIELDS, "dst_ip"];

/** Asks of lines and events whether they are wanted. */
export class EventFilter {
  /** What each wanted line holds at least one of. */
  readonly needles: Needles;
  /** True when every event is wanted. */
  readonly isOpen: boolean;
  readonly #tests: readonly Predicate[];
  readonly #grep: ByteSearch | undefined;

  /** @throws {RangeError} when a pattern or an address is none */
  constructor({ ip, decky, service, type, where, grep, since, until }: FilterWishes) {
    const names = [["decky", decky], ["service", service], ["event_type", type]] as const;
    const tests: Predicate[] = [];
    if (since !== undefined) tests.push((event) => timeOf(event) >= since);
    if (until !== undefined) tests.push((event) => timeOf(event) < until);
    for (const [key, patterns] of names) {
      if (patterns !== undefined) tests.push(nameTest(key, patterns));
    }
    if (ip !== undefined) tests.push(addressTest(ip));
    if (where !== undefined) tests.push(wherePredicate(where));
    this.#tests = tests;
    this.#grep = grep === undefined ? undefined : new ByteSearch(new TextEncoder().encode(grep));
    this.isOpen = tests.length === 0 && grep === undefined;
    this.needles = best([
      ip === undefined ? undefined : needlesOfAddresses(wanted(ip)),
      ...names.map(([, patterns]) => patterns && needlesOfGlobs(wanted(patterns))),
      where === undefined ? undefined : needlesOfWhere(where),
      grep === undefined ? undefined : [grep],
    ]);
  }

  /** True when the line between `start` and `stop` may be wanted. */
  acceptsLine(bytes: Uint8Array, start: number, stop: number): boolean {
    return this.#grep === undefined || this.#grep.find(bytes, start, stop) >= 0;
  }

  /** True when the event of such a line is wanted. */
  accepts(event: Event): boolean {
    for (const test of this.#tests) if (!test(event)) return false;
    return true;
  }
}

function wanted(patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => !pattern.startsWith(NOT));
}

function unwanted(patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => pattern.startsWith(NOT)).map((text) => text.slice(1));
}

function nameTest(
  key: "decky" | "service" | "event_type",
  patterns: readonly string[],
): Predicate {
  const yes = wanted(patterns).map(globMatcher);
  const no = unwanted(patterns).map(globMatcher);
  return (event) => {
    const name = event[key];
    return (yes.length === 0 || yes.some((matches) => matches(name))) &&
      !no.some((matches) => matches(name));
  };
}

function addressTest(texts: readonly string[]): Predicate {
  const yes = new AddressSet(wanted(texts).map(rangeOf));
  const no = new AddressSet(unwanted(texts).map(rangeOf));
  const hasWanted = wanted(texts).length > 0;
  return (event) => {
    const addresses = addressesOf(event);
    return (!hasWanted || addresses.some((address) => yes.has(address))) &&
      !addresses.some((address) => no.has(address));
  };
}

function rangeOf(text: string): AddressRange {
  const range = parseRange(text);
  if (range === undefined) throw new RangeError(`"${text}" is no address, CIDR block or span`);
  return range;
}

function addressesOf({ attacker_ip, fields }: Event): string[] {
  const found = [attacker_ip];
  for (const name of ADDRESS_FIELDS) {
    const value = fields[name];
    const address = typeof value === "string" ? addressIn(value) : undefined;
    if (address !== undefined) found.push(address);
  }
  return found;
}
