/** Which address of an event is the attacker's. */
import { parseAddress, splitHostPort, unmapAddress } from "../net/address.ts";
import { type Fields, UNKNOWN_ATTACKER } from "./event.ts";

/** Fields that may hold the attacker's address, in order of precedence, as DECNET's readers have it. */
export const ATTACKER_FIELDS: readonly string[] = [
  "src_ip",
  "src",
  "client_ip",
  "remote_ip",
  "remote_addr",
  "target_ip",
  "ip",
];

/**
 * The attacker's address: the first of {@linkcode ATTACKER_FIELDS} that holds one, in canonical text
 * without a port, else {@linkcode UNKNOWN_ATTACKER}.
 */
export function attackerAddress(fields: Fields): string {
  for (const name of ATTACKER_FIELDS) {
    const value = fields[name];
    const address = typeof value === "string" ? addressIn(value) : undefined;
    if (address !== undefined) return address;
  }
  return UNKNOWN_ATTACKER;
}

/**
 * The address in `address`, `address:port` or `[address]:port`, canonical; undefined when there is
 * none. An IPv4-mapped one becomes IPv4: a service on a dual-stack socket sees the same attacker as
 * its neighbour on a plain one.
 */
export function addressIn(text: string): string | undefined {
  const host = splitHostPort(text)?.host;
  const address = host === undefined ? undefined : parseAddress(host);
  return address === undefined ? undefined : unmapAddress(address);
}
