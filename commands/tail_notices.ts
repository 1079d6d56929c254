/** What `decnet tail` says of logs on stderr. */
import { resolve } from "node:path";
import type { Logger } from "@logtape/logtape";
import { BusError } from "../lib/bus/bus_error.ts";
import type { LogNotice } from "../lib/log/item.ts";
import { logErrorReason, logNoticeText } from "./log_notice_text.ts";

/** Milliseconds before the same is said again of a log that cannot be read. */
const AGAIN_AFTER = 60_000;

/** Codes of a process, and of a machine, that has as many open files as it may. */
const OUT_OF_FILES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE"]);

type LogError = LogNotice & { readonly kind: "error" };

/** Tells of notices; counts those that make a run a failure. */
export class TailNotices {
  /** True when a log could not be read. */
  hasFailed = false;
  readonly #messages: Logger;
  readonly #follow: boolean;
  readonly #told = new Map<string, number>();

  constructor(messages: Logger, follow: boolean) {
    this.#messages = messages;
    this.#follow = follow;
  }

  tell(name: string, notice: LogNotice): void {
    const messages = this.#messages;
    switch (notice.kind) {
      case "rotated":
        return messages.debug("{name}: goes on in {path}", { name, path: notice.path });
      case "truncated":
        return messages.warn("{name}: the file was emptied", { name });
      case "error":
        return this.#tellError(name, notice);
    }
    const text = logNoticeText(notice, this.#follow);
    if (text === undefined) return;
    const isFailure = notice.kind === "missing" && !this.#follow;
    this.hasFailed ||= isFailure;
    if (isFailure) messages.error("{name}: {text}", { name, text });
    else messages.warn("{name}: {text}", { name, text });
  }

  #tellError(name: string, { path, code, error, isFinal }: LogError): void {
    this.hasFailed ||= isFinal;
    const isOutOfFiles = OUT_OF_FILES.has(code);
    if (!isFinal || isOutOfFiles) {
      // One lacks files as all others do.
      const key = isOutOfFiles ? code : name;
      const now = performance.now();
      if (now - (this.#told.get(key) ?? -Infinity) < AGAIN_AFTER) return;
      this.#told.set(key, now);
    }
    const subject = resolve(path) === name ? name : path;
    const reason = logErrorReason(error);
    const text = [
      // Errors of hubs name them already.
      error instanceof BusError ? reason : `${subject}: ${reason}`,
      isOutOfFiles ? ", and so it is with other logs (a greater ulimit -n helps)" : "",
    ].join("");
    if (isFinal) this.#messages.error("{text}", { text });
    else this.#messages.warn("{text}; trying again", { text });
  }
}
