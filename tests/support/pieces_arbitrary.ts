/** Test support: streams cut into pieces. */
import fc from "fast-check";

/** `bytes` in pieces of any size, empty ones included. */
export function inPieces(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }).map((cuts) => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    return edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge));
  });
}

/** `bytes` one by one. */
export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, index) => bytes.slice(index, index + 1));
}
