/** Opens files of a log, plain or compressed. */
import { DecompressionError } from "../net/capture_decompress.ts";
import type { Generation } from "./generations.ts";
import { headOfFile, isSameFile, type LogFile, LogFileError, type LogFiles } from "./log_files.ts";
import { unpack } from "./packed_file.ts";
import { Place } from "./place.ts";
import { PlainSource } from "./plain_source.ts";
import { firstNonNul, HEAD_SIZE, type Signature } from "./signature.ts";
import type { LogCursor } from "./cursor.ts";
import type { LogSource } from "./source.ts";
import { StreamSource } from "./stream_source.ts";

/** What opening a file takes. */
export interface OpenOptions {
  readonly files: LogFiles;
  /** Bytes of a line, see {@linkcode LogSource}. */
  readonly maxLine: number;
}

/** Code of the error when a path has come to lead to another file. */
const REPLACED = "ESTALE";

/** The error for files that changed places while they were looked at. */
export function moved(path: string): LogFileError {
  return new LogFileError(path, REPLACED);
}

/** True when the files of a log have to be listed anew, because one is no longer where it was. */
export function isMoved(error: unknown): boolean {
  return error instanceof LogFileError && (error.code === "ENOENT" || error.code === REPLACED);
}

/** What will not heal by itself in a moment; the others, such as `EMFILE`, may. */
const LASTING: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EIO", "EINVAL", "EISDIR"]);

/** True when a file cannot be read and most likely never will. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof LogFileError && LASTING.has(error.code);
}

/** True when a file is unreadable or damaged. */
export function isHopeless(error: unknown): boolean {
  return error instanceof DecompressionError || isUnreadable(error);
}

/**
 * Opens `generation` at its start.
 *
 * @param before what came before it
 * @throws {LogFileError}
 */
export function openAtStart(
  generation: Generation,
  before: readonly Signature[] | undefined,
  { files, maxLine }: OpenOptions,
): LogSource {
  const { path, dev, ino, isPacked } = generation;
  const file = openListed(generation, files);
  const origin = { dev, ino, before };
  if (!isPacked) return new PlainSource(path, file, new Place(origin), maxLine);
  const input = { path, chunks: unpack(file), close: () => file.close() };
  return new StreamSource(input, origin, maxLine);
}

/** What a file is to a cursor. */
export type Match =
  /** It holds the place, and is open there. */
  | { readonly kind: "place"; readonly source: LogSource }
  /** It starts alike, and ends or is damaged before the place. */
  | { readonly kind: "prefix" | "damaged" }
  /** It is another one. */
  | { readonly kind: "other" };

/**
 * Opens `generation` at the place of `cursor`, if it holds it.
 *
 * @throws {LogFileError}
 */
export async function openAtCursor(
  generation: Generation,
  cursor: LogCursor,
  options: OpenOptions,
): Promise<Match> {
  if (!generation.isPacked && generation.size < Math.min(HEAD_SIZE, cursor.offset)) {
    return { kind: "other" };
  }
  const source = openAtStart(generation, cursor.before, options);
  let match: Match = { kind: "other" };
  try {
    match = await goTo(source, cursor);
  } catch (error) {
    if (!(error instanceof DecompressionError)) throw error;
    if (source.place.startsLike(cursor)) match = { kind: "damaged" };
  } finally {
    if (match.kind !== "place") source.close();
  }
  return match;
}

async function goTo(source: LogSource, cursor: LogCursor): Promise<Match> {
  // A long way is gone only if the head is right.
  const isLongEnough = await source.skip(Math.min(HEAD_SIZE, cursor.offset));
  if (!isLongEnough || source.place.differsFrom(cursor)) return { kind: "other" };
  if (await source.skip(cursor.offset, cursor.anchors)) {
    return source.place.isAt(cursor) ? { kind: "place", source } : { kind: "other" };
  }
  await source.skip(source.size());
  return { kind: source.place.startsLike(cursor) ? "prefix" : "other" };
}

/**
 * The head of `generation`.
 *
 * @throws {LogFileError | DecompressionError}
 */
export async function readHead(
  generation: Generation,
  { files }: OpenOptions,
): Promise<Uint8Array> {
  const file = openListed(generation, files);
  try {
    return generation.isPacked
      ? await headOfChunks(unpack(file))
      : headOfFile(file, file.facts().size);
  } finally {
    file.close();
  }
}

/** Opens the file that was listed. @throws {LogFileError} also when another one has its name now */
export function openListed(generation: Generation, files: LogFiles): LogFile {
  const file = files.open(generation.path);
  if (isSameFile(file.facts(), generation)) return file;
  file.close();
  throw moved(generation.path);
}

async function headOfChunks(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const head = new Uint8Array(HEAD_SIZE);
  let length = 0;
  for await (const chunk of chunks) {
    const start = length === 0 ? firstNonNul(chunk) : 0;
    const part = chunk.subarray(start, start + HEAD_SIZE - length);
    head.set(part, length);
    length += part.length;
    if (length === HEAD_SIZE) break;
  }
  return head.subarray(0, length);
}
