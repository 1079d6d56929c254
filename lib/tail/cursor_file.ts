/** Remembers in a file what has been delivered of each log. */
import { isRecord } from "../is_record.ts";
import { type LogCursor, parseLogCursor } from "../log/cursor.ts";
import { releaseLock } from "../release_lock.ts";

/** Version of the file's content. */
const VERSION = 1;

/** Milliseconds after which what was written has to be on the disk itself. */
const SYNC_EVERY = 1000;

/** The file that was there before, should the new one turn out to be damaged. */
const PREVIOUS = ".old";
const FRESH = ".new";

/** What reading a cursor file came to. */
export interface StoredCursors {
  readonly cursors: ReadonlyMap<string, LogCursor>;
  /** `previous`: the file was damaged, the one before was taken; `damaged`: there is none. */
  readonly state: "none" | "good" | "previous" | "damaged";
}

/** A cursor file. */
export class CursorFile {
  readonly path: string;
  readonly #cursors = new Map<string, LogCursor>();
  #lock: Deno.FsFile | undefined;
  #isChanged = false;
  #syncedAt = -Infinity;

  /** @param path of the file; its folder must be there */
  constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes this process the only one that uses the file.
   *
   * @returns false when another one does
   * @throws {Error} of the system
   */
  lock(): boolean {
    const file = Deno.openSync(`${this.path}.lock`, { write: true, create: true, mode: 0o640 });
    if (!file.tryLockSync(true)) {
      file.close();
      return false;
    }
    this.#lock = file;
    return true;
  }

  /** What was delivered. @throws {Error} of the system, but not of a file that is not there or damaged */
  load(): StoredCursors {
    let isDamaged = false;
    // A crash between two renames leaves the fresh one only.
    for (const suffix of ["", FRESH, PREVIOUS]) {
      const text = readIfThere(this.path + suffix);
      if (text === undefined) continue;
      const cursors = parseCursors(text);
      if (cursors === undefined) {
        isDamaged = true;
        continue;
      }
      for (const [name, cursor] of cursors) this.#cursors.set(name, cursor);
      return { cursors, state: isDamaged ? "previous" : "good" };
    }
    return { cursors: new Map(), state: isDamaged ? "damaged" : "none" };
  }

  /**
   * Moves away what is in the place of the file.
   *
   * @param now milliseconds since the epoch
   * @returns where to; undefined when there is nothing
   * @throws {Error} of the system
   */
  putAside(now: number): string | undefined {
    const aside = `${this.path}.damaged-${now}`;
    try {
      Deno.renameSync(this.path, aside);
      return aside;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Notes that all of the log `name` before `cursor` has been delivered. */
  set(name: string, cursor: LogCursor): void {
    this.#cursors.set(name, cursor);
    this.#isChanged = true;
  }

  /**
   * Writes what has changed, so that a process that dies leaves the one or the other file whole.
   *
   * @param now milliseconds, of any clock that does not stop
   * @throws {Error} of the system
   */
  save(now: number = performance.now(), isLast = false): void {
    if (!this.#isChanged) return;
    const logs = Object.fromEntries(this.#cursors);
    const fresh = this.path + FRESH;
    removeIfThere(fresh);
    // Made anew: nobody's link in its place is followed.
    const file = Deno.openSync(fresh, { write: true, createNew: true, mode: 0o640 });
    try {
      const bytes = new TextEncoder().encode(`${JSON.stringify({ v: VERSION, logs })}\n`);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      if (isLast || now - this.#syncedAt >= SYNC_EVERY) {
        file.syncDataSync();
        this.#syncedAt = now;
      }
    } finally {
      file.close();
    }
    try {
      Deno.renameSync(this.path, this.path + PREVIOUS);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    Deno.renameSync(fresh, this.path);
    this.#isChanged = false;
  }

  close(): void {
    if (this.#lock !== undefined) releaseLock(this.#lock);
    this.#lock = undefined;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function parseCursors(text: string): Map<string, LogCursor> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (isRecord(value) && typeof value["v"] === "number" && value["v"] > VERSION) {
    throw new Error("it was written by a newer version of decnet");
  }
  if (!isRecord(value) || value["v"] !== VERSION || !isRecord(value["logs"])) return undefined;
  const cursors = new Map<string, LogCursor>();
  for (const [name, member] of Object.entries(value["logs"])) {
    const cursor = parseLogCursor(member);
    if (cursor === undefined) return undefined;
    cursors.set(name, cursor);
  }
  return cursors;
}
