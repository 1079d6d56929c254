/** Opens the logs that `decnet tail` reads. */
import { resolve } from "node:path";
import type { LogCursor } from "../lib/log/cursor.ts";
import type { LogItem } from "../lib/log/item.ts";
import { REAL_FILES } from "../lib/log/log_files.ts";
import { readLog } from "../lib/log/read_log.ts";
import { readLogStream } from "../lib/log/read_stream.ts";
import { DEFAULT_MAX_LINE } from "../lib/log/source.ts";
import type { LogStart } from "../lib/log/starting_place.ts";
import type { NamedLog } from "../lib/tail/merge.ts";
import { type TailCounts, tailLog } from "../lib/tail/tail_source.ts";
import { startOfLastEvents, startSince } from "../lib/tail/tail_start.ts";
import type { TailSettings } from "./tail_settings.ts";

/** Names standard input. */
const STDIN = "-";

const OPEN = { files: REAL_FILES, maxLine: DEFAULT_MAX_LINE };

/** What opening takes besides the settings. */
export interface TailSourceContext {
  readonly sensor: string;
  readonly cursors: ReadonlyMap<string, LogCursor>;
  readonly counts: TailCounts;
  readonly signal: AbortSignal;
}

/** True for a log that there is a place to come back to. */
export function isResumable(path: string): boolean {
  if (path === STDIN) return false;
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return isFile || isDirectory;
  } catch {
    return true;
  }
}

/** The log `path`, from where it is to be read on. */
export function openTailLog(
  path: string,
  settings: TailSettings,
  { sensor, cursors, counts, signal }: TailSourceContext,
): NamedLog {
  const { filter, follow, until } = settings;
  const name = isResumable(path) ? resolve(path) : path;
  const items = isResumable(path)
    ? logItems(path, settings, cursors.get(name), follow, signal)
    : streamItems(path, signal);
  return { name, items: tailLog(items, { filter, sensor, until }, counts) };
}

async function* logItems(
  path: string,
  settings: TailSettings,
  stored: LogCursor | undefined,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<LogItem, void> {
  const start: LogStart = stored === undefined
    ? await startOf(path, settings)
    : { at: "cursor", cursor: stored };
  yield* readLog(path, { start, follow, signal });
}

async function startOf(path: string, { begin, filter }: TailSettings): Promise<LogStart> {
  try {
    switch (begin.at) {
      case "start":
        return { at: "start", rotated: true };
      case "since":
        return await startSince(path, begin.since, OPEN);
      case "last":
        return await startOfLastEvents(path, begin.count, filter, begin.since, OPEN);
    }
  } catch {
    // Reading runs into the same, and tells of it.
    return { at: "start", rotated: true };
  }
}

async function* streamItems(path: string, signal: AbortSignal): AsyncGenerator<LogItem, void> {
  const stream = path === STDIN ? Deno.stdin.readable : (await Deno.open(path)).readable;
  const chunks = stream.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal });
  for await (const item of readLogStream(chunks, { path })) {
    // What was cut off by our own signal is no failure.
    if (signal.aborted) return;
    yield item;
  }
}
