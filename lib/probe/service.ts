/** The prober beside a honeypot: targets out of logs, for once or for months. */
import type { LogNotice } from "../log/item.ts";
import type { StateStore } from "../store/state_store.ts";
import { type Clock, REAL_CLOCK } from "./clock.ts";
import { feedFromLog } from "./log_feed.ts";
import type { Outcome } from "./outcome.ts";
import type { Measurement } from "./port_visit.ts";
import type { ProbeTarget } from "./probe.ts";
import type { Candidate, TargetVisit } from "./run.ts";
import { Schedule } from "./schedule.ts";

/** What a service works with. */
export interface ServiceOptions {
  /** JSON logs. */
  readonly logs: readonly string[];
  readonly store: StateStore;
  /** Names of the probes that are in use. */
  readonly probes: readonly string[];
  /** Milliseconds between two probes of a kind of one target. */
  readonly cooldown: number;
  readonly maxTargets: number;
  /** Milliseconds; who was not seen for so long is left in peace. */
  readonly maxAge: number;
  /** Milliseconds between looks at the logs; undefined for one pass. */
  readonly interval: number | undefined;
  readonly onNotice: (path: string, notice: LogNotice) => void;
  /** Called before each further look at the logs, and at the end. */
  readonly onCycle: (cycle: Cycle) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

/** One look at the logs and what it led to. */
export interface Cycle {
  readonly lines: number;
  readonly sightings: number;
  /** Targets that were handed out since the cycle before. */
  readonly targets: number;
}

/** Hands out who is due, and takes note of what became of them. */
export class ProbeService {
  readonly #options: ServiceOptions;
  readonly #schedule: Schedule;
  readonly #clock: Clock;
  readonly #now: () => number;
  /** Probes of the targets that are under way. */
  readonly #underWay = new Map<string, ReadonlySet<string>>();
  readonly #outcomes = new Map<string, Map<string, Outcome[]>>();
  /** What came since the last cycle was told. */
  #cycle = { lines: 0, sightings: 0, targets: 0 };

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#now = options.now ?? Date.now;
    this.#schedule = new Schedule(options.store, options);
  }

  /** Targets as they fall due; ends when nothing is due, or with the signal when it watches. */
  async *candidates(): AsyncGenerator<Candidate> {
    const { interval, signal } = this.#options;
    while (!signal.aborted) {
      const nextLook = this.#clock.now() + (interval ?? Infinity);
      await this.#readLogs();
      for (const { address, probes } of await this.#schedule.due(this.#now())) {
        if (signal.aborted) return;
        // Newcomers of a long cycle must not wait for its end.
        if (this.#clock.now() >= nextLook) break;
        if (this.#underWay.has(address)) continue;
        this.#underWay.set(address, new Set(probes));
        this.#cycle.targets++;
        yield { spec: { kind: "address", host: address, address }, origin: "logged" };
      }
      if (interval === undefined) return;
      const wait = nextLook - this.#clock.now();
      if (wait > 0) await this.#clock.sleep(wait, signal);
      this.finish();
    }
  }

  /** True for a probe that is not due for the target. */
  isRecent(target: ProbeTarget, probe: string): boolean {
    return this.#underWay.get(target.address)?.has(probe) === false;
  }

  /** Takes a result. */
  measurement({ target, probe, result }: Measurement): void {
    const probes = this.#outcomes.get(target.address) ?? new Map<string, Outcome[]>();
    this.#outcomes.set(target.address, probes);
    probes.set(probe.name, [...probes.get(probe.name) ?? [], result.outcome]);
  }

  /** Takes note that a target is through. */
  async targetDone({ target, skipped, work }: TargetVisit): Promise<void> {
    const { address } = target;
    const due = this.#underWay.get(address) ?? new Set<string>();
    const outcomes = this.#outcomes.get(address);
    this.#outcomes.delete(address);
    this.#underWay.delete(address);
    const names = skipped === undefined ? work.map(({ probe }) => probe.name) : [...due];
    for (const name of names) {
      const ended = skipped === undefined ? outcomes?.get(name) ?? [] : [skipped.outcome];
      await this.#schedule.done(address, name, ended, this.#now());
    }
  }

  /** Tells of what has been done since the last cycle was told of. */
  finish(): void {
    const cycle = this.#cycle;
    this.#cycle = { lines: 0, sightings: 0, targets: 0 };
    this.#options.onCycle(cycle);
  }

  async #readLogs(): Promise<void> {
    const { logs, store, maxAge, onNotice, signal } = this.#options;
    for (const path of logs) {
      const since = this.#now() - maxAge;
      const feed = { store, schedule: this.#schedule, since, onNotice, signal };
      const { lines, sightings } = await feedFromLog(path, feed);
      this.#cycle.lines += lines;
      this.#cycle.sightings += sightings;
    }
    await this.#schedule.prune();
  }
}
