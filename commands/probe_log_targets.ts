/** `decnet probe --from-log`: targets out of logs, and what the prober says of itself meanwhile. */
import type { Logger } from "@logtape/logtape";
import type { Event } from "../lib/event/event.ts";
import type { LogNotice } from "../lib/log/item.ts";
import type { Dialer } from "../lib/probe/dialer.ts";
import type { PlannedProbe } from "../lib/probe/plan.ts";
import { type Cycle, ProbeService } from "../lib/probe/service.ts";
import { cycleEvent, errorEvent, startupEvent } from "../lib/probe/service_events.ts";
import type { StateStore } from "../lib/store/state_store.ts";
import { VERSION } from "../lib/version.ts";
import type { ProbeFlags } from "./probe_flags.ts";
import type { ProbeTally } from "./probe_tally.ts";

/** What the service of a run works with. */
export interface LogTargetsOptions {
  readonly flags: ProbeFlags;
  readonly plan: readonly PlannedProbe[];
  readonly store: StateStore;
  readonly sensor: string;
  readonly emit: (event: Event) => void;
  readonly messages: Logger;
  readonly tally: ProbeTally;
  readonly dialer: Dialer;
  readonly signal: AbortSignal;
}

/** The service that the flags ask for; says that it has started. */
export function logTargets(options: LogTargetsOptions): ProbeService {
  const { flags, plan, store, sensor, emit, messages, tally, dialer, signal } = options;
  const logs = flags.fromLog ?? [];
  emit(startupEvent(sensor, Date.now(), {
    version: VERSION,
    logs,
    probes: plan.map(({ probe }) => probe.name),
    watch: flags.watch,
    interval_s: flags.watch ? flags.interval / 1000 : undefined,
    cooldown_s: flags.cooldown / 1000,
    rate: flags.rate,
    target_rate: flags.targetRate,
  }));
  let before = counts();
  return new ProbeService({
    logs,
    store,
    probes: plan.map(({ probe }) => probe.name),
    cooldown: flags.cooldown,
    maxTargets: flags.maxTargets,
    maxAge: flags.maxAge,
    interval: flags.watch ? flags.interval : undefined,
    signal,
    onNotice: (path, notice) => {
      const reason = noticeText(notice);
      if (reason === undefined) return;
      messages.warn("{path}: {reason}", { path, reason });
      emit(errorEvent(sensor, Date.now(), reason, path));
    },
    onCycle: (cycle) => {
      const now = counts();
      emit(cycleEvent(sensor, Date.now(), cycleFields(cycle, before, now)));
      before = now;
    },
  });

  function counts() {
    return {
      done: tally.targets,
      rotated: tally.rotations,
      connections: dialer.attempts,
      outcomes: tally.outcomes(),
    };
  }
}

interface Counts {
  readonly done: number;
  readonly rotated: number;
  readonly connections: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** What has come since the cycle before; outcomes under names of their own, so that jq can sum them. */
function cycleFields({ lines, sightings, targets }: Cycle, before: Counts, now: Counts) {
  const outcomes = Object.entries(now.outcomes)
    .map(([name, count]) => [`outcome_${name}`, count - (before.outcomes[name] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return {
    lines,
    sightings,
    targets_started: targets,
    targets_done: now.done - before.done,
    rotated: now.rotated - before.rotated,
    connections: now.connections - before.connections,
    ...Object.fromEntries(outcomes),
  };
}

/** What an operator should know of; undefined for what is as it should be. */
function noticeText(notice: LogNotice): string | undefined {
  switch (notice.kind) {
    case "missing":
      return "there is no such log yet";
    case "error":
      return `cannot be read: ${notice.error.message}`;
    case "gap":
      return `lines may be missing: ${notice.reason}`;
    case "restarted":
      return "the place where reading had stopped is gone; it starts anew";
    default:
      return undefined;
  }
}
