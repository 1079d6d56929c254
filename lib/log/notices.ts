/** Collects what a reader gives, and says nothing twice. */
import type { GapReason, LogItem, LogNotice } from "./item.ts";
import type { LogFileError } from "./log_files.ts";

/** Items in their order, until they are taken. */
export class Notices {
  #items: LogItem[] = [];
  /** What was told since the last lines. */
  readonly #told = new Set<string>();

  /** Adds `item`. */
  push(item: LogItem): void {
    if (item.kind === "chunk") this.#told.clear();
    this.#items.push(item);
  }

  /** Adds that the system refused, unless that was told since the last lines. */
  tellRefused(error: LogFileError, isFinal: boolean): void {
    this.#tell({ kind: "error", path: error.path, code: error.code, error, isFinal });
  }

  /** Adds that lines of `path` may be missing, unless that was told since the last lines. */
  tellLost(path: string, reason: GapReason, error?: unknown): void {
    const notice = { kind: "gap", path, reason } as const;
    this.#tell(error instanceof Error ? { ...notice, error } : notice);
  }

  /** Gives the items. */
  take(): LogItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #tell(notice: LogNotice & { readonly path: string }): void {
    const text = [notice.kind, notice.path, "code" in notice ? notice.code : ""].join("\0");
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#items.push(notice);
  }
}
