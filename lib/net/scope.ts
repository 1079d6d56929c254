/** Who may be probed. */
import type { AddressSet } from "./address_range.ts";
import { SPECIAL_PURPOSE } from "./special_purpose.ts";

/**
 * Where a target came from: typed by the user, or brought by a list or a log, which an attacker
 * may have written.
 */
export type TargetOrigin = "named" | "listed";

/** The user's limits on probing. */
export interface Scope {
  /** Never probed, whoever asks. */
  readonly deny: AddressSet;
  /** Probed although special-purpose, when a list brings them. */
  readonly allow: AddressSet;
  /** This machine's addresses and the decoys: never probed when a list brings them. */
  readonly own?: AddressSet;
}

/** Why `address` must not be probed, in a few words; undefined when it may be. */
export function denialReason(
  scope: Scope,
  address: string,
  origin: TargetOrigin,
): string | undefined {
  if (scope.deny.has(address)) return "in a --deny range";
  if (origin === "listed" && scope.own?.has(address) === true) {
    return "this machine's own, or a decoy";
  }
  if (origin === "listed" && SPECIAL_PURPOSE.has(address) && !scope.allow.has(address)) {
    return "special-purpose address from a list (--allow covers it explicitly)";
  }
  return undefined;
}
