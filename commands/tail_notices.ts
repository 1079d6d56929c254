/** What `decnet tail` says of logs on stderr. */
import type { Logger } from "@logtape/logtape";
import type { LogNotice } from "../lib/log/item.ts";

/** Milliseconds before the same is said again of a log that cannot be read. */
const AGAIN_AFTER = 60_000;

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
      case "caught_up":
        return;
      case "missing":
        if (this.#follow) return messages.warn("{name}: there is no such log yet", { name });
        this.hasFailed = true;
        return messages.error("{name}: there is no such log", { name });
      case "rotated":
        return messages.debug("{name}: goes on in {path}", { name, path: notice.path });
      case "truncated":
        return messages.warn("{name}: the file was emptied", { name });
      case "restarted":
        return messages.warn(
          notice.repeats
            ? "{name}: the place where reading had stopped is gone; events may come again"
            : "{name}: the place where reading had stopped is gone; lines may be missing",
          { name },
        );
      case "gap":
        return messages.warn("{name}: lines may be missing: {path} is {reason}", {
          name,
          path: notice.path,
          reason: notice.reason,
        });
      case "skipped":
        return messages.warn("{name}: {bytes} bytes left out: a line that is too long, or a hole", {
          name,
          bytes: notice.bytes,
        });
      case "error":
        return this.#tellError(name, notice.error.message, notice.isFinal);
    }
  }

  #tellError(name: string, reason: string, isFinal: boolean): void {
    this.hasFailed ||= isFinal;
    const now = performance.now();
    if (!isFinal && now - (this.#told.get(name) ?? -Infinity) < AGAIN_AFTER) return;
    this.#told.set(name, now);
    // The error of a file names it already.
    const text = reason.startsWith(name) ? reason : `${name}: ${reason}`;
    if (isFinal) this.#messages.error("{text}", { text });
    else this.#messages.warn("{text}; trying again", { text });
  }
}
