/** Who may be probed. */
import { addressNumber, type AddressSet, parseCidr } from "./address_range.ts";
import { SPECIAL_PURPOSE } from "./special_purpose.ts";

/**
 * Where a target came from: typed by the user, brought by a list, or found in a log, into which
 * attackers write.
 */
export type TargetOrigin = "named" | "listed" | "logged";

/** The user's limits on probing. */
export interface Scope {
  /** Never probed, whoever asks. */
  readonly deny: AddressSet;
  /** Probed although special-purpose, when a list or a log brings them. */
  readonly allow: AddressSet;
  /** This machine's addresses and the decoys: never probed when a log brings them. */
  readonly own?: AddressSet;
}

/** All that was ever given to hosts on the Internet (RFC 4291 2.4, IANA IPv6 Address Space). */
const GLOBAL_UNICAST = parseCidr("2000::/3")!;

/** Why `address` must not be probed, in a few words; undefined when it may be. */
export function denialReason(
  scope: Scope,
  address: string,
  origin: TargetOrigin,
): string | undefined {
  if (scope.deny.has(address)) return "in a --deny range";
  if (origin === "named") return undefined;
  const allowed = scope.allow.has(address);
  if (scope.own?.has(address) === true && (origin === "logged" || !allowed)) {
    return "this machine's own address, or a decoy";
  }
  if (!allowed && (SPECIAL_PURPOSE.has(address) || isUnallocated(address))) {
    const source = origin === "logged" ? "log" : "list";
    return `special-purpose address from a ${source} (--allow covers it explicitly)`;
  }
  return undefined;
}

function isUnallocated(address: string): boolean {
  const number = addressNumber(address);
  return number?.family === 6 &&
    (number.value < GLOBAL_UNICAST.first || number.value > GLOBAL_UNICAST.last);
}
