/** Why packets cannot be sent as they are. */

/** What is missing. */
export type RawFailure =
  /** The operating system or Deno's permissions do not allow it. */
  | "no_permission"
  /** The system is not Linux, or has no C library that is known. */
  | "unsupported"
  /** Anything else. */
  | "failed";

/** Raw sockets that could not be opened. Its message is one line with the remedy. */
export class RawError extends Error {
  override name = "RawError";

  constructor(readonly kind: RawFailure, message: string) {
    super(message);
  }
}
