/** Makes hostile inputs out of sound ones. */
import { concatBytes } from "../../lib/bytes.ts";
import type { Random } from "./random.ts";

/** Longer inputs say nothing that shorter ones do not. */
export const MAX_INPUT = 64 * 1024;

/** Numbers at which fields change their meaning or overflow. */
const INTERESTING = [
  ...[0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 511, 512, 1024],
  ...[4095, 4096, 16383, 16384, 18432, 32767, 32768, 65534, 65535, 65536, 0xffffff, 0x1000000],
  ...[0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff],
];

/** What a mutation may draw on. */
export interface Material {
  readonly random: Random;
  /** Other inputs. */
  readonly pool: readonly Uint8Array[];
  readonly words: readonly Uint8Array[];
}

type Mutation = (bytes: Uint8Array, material: Material) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  setByte,
  putInteger,
  putInteger,
  editLength,
  editLength,
  insertBytes,
  insertWord,
  deleteRange,
  duplicateRange,
  overwriteRange,
  truncate,
  splice,
];

/** Most mutations of one input: many small changes together hardly ever parse. */
const MAX_LOG_MUTATIONS = 4;

/** A copy of `bytes`, changed at least once. */
export function mutate(bytes: Uint8Array, material: Material): Uint8Array {
  const { random } = material;
  let mutated: Uint8Array = bytes.slice();
  for (let left = 1 << random.below(MAX_LOG_MUTATIONS + 1); left > 0; left--) {
    mutated = random.pick(MUTATIONS)(mutated, material);
    if (mutated.length > MAX_INPUT) mutated = mutated.slice(0, MAX_INPUT);
  }
  return mutated;
}

function flipBit(bytes: Uint8Array, { random }: Material): Uint8Array {
  const at = random.below(bytes.length);
  if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
  return bytes;
}

function setByte(bytes: Uint8Array, { random }: Material): Uint8Array {
  const at = random.below(bytes.length);
  if (at < bytes.length) bytes[at] = random.below(256);
  return bytes;
}

/** An interesting number, or one near what stands there, in either byte order. */
function putInteger(bytes: Uint8Array, { random }: Material): Uint8Array {
  const size = random.pick([1, 2, 2, 3, 4, 8]);
  if (bytes.length < size) return bytes;
  const at = random.below(bytes.length - size + 1);
  const littleEndian = random.below(3) === 0;
  const near = random.below(2) === 0;
  const value = near
    ? readInteger(bytes, at, size, littleEndian) + random.below(33) - 16
    : random.pick(INTERESTING);
  writeInteger(bytes, at, size, littleEndian, value);
  return bytes;
}

/** A length that is what follows it, or nearly so, or that no longer is. */
function editLength(bytes: Uint8Array, { random }: Material): Uint8Array {
  const size = random.pick([1, 2, 2, 3, 4]);
  if (bytes.length < size) return bytes;
  const at = random.below(bytes.length - size + 1);
  const rest = bytes.length - at - size;
  const littleEndian = random.below(3) === 0;
  const value = random.pick([rest, rest + 1, rest - 1, random.below(rest + 1), 2 * rest]);
  writeInteger(bytes, at, size, littleEndian, value);
  return bytes;
}

function insertBytes(bytes: Uint8Array, { random }: Material): Uint8Array {
  const length = 1 << random.below(random.below(8) === 0 ? 12 : 5);
  const fill = random.pick([0, 0xff, 0x20, 0x0a, random.below(256), random.below(256)]);
  const inserted = new Uint8Array(length).fill(fill);
  if (random.below(2) === 0) {
    for (let index = 0; index < Math.min(length, 16); index++) inserted[index] = random.below(256);
  }
  return insert(bytes, random.below(bytes.length + 1), inserted);
}

function insertWord(bytes: Uint8Array, material: Material): Uint8Array {
  const { random, words } = material;
  if (words.length === 0) return insertBytes(bytes, material);
  return insert(bytes, random.below(bytes.length + 1), random.pick(words));
}

function deleteRange(bytes: Uint8Array, { random }: Material): Uint8Array {
  const [from, to] = range(bytes, random);
  return concatBytes(bytes.subarray(0, from), bytes.subarray(to));
}

function duplicateRange(bytes: Uint8Array, { random }: Material): Uint8Array {
  const [from, to] = range(bytes, random);
  const part = bytes.subarray(from, to);
  const times = Math.min(1 << random.below(8), Math.ceil(4096 / (part.length + 1)));
  return insert(bytes, random.below(2) === 0 ? to : random.below(bytes.length + 1), part, times);
}

/** Copies a part of another input, or of this one, over what stands there. */
function overwriteRange(bytes: Uint8Array, { random, pool }: Material): Uint8Array {
  const source = random.below(2) === 0 ? bytes : random.pick(pool);
  const [from, to] = range(source, random);
  const part = source.slice(from, to).subarray(0, bytes.length);
  bytes.set(part, random.below(bytes.length - part.length + 1));
  return bytes;
}

function truncate(bytes: Uint8Array, { random }: Material): Uint8Array {
  return bytes.slice(0, random.below(bytes.length + 1));
}

/** The start of this input and the end of another. */
function splice(bytes: Uint8Array, { random, pool }: Material): Uint8Array {
  const other = random.pick(pool);
  return concatBytes(
    bytes.subarray(0, random.below(bytes.length + 1)),
    other.subarray(random.below(other.length + 1)),
  );
}

/** Start and end of a part, more often a short one. */
function range(bytes: Uint8Array, random: Random): [number, number] {
  const from = random.below(bytes.length + 1);
  const most = bytes.length - from;
  const length = random.below(3) === 0 ? random.below(most + 1) : random.below(32);
  return [from, from + Math.min(most, length)];
}

function insert(bytes: Uint8Array, at: number, part: Uint8Array, times = 1): Uint8Array {
  return concatBytes(
    bytes.subarray(0, at),
    ...Array<Uint8Array>(times).fill(part),
    bytes.subarray(at),
  );
}

function readInteger(bytes: Uint8Array, at: number, size: number, littleEndian: boolean): number {
  let value = 0;
  for (let index = 0; index < size; index++) {
    value = value * 256 + bytes[littleEndian ? at + size - 1 - index : at + index]!;
  }
  return value;
}

function writeInteger(
  bytes: Uint8Array,
  at: number,
  size: number,
  littleEndian: boolean,
  value: number,
): void {
  let rest = value;
  for (let index = 0; index < size; index++) {
    // Down to negative numbers, whose two's complement this gives.
    bytes[littleEndian ? at + index : at + size - 1 - index] = ((rest % 256) + 256) % 256;
    rest = Math.floor(rest / 256);
  }
}
