/** From where a packet's time to live counts down, and how far it has come. */

/** More hops than this are none: the start was another (p0f's limit). */
export const MAX_HOPS = 35;

/** The likely time to live at the sender: the next of 32, 64, 128, 255 that is not below `ttl`. */
export function initialTtl(ttl: number): number {
  return ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}
