/** Waits for a log to grow. */
import { basename, dirname, join } from "node:path";
import { sleep, wakeableSleep } from "../sleep.ts";

/** Time, and the waking of those who wait for a log; tests hand in one of their own. */
export interface LogTiming {
  /** Milliseconds since the epoch, on the clock by which files are dated. */
  now(): number;
  /** Resolves after so many milliseconds, or when `signal` is aborted. */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  /** Starts to watch the log `path`. */
  watch(path: string): LogWatch;
}

/** A watch over one log. */
export interface LogWatch {
  /**
   * Resolves when the log may have changed since the last call: soon after a change, at the latest when
   * it is time to look anyway, or when `signal` is aborted.
   */
  changed(signal: AbortSignal | undefined): Promise<void>;
  close(): void;
}

/** Milliseconds between looks at a log of which nothing is heard. */
const POLL_INTERVAL = 1000;

/** Milliseconds between two looks: a busy log is read in batches. */
const BATCH_INTERVAL = 10;

/**
 * The time of this machine; logs are watched by their folder, because the watch of a file dies with its
 * name. What inotify tells is a hint: it loses events, and other file systems tell nothing.
 */
export const REAL_TIMING: LogTiming = {
  now: () => Date.now(),
  sleep,
  watch: (path) => new FolderWatch(path),
};

/** The watch of {@linkcode REAL_TIMING}. */
export class FolderWatch implements LogWatch {
  readonly #path: string;
  readonly #interval: number;
  #watcher: Deno.FsWatcher | undefined;
  /** The folders that are watched. */
  #folders: readonly WatchedFolder[] = [];
  #hasChanged = false;
  #lastLook = -Infinity;
  #wake = () => {};

  /** @param interval milliseconds after which a look is due although nothing was heard */
  constructor(path: string, interval: number = POLL_INTERVAL) {
    this.#path = path;
    this.#interval = interval;
    this.#renew();
  }

  async changed(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#hasChanged) {
      await wakeableSleep(this.#interval, signal, (wake) => this.#wake = wake);
    }
    if (!this.#hasChanged) this.#renew();
    const early = this.#lastLook + BATCH_INTERVAL - performance.now();
    if (early > 0) await sleep(early, signal);
    this.#lastLook = performance.now();
    this.#hasChanged = false;
  }

  close(): void {
    const watcher = this.#watcher;
    this.#watcher = undefined;
    try {
      watcher?.close();
    } catch {
      // It has ended by itself.
    }
  }

  /** Watches anew when the folders are not those that are watched. */
  #renew(): void {
    const folders = foldersOf(this.#path);
    if (this.#watcher !== undefined && isSame(folders, this.#folders)) return;
    this.close();
    this.#folders = folders;
    try {
      this.#watcher = Deno.watchFs(folders.map(({ path }) => path), { recursive: false });
    } catch {
      // No folder, or the system's watches are used up: the looks that are due anyway must do.
      return;
    }
    this.#listen(this.#watcher);
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    const names = this.#folders.map(({ name }) => name);
    const isOurs = (path: string) => names.some((name) => basename(path).startsWith(name));
    try {
      for await (const { kind, paths } of watcher) {
        // To open a file is an access: our own look would be the next event.
        if (kind === "access" || !paths.some(isOurs)) continue;
        this.#hasChanged = true;
        this.#wake();
      }
    } catch {
      // As in #renew().
    }
    if (this.#watcher === watcher) this.#watcher = undefined;
  }
}

/** A folder, and what the log is called in it. */
interface WatchedFolder {
  readonly path: string;
  readonly name: string;
  readonly dev: number;
  readonly ino: number | null;
}

/** The folder of the path and, when the path is a link, that of the file. */
function foldersOf(path: string): WatchedFolder[] {
  const folders = new Map<string, WatchedFolder>();
  for (const find of [() => path, () => Deno.realPathSync(path)]) {
    try {
      const found = find();
      const folder = Deno.realPathSync(dirname(found));
      const { dev, ino } = Deno.statSync(folder);
      folders.set(join(folder, basename(found)), { path: folder, name: basename(found), dev, ino });
    } catch {
      // There is no such file yet.
    }
  }
  return [...folders.values()];
}

function isSame(a: readonly WatchedFolder[], b: readonly WatchedFolder[]): boolean {
  return a.length === b.length && a.every(({ path, name, dev, ino }, index) => {
    const other = b[index]!;
    return path === other.path && name === other.name && dev === other.dev && ino === other.ino;
  });
}
