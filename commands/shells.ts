/** Shells that decnet completes for. */

/** Shells that have a script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Name of a shell. */
export type Shell = (typeof SHELLS)[number];
