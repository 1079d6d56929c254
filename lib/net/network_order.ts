/** Unchecked reads in network byte order, for code that runs once a packet and checks by itself. */

/** The 16 bits at `offset`, which the caller knows to be there. */
export function u16(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! << 8 | bytes[offset + 1]!;
}

/** The 32 bits at `offset`, unsigned, which the caller knows to be there. */
export function u32(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 24 | bytes[offset + 1]! << 16 | bytes[offset + 2]! << 8 |
    bytes[offset + 3]!) >>> 0;
}
