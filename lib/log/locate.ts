/** Finds a place in the files of a log, whatever a rotator has made of them. */
import { type LogCursor, MAX_BEFORE } from "./cursor.ts";
import type { Generation } from "./generations.ts";
import { isSameFile } from "./log_files.ts";
import {
  isHopeless,
  isUnreadable,
  openAtCursor,
  type OpenOptions,
  readHead,
} from "./open_generation.ts";
import { hashOf, type Signature, signatureOf } from "./signature.ts";
import type { LogSource } from "./source.ts";

/** What looking for a place has found. */
export interface FoundPlace {
  /** The file that holds it, open there. */
  readonly source?: LogSource;
  /** Without that: a rotated file that holds all before the place, but is cut short or damaged. */
  readonly passed?: { readonly generation: Generation; readonly isDamaged: boolean };
}

/**
 * Looks for the place of `cursor`.
 *
 * @throws {LogFileError} also when a file that probably holds it cannot be read
 */
export async function findPlace(
  generations: readonly Generation[],
  cursor: LogCursor,
  options: OpenOptions,
): Promise<FoundPlace> {
  if (cursor.head === "") return {};
  let passed: FoundPlace["passed"];
  let failure: unknown;
  for (const generation of likelyFirst(generations, cursor)) {
    try {
      const match = await openAtCursor(generation, cursor, options);
      if (match.kind === "place") return { source: match.source };
      if (match.kind === "other" || generation.isLive) continue;
      passed ??= { generation, isDamaged: match.kind === "damaged" };
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // To take the place for lost and to read all once more would be worse than to wait.
      if (generation.isLive || isSameFile(generation, cursor)) failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return passed === undefined ? {} : { passed };
}

/**
 * Opens the file that `cursor` is from at its latest anchor that the file holds; undefined when it holds
 * none.
 *
 * @throws {LogFileError}
 */
export async function openAnchor(
  generations: readonly Generation[],
  cursor: LogCursor,
  options: OpenOptions,
): Promise<LogSource | undefined> {
  for (const { offset, tail } of cursor.anchors ?? []) {
    const { source } = await findPlace(generations, { ...cursor, offset, tail }, options);
    if (source !== undefined) return source;
  }
  return undefined;
}

/** Files that are still to be read. */
export interface NewerFiles {
  readonly files: readonly Generation[];
  /** False when it is but a guess which they are. */
  readonly isCertain: boolean;
}

/**
 * The files that are newer than the one before that of `cursor`, so that its own is the first if it is
 * there.
 *
 * @throws {LogFileError}
 */
export async function filesFrom(
  generations: readonly Generation[],
  cursor: LogCursor,
  options: OpenOptions,
): Promise<NewerFiles> {
  const { before } = cursor;
  if (before === undefined) {
    const same = generations.findIndex((generation) => isSameFile(generation, cursor));
    const files = same < 0 ? generations.filter(({ isLive }) => isLive) : generations.slice(same);
    return { files, isCertain: same >= 0 };
  }
  for (const signature of before) {
    for (let index = generations.length - 1; index >= 0; index--) {
      const generation = generations[index]!;
      if (generation.isLive || !await hasHead(generation, signature, options)) continue;
      return { files: generations.slice(index + 1), isCertain: true };
    }
  }
  // A rotator removes the oldest first: what is left is newer.
  return { files: generations, isCertain: before.length === 0 };
}

/**
 * True when `generation` can be read and has that head. A short one is all there is of a file that nobody
 * writes to any more: what goes on behind it is another file.
 *
 * @throws {LogFileError}
 */
export async function hasHead(
  generation: Generation,
  { size, hash }: Signature,
  options: OpenOptions,
): Promise<boolean> {
  const head = await orUndefined(readHead(generation, options));
  return head?.length === size && hashOf(head) === hash;
}

/**
 * What the files before the one at `index` start with, as a cursor has it: none when there are none,
 * undefined when there are some but it cannot be told.
 *
 * @throws {LogFileError}
 */
export async function signaturesBefore(
  generations: readonly Generation[],
  index: number,
  options: OpenOptions,
): Promise<readonly Signature[] | undefined> {
  const signatures: Signature[] = [];
  let isCertain = true;
  for (const generation of generations.slice(0, index).reverse()) {
    if (signatures.length === MAX_BEFORE) break;
    if (generation.size === 0) continue;
    const head = await orUndefined(readHead(generation, options));
    if (head === undefined) isCertain = false;
    else signatures.push(...signatureOf(head));
  }
  return isCertain || signatures.length > 0 ? signatures : undefined;
}

/** Files that may hold the place by their inode, then the newest first. */
function likelyFirst(generations: readonly Generation[], cursor: LogCursor): Generation[] {
  const newestFirst = [...generations].reverse();
  return [
    ...newestFirst.filter((generation) => isSameFile(generation, cursor)),
    ...newestFirst.filter((generation) => !isSameFile(generation, cursor)),
  ];
}

async function orUndefined<T>(value: Promise<T>): Promise<T | undefined> {
  try {
    return await value;
  } catch (error) {
    if (isHopeless(error)) return undefined;
    throw error;
  }
}
