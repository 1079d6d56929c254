/** From the flags and the environment of `decnet probe` to what the prober needs. */
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { type PlannedProbe, planProbes } from "../lib/probe/plan.ts";
import { PROBES } from "../lib/probe/registry.ts";
import { UsageError } from "./exit_code.ts";
import { needsState } from "./probe_state.ts";
import { hubAddress } from "./hub_address.ts";
import type { ProbeFlags } from "./probe_flags.ts";
import { defaultStatePath } from "./state_path.ts";

/** Path of the state file: the flag, else the place that the XDG and systemd conventions give. */
export function statePath(flags: ProbeFlags): string | undefined {
  if (flags.noState) {
    if (flags.reprobeAfter !== undefined) throw needsState("--reprobe-after");
    if (flags.fromLog !== undefined) throw needsState("--from-log");
    return undefined;
  }
  return flags.state ?? defaultStatePath();
}

/** Probes and ports. @throws {UsageError} */
export function probePlan(flags: ProbeFlags): PlannedProbe[] {
  const ports = new Map<string, readonly number[]>();
  for (const wish of flags.port ?? []) {
    ports.set(wish.probe, [...new Set([...ports.get(wish.probe) ?? [], ...wish.ports])]);
  }
  try {
    return planProbes(PROBES, {
      ...(flags.probe === undefined ? {} : { names: flags.probe }),
      ports,
      env: (name) => Deno.env.get(name),
    });
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

/** New connections a second from logs, over all targets and to one: nobody should feel them. */
const LOG_RATE = 20;
const LOG_TARGET_RATE = 1;

/** New connections a second, over all targets and to any one; 0 for no limit. */
export function probeLimits(flags: ProbeFlags): { rate: number; targetRate: number } {
  const fromLog = flags.fromLog !== undefined;
  return {
    rate: flags.rate ?? (fromLog ? LOG_RATE : 0),
    targetRate: flags.targetRate ?? (fromLog ? LOG_TARGET_RATE : 0),
  };
}

/** @throws {UsageError} for flags and targets that do not go together */
export function checkTargetFlags(flags: ProbeFlags, words: readonly string[]): void {
  const hasTargets = words.length > 0 || flags.targets !== undefined;
  const question = flags.list ? "--list" : flags.history === undefined ? undefined : "--history";
  if (question !== undefined) {
    if (hasTargets || flags.fromLog !== undefined || flags.dryRun) {
      throw new UsageError(`${question} probes nobody`, "leave out targets, logs and --dry-run");
    }
    if (flags.list && flags.history !== undefined) {
      throw new UsageError("--list and --history are two questions", "ask one after the other");
    }
    return;
  }
  if (flags.watch && flags.fromLog === undefined) {
    throw new UsageError("--watch looks at logs", "give --from-log FILE.json");
  }
  if (flags.fromLog === undefined) return;
  for (const path of flags.fromLog) if (isBusAddress(path)) hubAddress(path, "--from-log");
  if (hasTargets) {
    throw new UsageError("--from-log finds its targets by itself", "leave the others out");
  }
  if (flags.dryRun) throw new UsageError("--dry-run needs targets", "leave out --from-log");
  if (flags.reprobeAfter !== undefined) {
    throw new UsageError("--reprobe-after is for targets", "with --from-log it is --cooldown");
  }
}
