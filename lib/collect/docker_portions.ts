/** How much of a log becomes lines at a time. */

/**
 * Chunks in groups of so many bytes, as far as a chunk is not longer by itself.
 *
 * @param portion bytes
 */
export function* portions(
  chunks: readonly Uint8Array[],
  portion: number,
): Generator<readonly Uint8Array[]> {
  let first = 0;
  let bytes = 0;
  for (const [index, chunk] of chunks.entries()) {
    bytes += chunk.length;
    if (bytes < portion && index < chunks.length - 1) continue;
    yield chunks.slice(first, index + 1);
    first = index + 1;
    bytes = 0;
  }
}
