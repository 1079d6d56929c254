/** The prober: many targets at a time, each through policy, name resolution and its ports. */
import { denialReason, type Scope, type TargetOrigin } from "../net/scope.ts";
import type { PlannedProbe } from "./plan.ts";
import { type Measurement, type VisitOptions, visitPort } from "./port_visit.ts";
import type { Miss, ProbeTarget } from "./probe.ts";
import { type AnyProbe, isRaw } from "./raw_probe.ts";
import type { TargetSpec } from "./target_spec.ts";

/** A host to probe, and where it came from. */
export interface Candidate {
  readonly spec: Exclude<TargetSpec, { kind: "range" }>;
  readonly origin: TargetOrigin;
}

/** What the prober needs of the world. */
export interface ProbeRun extends VisitOptions {
  readonly plan: readonly PlannedProbe[];
  readonly scope: Scope;
  /** Targets under way at a time. */
  readonly concurrency: number;
  /** The address of a name, or undefined when it has none. */
  readonly resolve: (name: string) => Promise<string | undefined>;
  /** True when this probe of this target was done lately and shall be left out. */
  readonly isRecent?: (
    target: ProbeTarget,
    probe: AnyProbe,
    ports: readonly number[],
  ) => Promise<boolean>;
  /** Called for each result as it is known; what it returns is waited for. */
  readonly onMeasurement: (measurement: Measurement) => Promise<void> | void;
  /** Called when a target is through. */
  readonly onTargetDone: (visit: TargetVisit) => Promise<void> | void;
}

/** A target that is through. */
export interface TargetVisit {
  readonly target: ProbeTarget;
  /** Why the target as a whole was left out; its ports were never touched. */
  readonly skipped?: Miss;
  /** What was run, on which ports. */
  readonly work: readonly PlannedProbe[];
}

/** Ports of one target that are visited at a time. */
const PORTS_AT_A_TIME = 32;

/** Probes all `candidates`. Takes the next one only when there is room, so that lists stream. */
export async function runProbes(
  candidates: AsyncIterable<Candidate>,
  run: ProbeRun,
): Promise<void> {
  const iterator = candidates[Symbol.asyncIterator]();
  // An async generator queues calls to next(), so the lanes may share it.
  const breath = breather();
  const lane = async () => {
    while (run.interrupt?.aborted !== true) {
      await breath();
      const next = await unlessInterrupted(iterator.next(), run.interrupt);
      if (next === undefined || next.done === true) return;
      await run.onTargetDone(await visitTarget(next.value, run));
    }
  };
  try {
    await Promise.all(Array.from({ length: run.concurrency }, lane));
  } finally {
    // A list that waits for its next line cannot be ended before that line.
    await unlessInterrupted(Promise.resolve(iterator.return?.()), run.interrupt);
  }
}

/** Longest work at a stretch: signals and timers wait that long for their turn. */
const BREATH_MS = 20;

/**
 * Lets signals and timers in between targets, now and then. Targets that are skipped take no input
 * or output, and a large block of them would keep Ctrl-C waiting until its end.
 */
function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  let breath: Promise<void> | undefined;
  return () => {
    // All lanes take it together: any one that went on would keep the timer from firing.
    if (breath === undefined && performance.now() - last >= BREATH_MS) {
      breath = new Promise((resolve) =>
        setTimeout(() => {
          last = performance.now();
          breath = undefined;
          resolve();
        }, 0)
      );
    }
    return breath;
  };
}

/** What `work` brings, or undefined as soon as `interrupt` is aborted. */
async function unlessInterrupted<T>(
  work: Promise<T>,
  interrupt: AbortSignal | undefined,
): Promise<T | undefined> {
  const { promise: cut, resolve } = Promise.withResolvers<undefined>();
  const stop = () => resolve(undefined);
  if (interrupt?.aborted) stop();
  interrupt?.addEventListener("abort", stop);
  try {
    return await Promise.race([work, cut]);
  } finally {
    interrupt?.removeEventListener("abort", stop);
  }
}

async function visitTarget({ spec, origin }: Candidate, run: ProbeRun): Promise<TargetVisit> {
  const address = spec.kind === "address"
    ? spec.address
    : await unlessInterrupted(run.resolve(spec.host), run.interrupt);
  const named = spec.kind === "name";
  const target = { host: spec.host, address: address ?? spec.host, named };
  const skip = (skipped: Miss) => ({ target, skipped, work: [] });
  if (address === undefined) {
    if (run.interrupt?.aborted) return skip({ outcome: "interrupted", detail: "not yet resolved" });
    return skip({ outcome: "unresolved", detail: "the name has no address" });
  }
  const reason = denialReason(run.scope, address, origin);
  if (reason !== undefined) return skip({ outcome: "denied", detail: reason });

  const work: PlannedProbe[] = [];
  for (const { probe, ports } of run.plan) {
    if (isRaw(probe) && !probe.families.includes(address.includes(":") ? 6 : 4)) continue;
    const wanted = spec.port === undefined || probe.ports === undefined ? ports : [spec.port];
    if (await run.isRecent?.(target, probe, wanted) !== true) work.push({ probe, ports: wanted });
  }
  if (work.length === 0) return skip({ outcome: "recent", detail: "probed lately" });
  await visitPorts(target, work, run);
  return { target, work };
}

async function visitPorts(
  target: ProbeTarget,
  work: readonly PlannedProbe[],
  run: ProbeRun,
): Promise<void> {
  const byPort = new Map<number, AnyProbe[]>();
  for (const { probe, ports } of work) {
    for (const port of ports) byPort.set(port, [...byPort.get(port) ?? [], probe]);
  }
  const visits = byPort.entries();
  const lane = async () => {
    for (const [port, probes] of visits) {
      for await (const measurement of visitPort(target, port, probes, run)) {
        await run.onMeasurement(measurement);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PORTS_AT_A_TIME, byPort.size) }, lane));
}
