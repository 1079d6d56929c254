/** What a user may write for a target. */
import { parseAddress, splitHostPort, unmapAddress } from "../net/address.ts";
import {
  addressFromNumber,
  type AddressRange,
  parseCidr,
  parseSpan,
  rangeSize,
} from "../net/address_range.ts";

/** Hosts that one word of the command line or one line of a list stands for. */
export type TargetSpec =
  | {
    readonly kind: "address";
    readonly host: string;
    readonly address: string;
    readonly port?: number;
  }
  | { readonly kind: "name"; readonly host: string; readonly port?: number }
  | { readonly kind: "range"; readonly range: AddressRange };

/** A block larger than this is a slip of the finger: /8 for IPv4, /104 for IPv6. */
const LARGEST_RANGE = 1n << 24n;

/** Characters that are told of a word that is no target: the longest name has 253. */
const MAX_SHOWN = 300;

/**
 * Parses an address, a name, either with `:port`, a CIDR block, or a span `first-last`. An IPv4-mapped
 * IPv6 address becomes the IPv4 address that is reached by it.
 *
 * @throws {RangeError} that says what is wrong with `text`
 */
export function parseTarget(text: string): TargetSpec {
  const range = parseCidr(text) ?? parseSpan(text);
  if (range !== undefined) {
    if (rangeSize(range) > LARGEST_RANGE) {
      throw new RangeError(`"${text}" is ${rangeSize(range)} addresses; 2^24 is the most`);
    }
    return { kind: "range", range };
  }
  const split = splitHostPort(text);
  if (split === undefined || split.port === 0) throw new RangeError(malformed(text));
  const { host } = split;
  const port = split.port === undefined ? {} : { port: split.port };
  const address = parseAddress(host);
  if (address !== undefined) {
    return { kind: "address", host, address: unmapAddress(address), ...port };
  }
  if (!isHostname(host)) throw new RangeError(malformed(text));
  return { kind: "name", host: host.toLowerCase(), ...port };
}

function malformed(text: string): string {
  const kind = text.includes("/")
    ? "a CIDR block like 192.0.2.0/24"
    : "an address, name, host:port, CIDR block or range";
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
  return `"${shown}" is not ${kind}`;
}

/**
 * Letters, digits, hyphens and underscores in labels of 63 (RFC 1123 2.1). Without any letter it is
 * an address or a span with a slip in it.
 */
function isHostname(host: string): boolean {
  return host.length <= 253 && !/^[\d.-]+$/.test(host) &&
    host.split(".").every((label, index, labels) =>
      /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label) ||
      (label === "" && index === labels.length - 1 && index > 0)
    );
}

/** The single hosts of a spec, made one by one, those of a range as {@linkcode parseTarget} has them. */
export function* hostsOf(spec: TargetSpec): Generator<Exclude<TargetSpec, { kind: "range" }>> {
  if (spec.kind !== "range") {
    yield spec;
    return;
  }
  const { family, first, last } = spec.range;
  for (let value = first; value <= last; value++) {
    const host = addressFromNumber(family, value);
    yield { kind: "address", host, address: family === 4 ? host : unmapAddress(host) };
  }
}

/** Number of hosts in a spec. */
export function hostCount(spec: TargetSpec): number {
  return spec.kind === "range" ? Number(rangeSize(spec.range)) : 1;
}
