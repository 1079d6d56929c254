/**
 * Workers that share the attackers: each takes those whose addresses fall to its part, and passes over all
 * other lines of the same inputs.
 */
import { textHash } from "./sample.ts";

/** The part of a worker. */
export interface Partition {
  /** From 1 on. */
  readonly part: number;
  /** Of how many. */
  readonly parts: number;
}

/** More parts than that are a slip of the pen. */
const MOST_PARTS = 1024;

/** Names of inputs in a store that knows a part of the attackers, and in one that was put together of all. */
const PART = / part (\d+)\/(\d+)$/;
const MERGED = / parts 1-(\d+)$/;

/** Whose inputs a name tells of. */
export interface NamedInput {
  /** The input itself. */
  readonly path: string;
  /** Undefined for all attackers. */
  readonly partition: Partition | undefined;
  /** Number of parts that were put together, for an input that nobody goes on reading. */
  readonly merged: number | undefined;
}

/** Reads `1/4`. @throws {SyntaxError} in words for the user */
export function parsePartition(text: string): Partition {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const part = Number(match?.[1]);
  const parts = Number(match?.[2]);
  if (match === null || part < 1 || part > parts || parts > MOST_PARTS) {
    throw new SyntaxError(`"${text}" is no part like 1/2, up to ${MOST_PARTS}/${MOST_PARTS}`);
  }
  return { part, parts };
}

/** `1/4`. */
export function showPartition({ part, parts }: Partition): string {
  return `${part}/${parts}`;
}

/** The part that an attacker belongs to. Stores hang on it: it is to stay as it is. */
export function partOf(address: string, parts: number): number {
  return textHash(address) % parts + 1;
}

/** The name by which a worker remembers an input: of one path, each part has its own place. */
export function inputName(path: string, partition: Partition | undefined): string {
  return partition === undefined ? path : `${path} part ${showPartition(partition)}`;
}

/** The name of an input whose parts were put together. */
export function mergedName(path: string, parts: number): string {
  return `${path} parts 1-${parts}`;
}

/** What {@linkcode inputName} or {@linkcode mergedName} made. */
export function readInputName(name: string): NamedInput {
  const part = PART.exec(name);
  if (part !== null) {
    const partition = { part: Number(part[1]), parts: Number(part[2]) };
    return { path: name.slice(0, part.index), partition, merged: undefined };
  }
  const merged = MERGED.exec(name);
  return {
    path: merged === null ? name : name.slice(0, merged.index),
    partition: undefined,
    merged: merged === null ? undefined : Number(merged[1]),
  };
}

/**
 * Why a store may not be read into by a worker of `wanted`: it holds what other parts know, and nobody
 * could tell afterwards whose events it lacks.
 *
 * @param names of the inputs in the store
 * @param isShared true for a store into which all parts write
 * @returns undefined when it may
 */
export function partitionConflict(
  names: readonly string[],
  wanted: Partition | undefined,
  isShared: boolean,
): string | undefined {
  const is = wanted === undefined ? "all attackers" : `part ${showPartition(wanted)}`;
  for (const name of names) {
    const { partition, merged } = readInputName(name);
    if (merged !== undefined) return `it was put together of ${merged} parts, and is not read into`;
    const isSame = partition?.parts === wanted?.parts &&
      (isShared || partition?.part === wanted?.part);
    if (isSame) continue;
    const has = partition === undefined ? "all attackers" : `part ${showPartition(partition)}`;
    return `it holds ${has}, and this is to read ${is}`;
  }
  return undefined;
}
