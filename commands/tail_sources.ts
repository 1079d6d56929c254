/** Opens the logs that `decnet tail` reads. */
import { resolve } from "node:path";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { busLogName, type BusLogOptions, readBusLog } from "../lib/bus/bus_log.ts";
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
import { hubAddress } from "./hub_address.ts";
import type { TailSettings } from "./tail_settings.ts";

const MICROS_PER_MILLI = 1000;

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

/** The name by which places in the log `path` are remembered. */
export function tailLogName(path: string): string {
  if (isBusAddress(path)) {
    hubAddress(path);
    return busLogName(path);
  }
  return isResumable(path) ? resolve(path) : path;
}

/** True for a log that there is a place to come back to. */
export function isResumable(path: string): boolean {
  if (isBusAddress(path)) return true;
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
  const name = tailLogName(path);
  const items = isBusAddress(path)
    ? readBusLog(path, {
      name: `decnet tail ${sensor}`,
      start: busStart(settings, cursors.get(name)),
      follow,
      signal,
    })
    : isResumable(path)
    ? logItems(path, settings, cursors.get(name), follow, signal)
    : streamItems(path, signal);
  return { name, items: tailLog(items, { filter, sensor, until }, counts) };
}

/** The last events of a stream are those of all, whatever filters want of them. */
function busStart(
  { begin }: TailSettings,
  cursor: LogCursor | undefined,
): BusLogOptions["start"] {
  if (cursor !== undefined) return { at: "cursor", cursor };
  switch (begin.at) {
    case "start":
      return { at: "beginning" };
    case "since":
      return { at: "time", time: begin.since / MICROS_PER_MILLI };
    case "last":
      return { at: "last", count: begin.count };
  }
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
