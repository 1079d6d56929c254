/** What the shell gets to know. */
import { hidePassword } from "../lib/text/hide_password.ts";
import { escapeForTerminal } from "../lib/terminal/escape.ts";

/** Exit codes. */
export const EXIT = {
  ok: 0,
  /** It could not be done. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Another process holds what is needed: try again later (EX_TEMPFAIL of sysexits.h). */
  busy: 75,
  /** 128 + signal number, as shells report it. */
  interrupted: 130,
  terminated: 143,
} as const;

/** An error that is the user's to mend: one line that says what is wrong, one that helps. */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * @param message what is wrong, in lower case, without a full stop
   * @param hint what to do about it
   * @param code the exit code
   */
  constructor(message: string, readonly hint?: string, readonly code: number = EXIT.failed) {
    super(message);
  }
}

/** What the runtime adds to the words of the system, and nobody reads. */
const ERROR_NUMBERS = / \(os error \d{1,5}\)/g;

/** A {@linkcode UserError} about the command line. */
export class UsageError extends UserError {
  constructor(message: string, hint?: string) {
    super(message, hint, EXIT.usage);
  }
}

/**
 * `decnet: message` and the hint below it, as they go to stderr. A message may quote what came from a
 * list that an attacker wrote, so nothing but its line ends reaches the terminal raw.
 */
export function formatError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = hidePassword(message.replace(ERROR_NUMBERS, ""))
    .split("\n").map(escapeForTerminal).join("\n");
  const hint = error instanceof UserError ? error.hint : undefined;
  return `decnet: ${text}${hint === undefined ? "" : `\n  hint: ${hint}`}`;
}
