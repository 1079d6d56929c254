/** What a stack does to the packet that it quotes in an ICMP error: few quote it as it came. */
import { u16 } from "../net/network_order.ts";
import { foldChecksum, sumWords } from "./checksum.ts";
import { IPV4_HEADER_LENGTH, IPV6_HEADER_LENGTH, PROTOCOL } from "./ip_packet.ts";
import { UDP_HEADER_LENGTH } from "./udp.ts";

/**
 * How `quote` differs from the packet that was `sent`, apart from what routers change on the way: time
 * to live, traffic class, flow label.
 *
 * @returns some of `length`, `id`, `fragment`, each by itself or with `_swapped`, `_zero` or the
 * difference (`length-20`); `checksum` (does not fit the quoted header), `checksum_zero`, `options`,
 * `udp_checksum`, `udp_checksum_zero`, `next_header`, `payload`
 */
export function quoteChanges(sent: Uint8Array, quote: Uint8Array): string[] {
  const changes = sent[0]! >> 4 === 4 ? ipv4Changes(sent, quote) : ipv6Changes(sent, quote);
  return changes.filter((change) => change !== undefined);
}

type Change = string | undefined;

function ipv4Changes(sent: Uint8Array, quote: Uint8Array): Change[] {
  const headerLength = (sent[0]! & 0x0f) * 4;
  if (quote.length < headerLength || quote[0] !== sent[0]) return ["header"];
  return [
    lengthChange(u16(sent, 2), u16(quote, 2)),
    wordChange("id", u16(sent, 4), u16(quote, 4)),
    wordChange("fragment", u16(sent, 6), u16(quote, 6)),
    headerChecksum(quote, headerLength),
    equal(sent, quote, IPV4_HEADER_LENGTH, headerLength) ? undefined : "options",
    ...transportChanges(sent, quote, headerLength, sent[9]!),
  ];
}

function ipv6Changes(sent: Uint8Array, quote: Uint8Array): Change[] {
  const nextHeader = sent[6]!;
  return [
    lengthChange(u16(sent, 4), u16(quote, 4)),
    nextHeader === quote[6] ? undefined : "next_header",
    ...transportChanges(sent, quote, IPV6_HEADER_LENGTH, nextHeader),
  ];
}

function transportChanges(
  sent: Uint8Array,
  quote: Uint8Array,
  at: number,
  protocol: number,
): Change[] {
  if (protocol !== PROTOCOL.udp) {
    return [equal(sent, quote, at, sent.length) ? undefined : "payload"];
  }
  const field = at + 6;
  const payload = at + UDP_HEADER_LENGTH;
  return [
    quote.length < payload
      ? undefined
      : wordChange("udp_checksum", u16(sent, field), u16(quote, field)),
    equal(sent, quote, at, field) && equal(sent, quote, payload, sent.length)
      ? undefined
      : "payload",
  ];
}

function lengthChange(sent: number, quoted: number): Change {
  if (sent === quoted) return undefined;
  if (swap(sent) === quoted) return "length_swapped";
  return `length${quoted > sent ? "+" : ""}${quoted - sent}`;
}

function wordChange(name: string, sent: number, quoted: number): Change {
  if (sent === quoted) return undefined;
  return quoted === 0 ? `${name}_zero` : swap(sent) === quoted ? `${name}_swapped` : name;
}

function headerChecksum(quote: Uint8Array, headerLength: number): Change {
  if (u16(quote, 10) === 0) return "checksum_zero";
  return foldChecksum(sumWords(quote, 0, headerLength)) === 0 ? undefined : "checksum";
}

function swap(word: number): number {
  return (word & 0xff) << 8 | word >> 8;
}

/** True when both are the same from `start` to `end`, as far as the quote goes. */
function equal(sent: Uint8Array, quote: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, quote.length);
  for (let at = start; at < stop; at++) {
    if (sent[at] !== quote[at]) return false;
  }
  return true;
}
