/** Takes the fields of an event one by one, so that a format can tell what is left. */
import { type HostPort, parseAddress, splitHostPort, withoutZone } from "../../net/address.ts";
import { replaceHalfPairs } from "../../text/half_pairs.ts";
import { replaceUnsafe, unicodeEscape } from "../../text/unsafe.ts";
import type { Event, FieldValue } from "../event.ts";
import { UNKNOWN_ATTACKER } from "../event.ts";
import { parseTimestamp, parseTimestampOrUtc } from "../time.ts";

/** What stands for no value in DECNET's lines. */
const NOTHING: ReadonlySet<string> = new Set(["", "-", UNKNOWN_ATTACKER]);

/**
 * Reads fields with the type that a format needs: values out of RFC 5424 lines are all text. What does not
 * fit the type is left, and so is what nobody asks for.
 */
export class FieldReader {
  readonly event: Event;
  readonly #taken = new Set<string>();

  constructor(event: Event) {
    this.event = event;
  }

  /** The first of the fields that holds text, without lists. */
  text(...names: readonly string[]): string | undefined {
    return this.#first(names, (value) => {
      const text = typeof value === "object" ? undefined : String(value);
      return text === undefined || NOTHING.has(text) ? undefined : text;
    });
  }

  /** What `pattern` finds in the first of the fields that it matches. */
  match(pattern: RegExp, ...names: readonly string[]): RegExpExecArray | undefined {
    return this.#first(names, (value) => pattern.exec(String(value)) ?? undefined);
  }

  /** The first that holds a whole number from 0 on. */
  count(...names: readonly string[]): number | undefined {
    return this.#first(names, (value) => {
      const number = numberOf(value);
      return number !== undefined && Number.isSafeInteger(number) && number >= 0
        ? number
        : undefined;
    });
  }

  /** The first that holds a number. */
  number(...names: readonly string[]): number | undefined {
    return this.#first(names, numberOf);
  }

  /** The first that holds a TCP or UDP port. */
  port(...names: readonly string[]): number | undefined {
    return this.#first(names, (value) => {
      const number = numberOf(value);
      return number !== undefined && Number.isInteger(number) && number > 0 && number < 65536
        ? number
        : undefined;
    });
  }

  /** The first that is true or false, or says so. */
  flag(...names: readonly string[]): boolean | undefined {
    return this.#first(names, (value) => {
      const text = String(value);
      return text === "true" || text === "1"
        ? true
        : text === "false" || text === "0"
        ? false
        : undefined;
    });
  }

  /** The first that holds a list, or text with commas. */
  list(...names: readonly string[]): string[] | undefined {
    return this.#first(names, (value) => {
      const items = typeof value === "object" ? value.map(String) : String(value).split(",");
      const kept = items.map((item) => item.trim()).filter((item) => !NOTHING.has(item));
      return kept.length > 0 ? kept : undefined;
    });
  }

  /** The first that holds a number, times `factor` and whole, from 0 on. */
  scaled(factor: number, ...names: readonly string[]): number | undefined {
    return this.#first(names, (value) => {
      const number = Math.round((numberOf(value) ?? NaN) * factor);
      return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
    });
  }

  /** The first that holds an address, without its zone; one that has a zone is left for the rest, too. */
  address(...names: readonly string[]): string | undefined {
    return this.#part(names, (text) => {
      const address = parseAddress(text);
      return address && [withoutZone(address), address.includes("%")];
    });
  }

  /** The first that holds a host as HTTP has it; one that has a port is left for the rest, too. */
  host(...names: readonly string[]): HostPort | undefined {
    return this.#part(names, (text) => {
      if (NOTHING.has(text)) return undefined;
      const parts = splitHostPort(text) ?? { host: text };
      return [parts, parts.port !== undefined];
    });
  }

  /** The first that holds a time, in microseconds since the epoch. */
  time(...names: readonly string[]): number | undefined {
    return this.#first(names, (value) => parseTimestampOrUtc(String(value)));
  }

  /** Counts these as told, whatever they hold. */
  drop(...names: readonly string[]): void {
    for (const name of names) this.#taken.add(name);
  }

  /** The fields that have not been taken; undefined when there are none. */
  rest(): Record<string, FieldValue> | undefined {
    const rest: Record<string, FieldValue> = Object.create(null);
    let count = 0;
    for (const [name, value] of Object.entries(this.event.fields)) {
      if (value === undefined || this.#taken.has(name)) continue;
      rest[name] = value;
      count++;
    }
    return count > 0 ? rest : undefined;
  }

  /** Microseconds since the epoch of the event itself. */
  get eventTime(): number {
    return parseTimestamp(this.event.timestamp) ?? 0;
  }

  /** The attacker's address, where it is known. */
  get attacker(): string | undefined {
    return parseAddress(this.event.attacker_ip);
  }

  /** The same without a zone, for what takes plain addresses only, as Elasticsearch's type `ip`. */
  get plainAttacker(): string | undefined {
    const { attacker } = this;
    return attacker && withoutZone(attacker);
  }

  /** What `read` finds in the first of the fields that it can read, and whether there is more to the field. */
  #part<T>(
    names: readonly string[],
    read: (text: string) => readonly [T, boolean] | undefined | "",
  ): T | undefined {
    for (const name of names) {
      const value = this.event.fields[name];
      const found = value === undefined || typeof value === "object"
        ? undefined
        : read(String(value));
      if (!found) continue;
      if (!found[1]) this.#taken.add(name);
      return found[0];
    }
    return undefined;
  }

  #first<T>(names: readonly string[], read: (value: FieldValue) => T | undefined): T | undefined {
    for (const name of names) {
      const value = this.event.fields[name];
      const found = value === undefined ? undefined : read(value);
      if (found === undefined) continue;
      this.#taken.add(name);
      return found;
    }
    return undefined;
  }
}

/** One of an event's names; undefined where it is none (`-`). */
export function known(text: string): string | undefined {
  return NOTHING.has(text) ? undefined : text;
}

/** `value` as one line of JSON that misleads no reader; members without a value are left out. */
export function formatJson(value: unknown): string {
  return replaceUnsafe(replaceHalfPairs(JSON.stringify(value)), unicodeEscape);
}

/** `object`, or undefined when none of its members has a value. */
export function unlessEmpty<T extends object>(object: T): T | undefined {
  return Object.values(object).some((value) => value !== undefined) ? object : undefined;
}

function numberOf(value: FieldValue): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d{1,18}(?:\.\d{1,18})?$/.test(value)
    ? Number(value)
    : undefined;
}
