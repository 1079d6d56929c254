/** From the flags and the environment of `decnet probe` to what the prober needs. */
import { AddressSet, parseRange } from "../lib/net/address_range.ts";
import type { Scope } from "../lib/net/scope.ts";
import { type PlannedProbe, planProbes } from "../lib/probe/plan.ts";
import { PROBES } from "../lib/probe/registry.ts";
import { readDecoyState } from "../lib/sniff/home.ts";
import { UsageError } from "./exit_code.ts";
import type { ProbeFlags } from "./probe_flags.ts";
import { readAddressSet } from "./address_sets.ts";

/** Path of the state file: the flag, else the place that the XDG and systemd conventions give. */
export function statePath(flags: ProbeFlags): string | undefined {
  if (flags.noState) {
    if (flags.reprobeAfter !== undefined) {
      throw new UsageError("--reprobe-after needs a state file", "leave out --no-state");
    }
    return undefined;
  }
  if (flags.state !== undefined) return flags.state;
  if (Deno.build.os !== "windows" && Deno.uid() === 0) return "/var/lib/decnet/decnet.db";
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  const base = Deno.env.get("XDG_STATE_HOME") ?? (home && `${home}/.local/state`);
  if (!base) throw new UsageError("no place for the state file", "give --state PATH or --no-state");
  return `${base}/decnet/decnet.db`;
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

/** The user's limits. @throws {UsageError} */
export async function probeScope(flags: ProbeFlags): Promise<Scope> {
  const decoys = flags.decoys === undefined ? [] : await decoyAddresses(flags.decoys);
  const own = [...ownAddresses(), ...decoys];
  return {
    deny: await readAddressSet("--deny", flags.deny ?? []),
    allow: await readAddressSet("--allow", flags.allow ?? []),
    own: new AddressSet(own.flatMap((address) => parseRange(address) ?? [])),
  };
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

/** Addresses of this machine, without zones. */
function ownAddresses(): string[] {
  return Deno.networkInterfaces().map(({ address }) => address.replace(/%.*$/, ""));
}

async function decoyAddresses(path: string): Promise<string[]> {
  try {
    return [...readDecoyState(await Deno.readTextFile(path)).decoys.keys()];
  } catch (error) {
    throw new UsageError(`--decoys: ${path}: ${(error as Error).message}`);
  }
}
