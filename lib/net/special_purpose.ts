/** Addresses that are no host on the public Internet. */
import { type AddressRange, AddressSet, parseCidr } from "./address_range.ts";

/**
 * IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its updates), with multicast
 * (RFC 5771, RFC 4291 2.7) and the deprecated forms that embed an IPv4 address.
 */
const SPECIAL_PURPOSE_BLOCKS = [
  "0.0.0.0/8", // this network, RFC 791
  "10.0.0.0/8", // private use, RFC 1918
  "100.64.0.0/10", // carrier-grade NAT, RFC 6598
  "127.0.0.0/8", // loopback, RFC 1122
  "169.254.0.0/16", // link local, RFC 3927
  "172.16.0.0/12", // private use, RFC 1918
  "192.0.0.0/24", // IETF protocol assignments, RFC 6890
  "192.0.2.0/24", // documentation, RFC 5737
  "192.31.196.0/24", // AS112, RFC 7535
  "192.52.193.0/24", // AMT, RFC 7450
  "192.88.99.0/24", // 6to4 relay anycast, RFC 7526
  "192.168.0.0/16", // private use, RFC 1918
  "192.175.48.0/24", // AS112, RFC 7534
  "198.18.0.0/15", // benchmarking, RFC 2544
  "198.51.100.0/24", // documentation, RFC 5737
  "203.0.113.0/24", // documentation, RFC 5737
  "224.0.0.0/4", // multicast, RFC 5771
  "240.0.0.0/4", // reserved and limited broadcast, RFC 1112, RFC 919
  "::/96", // unspecified, loopback, IPv4-compatible, RFC 4291
  "::ffff:0:0/96", // IPv4-mapped, RFC 4291
  "64:ff9b::/96", // NAT64, RFC 6052
  "64:ff9b:1::/48", // local NAT64, RFC 8215
  "100::/64", // discard only, RFC 6666
  "100:0:0:1::/64", // dummy prefix, RFC 9780
  "2001::/23", // IETF protocol assignments, Teredo, ORCHID, RFC 2928
  "2001:db8::/32", // documentation, RFC 3849
  "2002::/16", // 6to4, RFC 3056
  "2620:4f:8000::/48", // AS112, RFC 7534
  "3fff::/20", // documentation, RFC 9637
  "5f00::/16", // segment routing SIDs, RFC 9602
  "fc00::/7", // unique local, RFC 4193
  "fe80::/10", // link local, RFC 4291
  "fec0::/10", // site local, RFC 3879
  "ff00::/8", // multicast, RFC 4291
] as const;

/** Every special-purpose address: never probed because a list or a log brought it. */
export const SPECIAL_PURPOSE: AddressSet = new AddressSet(
  SPECIAL_PURPOSE_BLOCKS.map((block): AddressRange => parseCidr(block)!),
);
