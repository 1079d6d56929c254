/** What a collector does first: finds out where the last one was, and what it had written behind that. */
import { logPaths } from "../event/log_pair.ts";
import type { LogCursor } from "../log/cursor.ts";
import { listGenerations } from "../log/generations.ts";
import { forEachLine } from "../log/lines.ts";
import { findPlace } from "../log/locate.ts";
import { LogFileError, REAL_FILES } from "../log/log_files.ts";
import { readLog } from "../log/read_log.ts";
import type { LogStart } from "../log/starting_place.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { StoredCheckpoints } from "./checkpoint_store.ts";
import { ReadBack } from "./read_back.ts";
import type { SourceContext } from "./source.ts";
import { cutTornTail } from "./torn_tail.ts";

/** Lines of each file that are read back when there is no cursor: a limit to memory. */
const MAX_READ_BACK = 1_000_000;

/** Bytes of a line that is read back: escapes make a line longer than it came. */
const MAX_LINE = 8 * 1024 * 1024;

/** The lock is ours: what others still write to a rotated file is nothing that comes again. */
const READING = { maxLine: MAX_LINE, settle: 0 } as const;

/** Where our records, and those of the other verbs, have their id. */
const EVENT_ID = /^\{"timestamp":"[^"]{20,32}","event_id":"([0-9A-Z]{26})"/;

/** Where to go on. */
export interface Recovered {
  readonly checkpoint: Checkpoint | undefined;
  readonly back: ReadBack;
  /** Bytes of half lines that were cut off. */
  readonly cut: number;
}

/** What {@linkcode recover} is to work with. */
export interface RecoveryOptions {
  /** Base path of the output. */
  readonly base: string;
  readonly stored: StoredCheckpoints;
  /** Some source gives lines again that were given before. */
  readonly resumes: boolean;
  readonly message: SourceContext["message"];
  /** As {@linkcode cutTornTail} has it. */
  readonly stable?: number;
}

/** Repairs the output and reads back what no cursor covers. @throws {Error} what the system reports */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const { stored, resumes, message } = options;
  const paths = logPaths(options.base);
  let cut = 0;
  for (const path of [paths.log, paths.json]) cut += cutTornTail(path, options.stable);
  if (cut > 0) message("info", `cut ${cut} bytes of half lines off ${paths.log} and its .json`);
  for (const what of stored.damaged) message("warn", `${what} is damaged, and not used`);

  const checkpoint = await choose(paths, options);
  // A loss of power may have cut the one file and not the other: then no first new line ends the matter.
  const isWhole = checkpoint === undefined || checkpoint !== stored.newest;
  const back = new ReadBack({ isWhole, rest: checkpoint?.rest });
  if (checkpoint === undefined && !resumes) return { checkpoint, back, cut };
  const startOf = (cursor: LogCursor | undefined): LogStart =>
    cursor === undefined
      ? { at: "last", lines: MAX_READ_BACK }
      : { at: "cursor", cursor, wasLive: true };
  const addLine = (line: string) => back.addLine(line);
  const isFound = await readLines(paths.log, startOf(checkpoint?.log), message, addLine);
  // Who empties the file takes lines away, and not those that are written after them. A cursor at the very
  // start does not tell whether somebody has.
  if (!isFound || checkpoint?.log.offset === 0) back.lookForEach();
  await readLines(paths.json, startOf(checkpoint?.json), message, (line) => {
    const id = EVENT_ID.exec(line)?.[1];
    if (id !== undefined && isWholeEvent(line)) back.addEvent(id);
  });
  if (checkpoint === undefined && back.size > 0) {
    message("warn", `no cursor for ${paths.log}: looks each line up that it holds already`);
  }
  return { checkpoint, back, cut };
}

type Paths = Readonly<Record<"log" | "json", string>>;

/** The checkpoint to go on from: the newest, unless the files have lost what it says is in them. */
async function choose(
  paths: Paths,
  { stored, message }: RecoveryOptions,
): Promise<Checkpoint | undefined> {
  const { newest, durable } = stored;
  if (durable === undefined) return newest;
  if (newest === undefined) {
    message("warn", "goes on from the older cursor, and looks up what was written since");
    return durable;
  }
  // Where the files hold neither, the older one loses nothing: what is there is looked up.
  if (await holds(paths, newest)) return newest;
  message(
    "warn",
    `${paths.log} or its .json is shorter than it was: goes on from the older cursor`,
  );
  return durable;
}

async function holds(paths: Paths, { log, json }: Checkpoint): Promise<boolean> {
  return await holdsPlace(paths.log, log) && await holdsPlace(paths.json, json);
}

/** A rotated file that was cut short is no proof: the place itself must be there. */
async function holdsPlace(path: string, cursor: LogCursor): Promise<boolean> {
  if (cursor.head === "") return true;
  const options = { files: REAL_FILES, maxLine: MAX_LINE };
  try {
    const { files } = listGenerations(REAL_FILES, path);
    const { source } = await findPlace(files, cursor, options);
    source?.close();
    return source !== undefined;
  } catch (error) {
    if (error instanceof LogFileError) return false;
    throw error;
  }
}

/** False for a half line, which a rotated file may end in, or which somebody else has ended. */
function isWholeEvent(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** @returns false when the place to start at is in no file any more */
async function readLines(
  path: string,
  start: LogStart,
  message: SourceContext["message"],
  take: (line: string) => void,
): Promise<boolean> {
  let isFound = true;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for await (const item of readLog(path, { ...READING, start })) {
    if (item.kind === "chunk") {
      const { bytes, end } = item;
      forEachLine(bytes, end, (first, stop) => take(decoder.decode(bytes.subarray(first, stop))));
    } else if (item.kind === "restarted") {
      isFound = false;
    } else if (item.kind === "error" || item.kind === "gap") {
      const reason = item.error === undefined ? "" : `: ${item.error.message}`;
      message("warn", `${item.path} cannot be read back as a whole${reason}`);
    }
  }
  return isFound;
}
