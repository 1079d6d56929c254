/** Inputs in pieces: how a stream is cut must not matter. */
import { inPieces } from "../support/read_capture.ts";
import { Random } from "./random.ts";

/** A number below `limit` that depends on nothing but the input. */
export function choice(input: Uint8Array, limit: number): number {
  return randomOf(input).below(limit);
}

/** Random numbers that depend on nothing but the input. */
export function randomOf(input: Uint8Array): Random {
  let sum = input.length;
  const step = Math.ceil(input.length / 64);
  for (let at = 0; at < input.length; at += step) sum = Math.imul(sum, 31) + input[at]! | 0;
  return new Random(sum);
}

/** `input` in pieces of various lengths, many of them short. */
export function cut(input: Uint8Array): Uint8Array[] {
  const random = randomOf(input);
  // Not too many pieces: of a long input those that are a byte long would be tens of thousands.
  const least = input.length >> 8;
  const bits = Math.ceil(Math.log2(input.length + 1));
  const sizes = Array.from({ length: 5 }, () => least + 1 + random.below(1 << random.below(bits)));
  return inPieces(input, sizes);
}
