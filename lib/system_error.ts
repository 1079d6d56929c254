/** What the system says when it refuses. */

/** EFBIG of Linux and macOS, a file at its greatest size: the runtime has no code for it. */
const TOO_LARGE = "(os error 27)";

/** What the runtime puts behind the system's own words: its number, the call, and what it was about. */
const BEHIND_REASON = / \(os error \d{1,5}\)/;

/** Name of a system's error, such as `EACCES`; the error's own name when it has none. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.message.includes(TOO_LARGE) ? "EFBIG" : error.name;
}

/** The system's own words, such as `No space left on device`; the message of any other error. */
export function systemReason(error: unknown): string {
  // What is said then names flags of the runtime, which users of the executable cannot give.
  if (error instanceof Deno.errors.NotCapable) return "this program may not use it";
  const message = error instanceof Error ? error.message : String(error);
  const end = message.search(BEHIND_REASON);
  return end < 0 ? message : message.slice(0, end);
}
