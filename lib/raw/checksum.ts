/** The Internet checksum (RFC 1071). */

/** Sum of the 16-bit words of `length` bytes at `offset`, on top of `sum`; not folded yet. */
export function sumWords(bytes: Uint8Array, offset: number, length: number, sum = 0): number {
  const whole = offset + (length & ~1);
  for (let at = offset; at < whole; at += 2) sum += bytes[at]! << 8 | bytes[at + 1]!;
  return (length & 1) === 0 ? sum : sum + (bytes[whole]! << 8);
}

/** The checksum field for a sum of {@linkcode sumWords}; 0 over bytes whose checksum is right. */
export function foldChecksum(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/**
 * Sum of the pseudo-header that TCP, UDP and ICMPv6 cover (RFC 9293 3.1, RFC 8200 8.1). Its form
 * differs between the IP versions, its sum does not.
 *
 * @param source 4 or 16 bytes, as `destination`
 * @param length bytes of the transport header and its payload, below 65536
 */
export function pseudoHeaderSum(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): number {
  const addresses = sumWords(
    destination,
    0,
    destination.length,
    sumWords(source, 0, source.length),
  );
  return addresses + protocol + length;
}
