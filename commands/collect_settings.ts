/** From the flags and the environment of `decnet collect` to what the collector needs. */
import type { Logger } from "@logtape/logtape";
import { DEFAULT_LIMITED_TYPES, DEFAULT_WINDOW_SECONDS } from "../lib/collect/limiter.ts";
import { logPaths } from "../lib/event/log_pair.ts";
import type { CollectOutputFlags, OtherSourceFlags, RecordFlags } from "./collect_flags.ts";
import { UsageError } from "./exit_code.ts";
import { isOneFile } from "./one_file.ts";
import { defaultStatePath } from "./state_path.ts";

/** What `native` stands for in `--drop-apps`: DECNET's own list. */
const NATIVE_APPS: readonly string[] = [
  ...["sshd", "pam_unix", "sudo", "su", "CRON", "cron", "systemd", "kernel", "rsyslogd"],
  "dbus-daemon",
];

const MILLIS = 1000;

/** What the limiter holds back. */
export interface LimitSettings {
  /** Milliseconds; 0 for nothing. */
  readonly window: number;
  readonly types: readonly string[];
}

/** By flags, else by DECNET's variables. */
export function limitSettings(flags: RecordFlags, messages: Logger): LimitSettings {
  const types = flags.rateLimitTypes ?? namesIn("DECNET_COLLECTOR_RL_EVENT_TYPES") ??
    DEFAULT_LIMITED_TYPES;
  return { window: flags.rateLimit ?? windowInEnvironment(messages), types };
}

function windowInEnvironment(messages: Logger): number {
  const name = "DECNET_COLLECTOR_RL_WINDOW_SEC";
  const text = Deno.env.get(name)?.trim();
  if (!text) return DEFAULT_WINDOW_SECONDS * MILLIS;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds) * MILLIS;
  messages.warn("{name}: {text} is no number of seconds, {preset} is taken", {
    name,
    text,
    preset: DEFAULT_WINDOW_SECONDS,
  });
  return DEFAULT_WINDOW_SECONDS * MILLIS;
}

/** Programs whose events are left out. */
export function droppedApps({ dropApps }: RecordFlags): ReadonlySet<string> {
  const names = dropApps ?? namesIn("DECNET_COLLECTOR_DROP_APPS") ?? [];
  return new Set(names.flatMap((name) => name === "native" ? NATIVE_APPS : [name]));
}

/** Path of the state file; undefined with `--no-state`. @throws {UsageError} */
export function collectStatePath({ state, noState }: CollectOutputFlags): string | undefined {
  return noState ? undefined : state ?? defaultStatePath();
}

/**
 * Sees to it that nothing else is in the place of both files: who collected what he writes would never come to an end.
 *
 * @param base of both files
 * @throws {UsageError}
 */
export function checkOutput(
  { file: files = [], state }: Pick<OtherSourceFlags & CollectOutputFlags, "file" | "state">,
  base: string,
): void {
  const outputs = Object.values(logPaths(base));
  const taken = (path: string) => outputs.some((output) => isOneFile(path, output));
  const file = files.find(taken);
  if (file !== undefined) {
    throw new UsageError(`--file ${file}: it is written by --out`, "--out BASE for another place");
  }
  if (state !== undefined && taken(state)) {
    throw new UsageError(
      `--state ${state}: it is written by --out`,
      "--state PATH for another place",
    );
  }
}

function namesIn(variable: string): readonly string[] | undefined {
  const text = Deno.env.get(variable);
  if (text === undefined) return undefined;
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}
