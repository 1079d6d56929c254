/** IPv4 and IPv6 addresses: text to bytes, bytes to canonical text, and `host:port`. */

/** Longest IPv6 text without a zone: eight groups, the last two as a dotted quad (RFC 4291 2.2). */
const MAX_V6_TEXT = 45;

/** What a zone may consist of (RFC 6874 section 2, unreserved characters), with a bound on length. */
const ZONE = /^[A-Za-z0-9._~-]{1,64}$/;

/** A host name as people write it; length from RFC 1035 2.3.4, underscore as seen in practice. */
const NAME = /^[A-Za-z0-9._-]{1,253}$/;

/** A last label that resolvers take for an IPv4 number: `1`, `010`, `0x7f` (WHATWG URL 3.5). */
const NUMERIC_LABEL = /^(?:[0-9]+|0[xX][0-9A-Fa-f]*)$/;

/** An optional port and the host before it, as {@linkcode splitHostPort} finds them. */
export interface HostPort {
  /** A name or an address, without brackets. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port?: number;
}

/**
 * Canonical text of an address, or undefined when `text` is none.
 *
 * IPv4 is four decimal numbers without leading zeros, which some resolvers read as octal. IPv6 comes
 * out as RFC 5952 says, an IPv4-mapped one with a dotted quad; a `%zone` stays as it is.
 */
export function parseAddress(text: string): string | undefined {
  const bytes = addressBytes(text);
  if (bytes === undefined) return undefined;
  const zone = text.indexOf("%");
  return zone < 0 ? formatAddress(bytes) : formatAddress(bytes) + text.slice(zone);
}

/** The 4 or 16 bytes of an address, its zone dropped; undefined when `text` is no address. */
export function addressBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!text.includes(":")) return quadBytes(text);
  const zone = text.indexOf("%");
  if (zone < 0) return groupBytes(text);
  return ZONE.test(text.slice(zone + 1)) ? groupBytes(text.slice(0, zone)) : undefined;
}

/** Canonical text of 4 or 16 bytes. @throws {RangeError} when there are neither 4 nor 16. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (bytes.length !== 16) {
    throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`);
  }
  // RFC 5952 section 5: mixed notation for the well-known ::ffff:0:0/96.
  if (isMapped(bytes)) return `::ffff:${bytes.subarray(12).join(".")}`;
  const groups = Array.from(
    { length: 8 },
    (_, index) => bytes[2 * index]! << 8 | bytes[2 * index + 1]!,
  );
  const [start, length] = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  // RFC 5952 4.2.2: a single zero group is not shortened.
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** An address without the zone that it is of (RFC 4007 11), which means something on one machine alone. */
export function withoutZone(address: string): string {
  return address.split("%", 1)[0]!;
}

/** The IPv4 address inside an IPv4-mapped IPv6 address (RFC 4291 2.5.5.2), else `address` itself. */
export function unmapAddress(address: string): string {
  const bytes = addressBytes(address);
  return bytes?.length === 16 && isMapped(bytes) ? formatAddress(bytes.subarray(12)) : address;
}

/**
 * Splits `a.b.c.d`, `a.b.c.d:port`, `[v6]`, `[v6]:port`, `name` and `name:port`; a bare IPv6 address
 * is never split. Undefined for all else, also for a host that ends in a number without being an
 * address (`010.1.1.1`, `1.2.3`): resolvers read these as addresses, each in its own way.
 */
export function splitHostPort(text: string): HostPort | undefined {
  if (text.startsWith("[")) {
    const close = text.indexOf("]");
    const host = text.slice(1, close);
    if (close < 0 || !host.includes(":") || addressBytes(host) === undefined) return undefined;
    return withPort(host, text.slice(close + 1));
  }
  if (addressBytes(text) !== undefined) return { host: text };
  const colon = text.indexOf(":");
  const host = colon < 0 ? text : text.slice(0, colon);
  if (!isHost(host)) return undefined;
  return withPort(host, text.slice(host.length));
}

/** `rest` is empty or `:port`. */
function withPort(host: string, rest: string): HostPort | undefined {
  if (rest === "") return { host };
  const port = Number(rest.slice(1));
  return /^:[0-9]{1,5}$/.test(rest) && port <= 65535 ? { host, port } : undefined;
}

function isHost(host: string): boolean {
  if (quadBytes(host) !== undefined) return true;
  if (!NAME.test(host)) return false;
  const labels = host.split(".");
  if (labels.length > 1 && labels.at(-1) === "") labels.pop();
  return labels.every((label) => label !== "") && !NUMERIC_LABEL.test(labels.at(-1)!);
}

function quadBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length > 15) return undefined;
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (const [index, part] of parts.entries()) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes[index] = Number(part);
  }
  return bytes;
}

function groupBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length > MAX_V6_TEXT) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves as [string, string | undefined];
  const before = groupsOf(head, tail === undefined);
  const after = tail === undefined ? [] : groupsOf(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const bytes = new Uint8Array(16);
  for (
    const [index, group] of [...before, ...new Array<number>(missing).fill(0), ...after].entries()
  ) {
    bytes[2 * index] = group >> 8;
    bytes[2 * index + 1] = group & 0xff;
  }
  return bytes;
}

/** The 16-bit groups of one side of `::`; a dotted quad may end the address. */
function groupsOf(text: string, endsAddress: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const quad = endsAddress && index === parts.length - 1 ? quadBytes(part) : undefined;
    if (quad !== undefined) groups.push(quad[0]! << 8 | quad[1]!, quad[2]! << 8 | quad[3]!);
    else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes[10] === 0xff && bytes[11] === 0xff &&
    bytes.subarray(0, 10).every((byte) => byte === 0);
}

/** Start and length of the longest run of zero groups, the first of equals (RFC 5952 4.2.3). */
function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best[1]) best = [index - length + 1, length];
  }
  return best;
}
