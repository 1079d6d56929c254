/** Values of flags: text in, value out, or an error that says what would be right. */
import { parseAddress } from "../lib/net/address.ts";
import { parsePorts } from "../lib/net/ports.ts";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `5s`, `250ms`, `1.5h`, `7d`, and `0`, which needs no unit; milliseconds. @throws {RangeError} */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) {
    throw new RangeError(`"${text}" is not a duration like 500ms, 5s, 10m, 24h or 7d`);
  }
  return Number(match[1]) * UNITS[match[2]!]!;
}

/** A {@linkcode parseDuration} above zero. @throws {RangeError} */
export function parsePositiveDuration(text: string): number {
  const duration = parseDuration(text);
  if (duration <= 0) throw new RangeError(`"${text}" is no time at all`);
  return duration;
}

/** A parser for whole numbers from `low` to `high`. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(value >= low && value <= high)) {
      throw new RangeError(`"${text}" is not a whole number from ${low} to ${high}`);
    }
    return value;
  };
}

/** A rate a second: a number, 0 for no limit; `/s` may follow. @throws {RangeError} */
export function parseRate(text: string): number {
  const match = /^(\d{1,7}(?:\.\d{1,3})?)(?:\/s)?$/.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a rate like 100 or 0.5/s`);
  return Number(match[1]);
}

/** Ports, of one probe or, without a name, of all. */
export interface PortWish {
  readonly probe: string;
  readonly ports: readonly number[];
}

/** `jarm=443,8443` or `443,8443`. @throws {RangeError} */
export function parsePortWish(text: string): PortWish {
  const equals = text.indexOf("=");
  return {
    probe: equals < 0 ? "" : text.slice(0, equals),
    ports: parsePorts(text.slice(equals + 1)),
  };
}

/** An IPv4 or IPv6 address in canonical form. @throws {RangeError} */
export function parseAddressFlag(text: string): string {
  const address = parseAddress(text);
  if (address === undefined) throw new RangeError(`"${text}" is not an IPv4 or IPv6 address`);
  return address;
}

/** Names separated by commas. @throws {RangeError} when there is none */
export function parseNames(text: string): string[] {
  const list = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (list.length === 0) throw new RangeError("needs a name");
  return list;
}

/** Text that is not empty. @throws {RangeError} */
export function parseText(text: string): string {
  if (text === "") throw new RangeError("needs a value");
  return text;
}
