/** Why an interface cannot be captured from. */

/** What went wrong, for exit codes and for deciding what else to say. */
export type CaptureFailure =
  /** libpcap is not installed, or not for this system. */
  | "no_library"
  /** The operating system or Deno's permissions do not allow it. */
  | "no_permission"
  /** No interface of that name. */
  | "no_device"
  /** The interface is not up. */
  | "device_down"
  /** The filter expression does not compile. */
  | "bad_filter"
  /** Anything else, among it an interface that went away while capturing. */
  | "failed";

/** A capture that could not be opened or went wrong. Its message is one line with the remedy. */
export class CaptureError extends Error {
  override name = "CaptureError";

  constructor(readonly kind: CaptureFailure, message: string) {
    super(message);
  }
}
