/** The fingerprint of a TCP stack: what of its SYN-ACK the host decides, and nothing of the way. */
import { initialTtl } from "../fingerprint/p0f/ttl.ts";
import { sha256Hex } from "../hash.ts";
import type { Packet } from "../net/packet.ts";
import { optionLetters, type TcpOptions } from "../net/tcp_options.ts";
import { synMss } from "../raw/syn.ts";

/** Digits of SHA-256 that are kept. */
const HASH_DIGITS = 32;

/** What timestamps take of each segment (RFC 7323 appendix A). */
const TIMESTAMPS = 12;

/** Largest window without a scale, which a SYN-ACK's never has (RFC 7323 2.2). */
const LARGEST_WINDOW = 65535;

/** Segments smaller than this are none that a network asks for (RFC 9293 3.7.1). */
const LEAST_MSS = 536;

/** A fingerprint, and the text that it is the hash of. */
export interface StackHash {
  readonly raw: string;
  readonly hash: string;
}

/**
 * `initial TTL:window:DF:scale:SACK:timestamps:options`, say `64:full:1:7:1:1:M,S,T,N,W`, and the first
 * 32 digits of its SHA-256. Not in it are: the TTL as it arrived, TOS, DSCP and ECN, which routers
 * change; the MSS, which they lower; and of the window what depends on that, see
 * {@linkcode windowClass}.
 */
export function stackHash(packet: Packet, options: TcpOptions): StackHash {
  const flag = (value: boolean) => value ? 1 : 0;
  const raw = [
    initialTtl(packet.ttl),
    windowClass(packet, options),
    flag(packet.dontFragment),
    options.windowScale,
    flag(options.sackPermitted),
    flag(options.timestamp >= 0),
    optionLetters(options),
  ].join(":");
  return { raw, hash: sha256Hex(raw).slice(0, HASH_DIGITS) };
}

/**
 * The window, so that it stays the same where a tunnel on the way lowers the MSS: `full` for as many
 * whole segments as fit, `20s` for that many segments, else the number. Some stacks count by the lower
 * MSS, as it stands in the SYN-ACK that arrives, others (Linux) by that of their own link, which is
 * mostly ours; with timestamps a segment has room for 12 bytes less.
 */
export function windowClass(packet: Packet, options: TcpOptions): string {
  const { window } = packet;
  const timestamps = options.timestamp >= 0 ? TIMESTAMPS : 0;
  for (const mss of [options.mss, synMss(packet.addressLength)]) {
    for (const segment of [mss - timestamps, mss]) {
      if (segment < LEAST_MSS - TIMESTAMPS || window === 0 || window % segment !== 0) continue;
      const fills = window + segment > LARGEST_WINDOW;
      return fills ? "full" : `${window / segment}s`;
    }
  }
  return `${window}`;
}
