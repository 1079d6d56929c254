/** Reads a log that grows and rotates, from a cursor on. */
import type { HalfLines } from "./half_line.ts";
import type { LogItem } from "./item.ts";
import { type LogFiles, REAL_FILES } from "./log_files.ts";
import { LogReader } from "./log_reader.ts";
import { type LogTiming, REAL_TIMING } from "./log_watch.ts";
import { DEFAULT_MAX_LINE } from "./source.ts";
import type { LogStart, LogStartFinder } from "./starting_place.ts";

/** How a log is read. */
export interface ReadLogOptions {
  /** Where it starts; a function is asked when there is something to read, and again after a `LogFileError`. */
  readonly start: LogStart | LogStartFinder;
  /** Waits for more when all has been read, instead of ending. */
  readonly follow?: boolean;
  /** Ends the items, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of a line, its newline not counted, beyond which it is left out. @default {1 MiB} */
  readonly maxLine?: number;
  /**
   * Milliseconds since its last change after which a file that was rotated away counts as complete:
   * a writer may have looked at the name just before. @default {250}
   */
  readonly settle?: number;
  /** Gives the last line of the live file before its newline has come. @default {never} */
  readonly halfLines?: HalfLines | undefined;
  /** The file system; for tests. */
  readonly files?: LogFiles;
  /** The passing of time; for tests. */
  readonly timing?: LogTiming;
}

const DEFAULT_SETTLE = 250;

/**
 * What the log `path` holds and, when followed, what comes: lines in their order, each once, out of rotated
 * files and the live one, and notices of all that stands against that. The last line of the live file is
 * given when its newline is there, unless `halfLines` says otherwise. Without `follow` it ends with
 * `caught_up`, or with an `error`.
 */
export async function* readLog(
  path: string,
  options: ReadLogOptions,
): AsyncGenerator<LogItem, void> {
  const {
    start,
    follow = false,
    signal,
    maxLine = DEFAULT_MAX_LINE,
    settle = DEFAULT_SETTLE,
    halfLines,
    files = REAL_FILES,
    timing = REAL_TIMING,
  } = options;
  const now = () => timing.now();
  const reader = new LogReader(path, { start, follow, maxLine, settle, halfLines, files, now });
  // The watch comes first: what happens during the first look is a change.
  const watch = follow ? timing.watch(path) : undefined;
  try {
    while (signal?.aborted !== true) {
      const next = await reader.step();
      yield* reader.takeItems();
      if (next === "end") return;
      if (next === "wait") await watch?.changed(signal);
      else if (next === "settle") await timing.sleep(settle, signal);
      // Reading a file never waits: this lets timers and signals run.
      else await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    reader.close();
    watch?.close();
  }
}
