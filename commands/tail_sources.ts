/** Opens the logs that `decnet tail` reads. */
import { resolve } from "node:path";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import type { BusLogOptions } from "../lib/bus/bus_log.ts";
import { readBusLog } from "../lib/bus/lazy_bus_log.ts";
import { busLogName } from "../lib/bus/stream_name.ts";
import type { LogCursor } from "../lib/log/cursor.ts";
import type { LogItem } from "../lib/log/item.ts";
import { LogFileError, REAL_FILES } from "../lib/log/log_files.ts";
import { readLog } from "../lib/log/read_log.ts";
import { readLogStream } from "../lib/log/read_stream.ts";
import { DEFAULT_MAX_LINE } from "../lib/log/source.ts";
import type { LogStart } from "../lib/log/starting_place.ts";
import { errorCode } from "../lib/system_error.ts";
import type { NamedLog } from "../lib/tail/merge.ts";
import { lineText, NOWHERE, readEvent } from "../lib/tail/read_event.ts";
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
  /** Hears how many events more a hub has. */
  readonly onPending?: ((name: string, events: number) => void) | undefined;
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
  { sensor, cursors, counts, signal, onPending }: TailSourceContext,
): NamedLog {
  const { filter, follow, until } = settings;
  const name = tailLogName(path);
  const items = isBusAddress(path)
    ? watched(
      readBusLog(path, {
        name: `decnet tail ${sensor}`,
        start: busStart(settings, cursors.get(name)),
        follow,
        signal,
      }),
      (events) => onPending?.(name, events),
    )
    : isResumable(path)
    ? logItems(path, settings, cursors.get(name), follow, signal)
    : streamItems(path, signal);
  const events = tailLog(items, { filter, sensor, until }, counts);
  return { name, items: events, maySilence: !isResumable(path) };
}

async function* watched(
  items: AsyncIterable<LogItem>,
  onPending: (events: number) => void,
): AsyncGenerator<LogItem, void> {
  for await (const item of items) {
    if (item.kind === "chunk" && item.pending !== undefined) onPending(item.pending);
    yield item;
  }
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

function logItems(
  path: string,
  settings: TailSettings,
  stored: LogCursor | undefined,
  follow: boolean,
  signal: AbortSignal,
): AsyncIterable<LogItem> {
  const start = stored === undefined
    ? () => startOf(path, settings)
    : { at: "cursor", cursor: stored } as const;
  const { flushPartial: after } = settings;
  const halfLines = after === undefined ? undefined : { after, isWhole: isEvent };
  return readLog(path, { start, follow, signal, halfLines });
}

/** Half a line of JSON is none; of RFC 5424 nobody can tell. */
function isEvent(line: Uint8Array): boolean {
  return readEvent(lineText(line, 0, line.length), NOWHERE) !== undefined;
}

async function startOf(path: string, { begin, filter }: TailSettings): Promise<LogStart> {
  switch (begin.at) {
    case "start":
      return { at: "start", rotated: true };
    case "since":
      return await startSince(path, begin.since, OPEN);
    case "last":
      return await startOfLastEvents(path, begin.count, filter, begin.since, OPEN);
  }
}

async function* streamItems(path: string, signal: AbortSignal): AsyncGenerator<LogItem, void> {
  let stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  try {
    // A FIFO is open when somebody writes to it.
    const file = path === STDIN
      ? Deno.stdin
      : await Promise.race([Deno.open(path), aborted(signal)]);
    if (file === undefined) return;
    stream = file.readable;
  } catch (cause) {
    const error = new LogFileError(path, errorCode(cause), cause);
    yield { kind: "error", path, code: error.code, error, isFinal: true };
    return;
  }
  const chunks = stream.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal });
  for await (const item of readLogStream(chunks, { path })) {
    // What was cut off by our own signal is no failure.
    if (signal.aborted) return;
    yield item;
  }
}

/** Resolves when `signal` is aborted. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
