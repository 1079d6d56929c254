/** ICMP errors in words. */
import { formatAddress } from "../net/address.ts";
import type { Packet } from "../net/packet.ts";
import { ICMP, type IcmpError, ICMPV6 } from "../raw/icmp_error.ts";

/** Codes of ICMP destination unreachable (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1). */
const UNREACHABLE: readonly string[] = [
  "network unreachable",
  "host unreachable",
  "protocol unreachable",
  "port unreachable",
  "fragmentation needed",
  "source route failed",
  "network unknown",
  "host unknown",
  "host isolated",
  "network prohibited",
  "host prohibited",
  "network unreachable for this service",
  "host unreachable for this service",
  "administratively prohibited",
  "host precedence violation",
  "precedence cut-off",
];

/** Codes of ICMPv6 destination unreachable (RFC 4443 3.1, RFC 6550, RFC 8883). */
const UNREACHABLE6: readonly string[] = [
  "no route",
  "administratively prohibited",
  "beyond the scope of the source",
  "address unreachable",
  "port unreachable",
  "source address failed policy",
  "route rejected",
];

/** The other types. */
const OTHERS: ReadonlyMap<number, string> = new Map([
  [ICMP.timeExceeded, "time to live exceeded"],
  [ICMP.parameterProblem, "parameter problem"],
]);
const OTHERS6: ReadonlyMap<number, string> = new Map([
  [ICMPV6.packetTooBig, "packet too big"],
  [ICMPV6.timeExceeded, "hop limit exceeded"],
  [ICMPV6.parameterProblem, "parameter problem"],
]);

/** `3/1 host unreachable`. */
export function icmpText({ type, code }: IcmpError, ipVersion: number): string {
  const isV4 = ipVersion === 4;
  const isUnreachable = type === (isV4 ? ICMP.unreachable : ICMPV6.unreachable);
  const words = isUnreachable
    ? (isV4 ? UNREACHABLE : UNREACHABLE6)[code]
    : (isV4 ? OTHERS : OTHERS6).get(type);
  return words === undefined ? `${type}/${code}` : `${type}/${code} ${words}`;
}

/** Where a packet is from, as canonical text. */
export function senderOf({ bytes, sourceOffset, addressLength }: Packet): string {
  return formatAddress(bytes.subarray(sourceOffset, sourceOffset + addressLength));
}
