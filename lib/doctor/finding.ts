/** What a check of the machine came to. */

/** `ok`: nothing to do; `warning`: it works, but not for ever or not at its best; `lacks`: it does not. */
export type FindingStatus = "ok" | "warning" | "lacks";

/** One line of `decnet doctor`. */
export interface Finding {
  /** The verb that needs it; `all` for what every verb does. */
  readonly verb: string;
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly status: FindingStatus;
  /** What was found. */
  readonly found: string;
  /** What to do about it, where something is to be done. */
  readonly remedy?: string;
}
