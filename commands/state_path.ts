/** Where verbs keep what they remember. */
import { UsageError } from "./exit_code.ts";

/** The place that the XDG and systemd conventions give. @throws {UsageError} when they give none */
export function defaultStatePath(): string {
  if (Deno.build.os !== "windows" && Deno.uid() === 0) return "/var/lib/decnet/decnet.db";
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  // Empty is as good as not there (XDG Base Directory Specification).
  const base = Deno.env.get("XDG_STATE_HOME") || (home && `${home}/.local/state`);
  if (!base) throw new UsageError("no place for the state file", "give --state PATH or --no-state");
  return `${base}/decnet/decnet.db`;
}
