/** Tells addresses apart. */

/** True for an IPv4 address in canonical text, false for IPv6. */
export function isIPv4(address: string): boolean {
  return !address.includes(":");
}
