/** The files that a log consists of: those that were rotated away, and the one that grows. */
import { basename, dirname, join } from "node:path";
import { type FileFacts, isSameFile, LogFileError, type LogFiles } from "./log_files.ts";
import { compareAge, isPackedName, parseRotatedName, type RotatedName } from "./rotated_names.ts";

/** One file of a log. */
export interface Generation extends FileFacts {
  readonly path: string;
  /** Compressed, by its name. */
  readonly isPacked: boolean;
  /** The one that the log's own path leads to. */
  readonly isLive: boolean;
}

/** All files of a log. */
export interface Generations {
  /** From the oldest to the newest; the live one, if there is one, is the last. */
  readonly files: readonly Generation[];
  /** Why rotated files could not be looked for. */
  readonly error?: LogFileError;
}

/** Looks that are taken to see twice the same. A rotator that renames files is soon through. */
const MAX_LOOKS = 8;

/**
 * The files of the log `path`, empty ones too. Reading a folder while a rotator renames in it may show
 * a file twice or not at all: what is given was seen twice in a row.
 *
 * @throws {LogFileError} when `path` is no regular file, or cannot be looked at
 */
export function listGenerations(files: LogFiles, path: string): Generations {
  let seen = look(files, path);
  for (let looks = 1; looks < MAX_LOOKS; looks++) {
    const again = look(files, path);
    if (isSame(seen, again)) return again;
    seen = again;
  }
  return seen;
}

/** True when `now` is the file that `before` was, and nobody has written to it since. */
export function isUnchanged(before: Generation, now: Generation): boolean {
  return isSameFile(before, now) && before.size === now.size && before.modified === now.modified;
}

/** True when each file still has the name and holds all that it had; the live one may have grown. */
export function hasStayed(before: readonly Generation[], now: readonly Generation[]): boolean {
  return before.length === now.length && before.every((file, index) => {
    const { path, dev, ino, size, isLive } = now[index]!;
    const isSameSize = isLive ? size >= file.size : size === file.size;
    return path === file.path && isSameFile({ dev, ino }, file) && isSameSize;
  });
}

function look(files: LogFiles, path: string): Generations {
  const live = files.facts(path);
  if (live !== undefined && live.type !== "file") {
    const [code, reason] = live.type === "folder"
      ? ["EISDIR", "a directory"]
      : ["EINVAL", "not a regular file"];
    throw new LogFileError(path, code, new Error(reason));
  }
  const rotated: Generation[] = [];
  let error: LogFileError | undefined;
  // A rotator that knows the target of a link puts the rotated files beside the target.
  for (const place of new Set([path, files.realPath(path)])) {
    try {
      // Both are often one folder: the path is a relative one, or leads through a link.
      rotated.push(
        ...rotatedBeside(files, place, live)
          .filter((file) => !rotated.some((known) => isSameFile(known, file))),
      );
    } catch (reason) {
      if (!(reason instanceof LogFileError)) throw reason;
      error = reason;
    }
  }
  const all = live === undefined
    ? rotated
    : [...rotated, { ...live, path, isPacked: isPackedName(path), isLive: true }];
  return error === undefined ? { files: all } : { files: all, error };
}

function rotatedBeside(
  files: LogFiles,
  path: string,
  live: FileFacts | undefined,
): readonly Generation[] {
  const folder = dirname(path);
  const byStem = new Map<string, RotatedName>();
  for (const text of files.names(folder)) {
    const name = parseRotatedName(text, basename(path));
    if (name === undefined) continue;
    // While a file is being compressed both are there, and the plain one is whole.
    if (!name.isPacked || !byStem.has(name.stem)) byStem.set(name.stem, name);
  }
  const groups = { number: [] as Generation[], date: [] as Generation[] };
  for (const { name, isPacked, kind } of [...byStem.values()].sort(compareAge)) {
    const facts = files.facts(join(folder, name));
    if (facts === undefined || facts.type !== "file") continue;
    // The path may be a link to a file with a date in its name.
    if (live !== undefined && isSameFile(facts, live)) continue;
    groups[kind].push({ ...facts, path: join(folder, name), isPacked, isLive: false });
  }
  const { number, date } = groups;
  // Both kinds are there when the rotator was set up anew in between.
  return lastChange(date) <= lastChange(number) ? [...date, ...number] : [...number, ...date];
}

function lastChange(generations: readonly Generation[]): number {
  return Math.max(0, ...generations.map(({ modified }) => modified));
}

function isSame(a: Generations, b: Generations): boolean {
  return a.files.length === b.files.length &&
    a.files.every((file, index) =>
      file.path === b.files[index]!.path && isSameFile(file, b.files[index]!)
    );
}
