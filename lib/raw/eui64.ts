/** What an IPv6 interface identifier gives away (RFC 4291 2.5.1 and appendix A). */

/** How the second half of an address was made, as far as it shows. */
export type InterfaceIdKind =
  /** Out of the link-layer address. */
  | "eui64"
  /** By hand or by DHCPv6: a small number. */
  | "low"
  /** At random, or by a hash that stays the same on one link (RFC 7217): it gives nothing away. */
  | "stable_privacy";

/** An interface identifier, looked into. */
export interface InterfaceId {
  readonly kind: InterfaceIdKind;
  /** The link-layer address of 6 bytes that it was made of. */
  readonly linkAddress: Uint8Array | undefined;
}

/** Reads the second half of `address`, which has 16 bytes. */
export function readInterfaceId(address: Uint8Array): InterfaceId {
  const id = address.subarray(8, 16);
  if (id[3] === 0xff && id[4] === 0xfe) {
    // The universal/local bit stands the other way round.
    const linkAddress = Uint8Array.of(id[0]! ^ 2, id[1]!, id[2]!, id[5]!, id[6]!, id[7]!);
    return { kind: "eui64", linkAddress };
  }
  const low = id.subarray(0, 6).every((byte) => byte === 0);
  return { kind: low ? "low" : "stable_privacy", linkAddress: undefined };
}

/** `02:00:5e:10:00:01`. */
export function formatLinkAddress(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
