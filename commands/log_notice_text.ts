/** What reading a log runs into, in words for operators. */
import type { LogNotice } from "../lib/log/item.ts";
import { LogFileError } from "../lib/log/log_files.ts";
import { systemReason } from "../lib/system_error.ts";

/**
 * What there is to know of; undefined for what is as it should be: reading goes on in another file, or has come
 * to the end.
 *
 * @param isAwaited a log that is not there may still come
 */
export function logNoticeText(notice: LogNotice, isAwaited: boolean): string | undefined {
  switch (notice.kind) {
    case "missing":
      return isAwaited ? "there is no such log yet" : "there is no such log";
    case "error":
      return `cannot be read: ${logErrorReason(notice.error)}`;
    case "gap":
      return `lines may be missing: ${notice.path} is ${notice.reason}`;
    case "skipped":
      return notice.isRest
        ? `${notice.bytes} bytes left out: a line that was taken for whole went on`
        : `${notice.bytes} bytes left out: a line that is too long, or a hole`;
    case "restarted":
      return notice.repeats
        ? "the place where reading had stopped is gone; events may come again"
        : "the place where reading had stopped is gone; lines may be missing";
    case "truncated":
    case "rotated":
    case "caught_up":
      return undefined;
  }
}

/** Why a log cannot be read, without its path. */
export function logErrorReason(error: Error): string {
  return error instanceof LogFileError ? error.reason : systemReason(error);
}
