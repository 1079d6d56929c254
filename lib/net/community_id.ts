/** Community ID version 1: one name for a flow across tools (github.com/corelight/community-id-spec). */
import { sha1Block } from "./sha1_block.ts";

const ICMP = 1;
const ICMPV6 = 58;

/** Protocols with ports at the same place and meaning: TCP, UDP, SCTP. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132]);

/** ICMP types that answer each other, both ways: echo, router, timestamp, information, mask. */
const ICMP_PAIRS = bothWays([[8, 0], [10, 9], [13, 14], [15, 16], [17, 18]]);

/** The same for ICMPv6: echo, listener, router, neighbour, who-are-you, home agent discovery. */
const ICMPV6_PAIRS = bothWays([[128, 129], [130, 131], [133, 134], [135, 136], [139, 140], [
  144,
  145,
]]);

/** seed 2, addresses 2 x 16, protocol 1, padding 1, ports 2 x 2. */
const MAX_INPUT = 40;

const scratch = new Uint8Array(MAX_INPUT);
const digest = new Uint8Array(20);

/**
 * Community ID of a flow, say `1:LQU9qZlK+B5F3KDmev6m5PMibrg=`; the same for both directions.
 *
 * @param protocol the protocol number behind all IP headers
 * @param source 4 or 16 bytes
 * @param sourcePort for ICMP and ICMPv6 the type; not looked at for protocols without ports
 * @param destination as many bytes as `source`
 * @param destinationPort for ICMP and ICMPv6 the code
 * @param seed 16 bits that all tools of a site agree on
 */
export function communityId(
  protocol: number,
  source: Uint8Array,
  sourcePort: number,
  destination: Uint8Array,
  destinationPort: number,
  seed = 0,
): string {
  let inOrder = false;
  let hasPorts = WITH_PORTS.has(protocol);
  if (protocol === ICMP || protocol === ICMPV6) {
    hasPorts = true;
    const answer = (protocol === ICMP ? ICMP_PAIRS : ICMPV6_PAIRS).get(sourcePort);
    // A message without an answer goes one way: it keeps its direction, and its code.
    if (answer === undefined) inOrder = true;
    else destinationPort = answer;
  }
  if (!inOrder) {
    const difference = compare(source, destination);
    inOrder = difference < 0 || difference === 0 && (!hasPorts || sourcePort <= destinationPort);
  }
  const size = source.length;
  put16(0, seed);
  scratch.set(inOrder ? source : destination, 2);
  scratch.set(inOrder ? destination : source, 2 + size);
  let length = 2 + 2 * size;
  scratch[length++] = protocol;
  scratch[length++] = 0;
  if (hasPorts) {
    put16(length, inOrder ? sourcePort : destinationPort);
    put16(length + 2, inOrder ? destinationPort : sourcePort);
    length += 4;
  }
  sha1Block(scratch, length, digest);
  return `1:${digest.toBase64()}`;
}

function put16(at: number, value: number): void {
  scratch[at] = value >> 8;
  scratch[at + 1] = value;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return a[index]! - b[index]!;
  }
  return 0;
}

function bothWays(pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(pairs.flatMap(([a, b]) => [[a, b], [b, a]]));
}
