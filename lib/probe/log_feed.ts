/** Brings the targets of a log into the schedule, from where the last run has come to. */
import { type LogCursor, parseLogCursor } from "../log/cursor.ts";
import type { LogNotice } from "../log/item.ts";
import { forEachLine } from "../log/lines.ts";
import { readLog, type ReadLogOptions } from "../log/read_log.ts";
import { parseTimestamp } from "../event/time.ts";
import { type StateStore, updateState } from "../store/state_store.ts";
import { logTarget } from "./log_targets.ts";
import type { Schedule } from "./schedule.ts";

const PREFIX = "cursor/probe/";

/** Addresses that are remembered within a pass, so that a brute forcer's lines cost one look. */
const MAX_REMEMBERED = 100_000;

/** What a pass over a log found. */
export interface FeedCounts {
  readonly lines: number;
  /** Lines that name somebody to probe. */
  readonly sightings: number;
}

/** What a feed works with. */
export interface LogFeedOptions {
  readonly store: StateStore;
  readonly schedule: Schedule;
  /** Milliseconds since the epoch; who was last seen before is left in peace. */
  readonly since: number;
  /** Hears of rotation, gaps and errors. */
  readonly onNotice: (path: string, notice: LogNotice) => void;
  readonly signal?: AbortSignal | undefined;
  /** For tests. */
  readonly read?: Pick<ReadLogOptions, "files" | "timing" | "settle">;
}

/** Reads what is new in the log at `path`, once. */
export async function feedFromLog(path: string, options: LogFeedOptions): Promise<FeedCounts> {
  const { store, schedule, since, onNotice, signal, read } = options;
  const key = PREFIX + path;
  const cursor = parseLogCursor((await store.get(key))?.value);
  const remembered = new Map<string, number>();
  const decoder = new TextDecoder();
  const counts = { lines: 0, sightings: 0 };
  const start = cursor === undefined
    ? { at: "start", rotated: true } as const
    : { at: "cursor", cursor } as const;
  for await (const item of readLog(path, { ...read, start, signal })) {
    if (item.kind !== "chunk") {
      onNotice(path, item);
      continue;
    }
    const found = new Map<string, number>();
    forEachLine(item.bytes, item.end, (from, to) => {
      counts.lines++;
      const target = logTarget(decoder.decode(item.bytes.subarray(from, to)));
      if (target === undefined) return;
      counts.sightings++;
      const at = Math.floor(parseTimestamp(target.timestamp)! / 1000);
      if (at < since) return;
      found.set(target.address, Math.max(at, found.get(target.address) ?? at));
    });
    for (const [address, at] of found) {
      const before = remembered.get(address);
      if (before !== undefined && at <= before) continue;
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(address, at);
      await schedule.seen(address, at);
    }
    // Behind the targets: a run that dies between the two sees these lines again, which does no harm.
    await remember(store, key, item.cursorAt(item.end));
  }
  return counts;
}

async function remember(store: StateStore, key: string, cursor: LogCursor): Promise<void> {
  await updateState(store, key, () => cursor);
}
