/**
 * JA4T and JA4TS: a TCP stack by its SYN and by its SYN-ACK.
 *
 * JA4T is a method of FoxIO, LLC, patent pending, under the FoxIO License 1.1: see NOTICE. This
 * implementation was written from the published description.
 */
import type { TcpOptions } from "../../net/tcp_options.ts";

/** What stands for a value that is not there, or is 0. */
const NONE = "00";

/** Retransmissions that count; the description takes no more. */
export const MAX_RETRANSMISSIONS = 10;

/**
 * JA4T of a SYN, and the first four parts of the JA4TS of a SYN-ACK: window, option kinds with the
 * end-of-list padding as sent, MSS and window scale, say `64240_2-4-8-1-3_1460_7`.
 */
export function ja4t(window: number, options: TcpOptions): string {
  const { count, kinds, mss, windowScale } = options;
  let list = count === 0 ? NONE : `${kinds[0]}`;
  for (let index = 1; index < count; index++) list += `-${kinds[index]}`;
  const segment = mss > 9 ? `${mss}` : mss > 0 ? `0${mss}` : NONE;
  return `${window}_${list}_${segment}_${windowScale > 0 ? windowScale : NONE}`;
}

/**
 * JA4TS of a server that sent its SYN-ACK more than once: `first` with a fifth part, the whole seconds
 * between the SYN-ACKs, and `-R` with the seconds up to the RST that gave the connection up.
 *
 * @param first the four parts, from {@linkcode ja4t} of the SYN-ACK
 * @param delays seconds before each repetition, to the nearest whole one; without any the result is
 *   `first`, whatever came after
 * @param resetDelay seconds from the last SYN-ACK to the server's RST
 */
export function ja4ts(first: string, delays: readonly number[], resetDelay?: number): string {
  if (delays.length === 0) return first;
  const counted = delays.slice(0, MAX_RETRANSMISSIONS).join("-");
  return `${first}_${counted}${resetDelay === undefined ? "" : `-R${resetDelay}`}`;
}
