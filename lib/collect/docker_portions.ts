/** How much of a log becomes lines at a time. */

/** Chunks, and parts of them, in groups of so many bytes. @param portion bytes, a whole number above 0 */
export function* portions(
  chunks: readonly Uint8Array[],
  portion: number,
): Generator<readonly Uint8Array[]> {
  let group: Uint8Array[] = [];
  let room = portion;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + room);
      group.push(part);
      at += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield group;
      group = [];
      room = portion;
    }
  }
  if (group.length > 0) yield group;
}
