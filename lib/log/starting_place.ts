/** Where reading a log may start. */
import { BEGINNING, type LogCursor, startCursor } from "./cursor.ts";
import { type Generation, listGenerations } from "./generations.ts";
import { type LinesStart, startOfLastLines } from "./last_lines.ts";
import { forEachLine } from "./lines.ts";
import { signaturesBefore } from "./locate.ts";
import { isSameFile, type LogFile } from "./log_files.ts";
import { isHopeless, openAtStart, openListed, type OpenOptions } from "./open_generation.ts";
import { placeIn } from "./plain_source.ts";

/** Where reading a log starts. */
export type LogStart =
  /** At its beginning; with the rotated files or without them. */
  | { readonly at: "start"; readonly rotated: boolean }
  /** Behind its last whole line. */
  | { readonly at: "end" }
  /** At the last so many lines, also those in rotated files. */
  | { readonly at: "last"; readonly lines: number }
  /** Where an earlier run ended; `wasLive`: that was certainly in the live file, and in no copy of it. */
  | { readonly at: "cursor"; readonly cursor: LogCursor; readonly wasLive?: boolean };

/** Looks for the start. @throws {LogFileError} */
export type LogStartFinder = () => Promise<LogStart>;

/**
 * The cursor at the start `from` of the log `path`.
 *
 * @throws {LogFileError}
 */
export async function startingCursor(
  path: string,
  from: LogStart | LogStartFinder,
  options: OpenOptions,
): Promise<LogCursor> {
  const start = typeof from === "function" ? await from() : from;
  if (start.at === "cursor") return start.cursor;
  if (start.at === "start" && start.rotated) return BEGINNING;
  const { files } = listGenerations(options.files, path);
  if (start.at !== "start") {
    return await lastLines(files, start.at === "end" ? 0 : start.lines, options);
  }
  const live = files.findIndex(({ isLive }) => isLive);
  return await startOf(files, live < 0 ? files.length : live, options);
}

/**
 * The cursor at `offset` of `file`, for a start that the caller has looked for himself.
 *
 * @param path of the log
 * @param file the log itself or one of its rotated files, not compressed
 * @returns undefined when the file is shorter
 * @throws {LogFileError}
 */
export async function cursorIn(
  path: string,
  file: LogFile,
  offset: number,
  options: OpenOptions,
): Promise<LogCursor | undefined> {
  const { dev, ino } = file.facts();
  const { files } = listGenerations(options.files, path);
  const index = files.findIndex((generation) => isSameFile(generation, { dev, ino }));
  const before = index < 0 ? undefined : await signaturesBefore(files, index, options);
  return placeIn(file, { dev, ino, before }, offset)?.cursor();
}

/** The cursor at the start of the file at `index`, which need not be there. */
async function startOf(
  files: readonly Generation[],
  index: number,
  options: OpenOptions,
): Promise<LogCursor> {
  const { dev, ino } = files[index] ?? { dev: 0, ino: 0 };
  return startCursor({ dev, ino, before: await signaturesBefore(files, index, options) });
}

/** The cursor at the last `count` whole lines; at the oldest that can be read when there are fewer. */
async function lastLines(
  files: readonly Generation[],
  count: number,
  options: OpenOptions,
): Promise<LogCursor> {
  let index = files.length;
  for (let wanted = count; index > 0; index--) {
    try {
      const { offset, lines } = await lastLinesOf(files[index - 1]!, wanted, options);
      if (offset > 0) return await cursorAt(files, index - 1, offset, options);
      if (lines >= wanted) return await startOf(files, index - 1, options);
      wanted -= lines;
    } catch (error) {
      if (!isHopeless(error)) throw error;
      break;
    }
  }
  return await startOf(files, index, options);
}

/** The cursor at `offset` of the file at `index`. @throws {LogFileError | DecompressionError} */
export async function cursorAt(
  files: readonly Generation[],
  index: number,
  offset: number,
  options: OpenOptions,
): Promise<LogCursor> {
  const before = await signaturesBefore(files, index, options);
  const source = openAtStart(files[index]!, before, options);
  try {
    await source.skip(offset);
    return source.place.cursor();
  } finally {
    source.close();
  }
}

async function lastLinesOf(
  generation: Generation,
  count: number,
  options: OpenOptions,
): Promise<LinesStart> {
  if (generation.isPacked) return await lastLinesUnpacked(generation, count, options);
  const file = openListed(generation, options.files);
  try {
    return startOfLastLines(file, file.facts().size, count);
  } finally {
    file.close();
  }
}

/** What is compressed can be read forwards only. */
async function lastLinesUnpacked(
  generation: Generation,
  count: number,
  options: OpenOptions,
): Promise<LinesStart> {
  const source = openAtStart(generation, undefined, options);
  try {
    const starts: number[] = [];
    let lines = 0;
    while (true) {
      const reading = await source.read();
      if (reading.kind === "end") break;
      if (reading.kind !== "lines") continue;
      const { offset } = source.place;
      forEachLine(reading.bytes, reading.end, (start) => {
        starts[lines++ % count] = offset + start;
      });
      source.place.advance(reading.bytes, reading.end);
    }
    if (count === 0 || lines === 0) return { offset: source.place.offset, lines: 0 };
    if (lines < count) return { offset: 0, lines };
    return { offset: starts[lines % count]!, lines: count };
  } finally {
    source.close();
  }
}
