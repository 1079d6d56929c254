/** The error of everything that writes lines. */

/** EFBIG of Linux and macOS: a file has come to its greatest size. */
const TOO_LARGE = "(os error 27)";

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
    super(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.path = path;
    this.code = errorCode(cause);
    this.written = written;
  }
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  // The only one of those that matter here for which the runtime has no code.
  return error.message.includes(TOO_LARGE) ? "EFBIG" : error.name;
}
