/** `--cursor`: where `decnet tail` has come to, kept between runs. */
import { resolve } from "node:path";
import type { Logger } from "@logtape/logtape";
import type { LogCursor } from "../lib/log/cursor.ts";
import { systemReason } from "../lib/system_error.ts";
import { CursorFile } from "../lib/tail/cursor_file.ts";
import { EXIT, UsageError, UserError } from "./exit_code.ts";
import { isOneFile } from "./one_file.ts";
import { isResumable } from "./tail_sources.ts";

/** Milliseconds between two writes while there is always more to read. */
const SAVE_EVERY = 250;

/** Milliseconds before a write that failed is tried again, and before it is said again that it fails. */
const RETRY_AFTER = 1000;
const AGAIN_AFTER = 60_000;

/** Keeps cursors of what was delivered. */
export class TailCursors implements Disposable {
  /** What the last run had delivered. */
  readonly stored: ReadonlyMap<string, LogCursor>;
  readonly #file: CursorFile;
  readonly #messages: Logger;
  /** Where reading has come to, while its events may not have been written yet. */
  #pending = new Map<string, LogCursor>();
  /** When it was last tried to write. */
  #savedAt = -Infinity;
  /** When it was said that the file cannot be written; undefined while it can. */
  #toldAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(file: CursorFile, stored: ReadonlyMap<string, LogCursor>, messages: Logger) {
    this.#file = file;
    this.stored = stored;
    this.#messages = messages;
  }

  /** True when it is time to write, though there is more to read. */
  get isDue(): boolean {
    return performance.now() - this.#savedAt >= SAVE_EVERY;
  }

  /** Notes that all of the log `name` before `cursor` is delivered with what is written next. */
  reached(name: string, cursor: LogCursor): void {
    this.#pending.set(name, cursor);
  }

  /** What has been reached; to be called when all of that has been written. */
  takeReached(): () => void {
    const reached = this.#pending;
    this.#pending = new Map();
    return () => {
      for (const [name, cursor] of reached) this.#file.set(name, cursor);
      this.#save(false);
    };
  }

  /** Notes that all of the log `name` before `cursor` has arrived, and writes it down now and then. */
  arrived(name: string, cursor: LogCursor): void {
    this.#file.set(name, cursor);
    if (this.isDue) this.#save(false);
    else this.#timer ??= setTimeout(() => this.#save(false), SAVE_EVERY);
  }

  /** Writes what is not written yet; false when it cannot be. */
  end(): boolean {
    return this.#save(true);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#file.close();
  }

  /** A disk that is full must not keep events from those who wait for them. */
  #save(isLast: boolean): boolean {
    const now = performance.now();
    const isEarly = this.#toldAt !== undefined && now - this.#savedAt < RETRY_AFTER;
    // The timer of the last attempt runs.
    if (isEarly && !isLast) return false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#savedAt = now;
    try {
      this.#file.save(now, isLast);
    } catch (error) {
      this.#tell(now, error);
      if (!isLast) this.#timer = setTimeout(() => this.#save(false), RETRY_AFTER);
      return false;
    }
    const { path } = this.#file;
    if (this.#toldAt !== undefined) this.#messages.warn("{path} is written again", { path });
    this.#toldAt = undefined;
    return true;
  }

  #tell(now: number, error: unknown): void {
    if (this.#toldAt !== undefined && now - this.#toldAt < AGAIN_AFTER) return;
    this.#toldAt = now;
    this.#messages.warn("{path} cannot be written, so events may come again: {reason}", {
      path: this.#file.path,
      reason: systemReason(error),
    });
  }
}

/** Opens the file of `--cursor`. @throws {UserError} */
export function openCursors(
  path: string | undefined,
  files: readonly string[],
  messages: Logger,
): TailCursors | undefined {
  if (path === undefined) return undefined;
  const stream = files.find((file) => !isResumable(file));
  if (stream !== undefined) {
    throw new UsageError(`--cursor: there is no place to come back to in ${stream}`);
  }
  if (files.some((file) => isOneFile(file, path))) {
    throw new UsageError(`--cursor ${path}: that is a log`, "--cursor FILE for a file of its own");
  }
  const file = new CursorFile(resolve(path));
  try {
    if (!file.lock()) {
      throw new UserError(
        `another decnet tail uses ${path}`,
        "one cursor file for each",
        EXIT.busy,
      );
    }
    const { cursors, state } = file.load();
    if (state === "previous" || state === "damaged") {
      const begin = state === "previous" ? "the one before is taken" : "reading begins anew";
      messages.warn("{path} is damaged: {begin}, so events may come again", { path, begin });
      // It may be something else altogether, which nobody wants to lose.
      const aside = file.putAside(Date.now());
      if (aside !== undefined) messages.warn("put aside as {aside}", { aside });
    }
    return new TailCursors(file, cursors, messages);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: ${systemReason(error)}`, "--cursor FILE for another place");
  }
}
