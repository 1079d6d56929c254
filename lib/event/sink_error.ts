/** The error of everything that writes lines. */
import { errorCode, systemReason } from "../system_error.ts";

/** Writing lines failed; the caller may free space, wait and write the rest again. */
export class SinkError extends Error {
  override readonly name = "SinkError";
  /** The file, or `stdout`. */
  readonly path: string;
  /** Name of the system's error, such as `ENOSPC`; the error's own name when there is none. */
  readonly code: string;
  /** Lines of the batch that are whole in the file all the same: a retry starts behind them. */
  readonly written: number;

  constructor(path: string, cause: unknown, written = 0) {
    super(`${path}: ${systemReason(cause)}`, { cause });
    this.path = path;
    this.code = errorCode(cause);
    this.written = written;
  }
}
