/** The end of a file as a cursor that finds it again after rotations. */
import type { FilePosition } from "../event/append_file.ts";
import type { LogCursor } from "../log/cursor.ts";
import { isSameFile, type LogFile, REAL_FILES } from "../log/log_files.ts";
import { DEFAULT_MAX_LINE } from "../log/source.ts";
import { cursorIn } from "../log/starting_place.ts";

/** Brings a file on the disk; tests have no time for that. */
export type SyncFile = (file: Deno.FsFile) => Promise<void>;

/** Names places in the file that a path leads to, again and again. */
export class OutputPlace {
  readonly #path: string;
  readonly #sync: SyncFile;
  #file: { readonly read: LogFile; readonly sync: Deno.FsFile } | undefined;
  /** Files that the path led to before, and that may not be on the disk as a whole. */
  #older: Deno.FsFile[] = [];
  /** Why some of it may never get on the disk. */
  #failure: Error | undefined;

  constructor(path: string, sync: SyncFile = (file) => file.syncData()) {
    this.#path = path;
    this.#sync = sync;
  }

  /**
   * The cursor at `position`; undefined when the path has come to lead to another file meanwhile.
   *
   * @throws {Error} what the system reports
   */
  async cursor(position: FilePosition): Promise<LogCursor | undefined> {
    if (this.#file === undefined || !isSameFile(this.#file.read.facts(), position)) {
      if (this.#file !== undefined) this.#older.push(this.#file.sync);
      this.#file?.read.close();
      this.#file = undefined;
      const sync = openedSync(this.#path);
      this.#file = { read: openedFor(this.#path, sync), sync };
      if (!isSameFile(this.#file.read.facts(), position)) return undefined;
    }
    const options = { files: REAL_FILES, maxLine: DEFAULT_MAX_LINE };
    return await cursorIn(this.#path, this.#file.read, position.size, options);
  }

  /**
   * Waits until all that was written is on the disk. Rejects with what the system reports, and again each
   * time: fsync(2) tells once of what it has lost, and of success afterwards.
   */
  async sync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      for (let older; (older = this.#older[0]) !== undefined; this.#older.shift()) {
        await this.#sync(older);
        older.close();
      }
      if (this.#file !== undefined) await this.#sync(this.#file.sync);
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }

  close(): void {
    for (const older of this.#older) older.close();
    this.#older = [];
    this.#file?.read.close();
    this.#file?.sync.close();
    this.#file = undefined;
  }
}

function openedSync(path: string): Deno.FsFile {
  return Deno.openSync(path);
}

function openedFor(path: string, sync: Deno.FsFile): LogFile {
  try {
    return REAL_FILES.open(path);
  } catch (error) {
    sync.close();
    throw error;
  }
}
