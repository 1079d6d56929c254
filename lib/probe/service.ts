/** The prober beside a honeypot: targets out of logs, for once or for months. */
import type { LogNotice } from "../log/item.ts";
import { StateError, updateState } from "../store/state_store.ts";
import type { Tracing } from "../trace/tracing.ts";
import { type Clock, REAL_CLOCK } from "./clock.ts";
import type { GuardedStore } from "./guarded_store.ts";
import { type FeedCounts, LogFeed } from "./log_feed.ts";
import type { Outcome } from "./outcome.ts";
import type { Measurement } from "./port_visit.ts";
import { type ProbeTarget, WHOLE_HOST } from "./probe.ts";
import type { Candidate, TargetVisit } from "./run.ts";
import { type DueTarget, Schedule } from "./schedule.ts";

/** Key under which a store that has failed is tried. */
const TRIAL_KEY = "service/prober";

/**
 * Stands for how a probe ends that is not for such a host: of the other IP version, or for those on
 * the same link only. There is no point in trying that again before the cool-down is over.
 */
const NOT_FOR_IT: Outcome = "recent";

/** What a service works with. */
export interface ServiceOptions {
  /** Absolute paths of JSON logs. */
  readonly logs: readonly string[];
  readonly store: GuardedStore;
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
  /** Told what a log came to, after each time that it was read. */
  readonly onLogRead?: (path: string, counts: { lines: number; events: number }) => void;
  /** Called before each look at the logs, and waited for. */
  readonly beforeLook?: () => Promise<void>;
  /** Called before each further look at the logs, and at the end. */
  readonly onCycle: (cycle: Cycle) => void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Undefined where work is not traced. */
  readonly tracing?: Tracing | undefined;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

/** One look at the logs and what it led to. */
export interface Cycle {
  readonly lines: number;
  readonly sightings: number;
  /** Targets that were handed out since the cycle before. */
  readonly targets: number;
  /** Targets that are due and have not been handed out. */
  readonly waiting: number;
  /** Targets that are remembered. */
  readonly known: number;
  /** Targets that were forgotten because there are too many, since the cycle before. */
  readonly forgotten: number;
}

/** Hands out who is due, and takes note of what became of them. */
export class ProbeService {
  readonly #options: ServiceOptions;
  readonly #feeds: readonly LogFeed[];
  readonly #clock: Clock;
  readonly #now: () => number;
  #schedule: Schedule | undefined;
  /** Probes of the targets that are under way. */
  readonly #underWay = new Map<string, ReadonlySet<string>>();
  readonly #outcomes = new Map<string, Map<string, Outcome[]>>();
  /** Probes of targets under way that found something which was not kept. */
  readonly #lost = new Set<string>();
  /** What came since the last cycle was told. */
  #cycle = { lines: 0, sightings: 0, targets: 0 };
  #waiting = 0;
  #forgottenBefore = 0;

  constructor(options: ServiceOptions) {
    const { store, onNotice, signal, logs, tracing } = options;
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#now = options.now ?? Date.now;
    this.#feeds = [...new Set(logs)].map((path) =>
      new LogFeed(path, { store, onNotice, signal, tracing })
    );
  }

  /** Targets as they fall due; ends when nothing is due, or with the signal when it watches. */
  async *candidates(): AsyncGenerator<Candidate> {
    const { interval, signal, store } = this.#options;
    while (!signal.aborted) {
      const due = await this.#look();
      const nextLook = this.#clock.now() + (interval ?? Infinity);
      this.#waiting = due.length;
      for (const { address, probes } of due) {
        this.#waiting--;
        if (this.#underWay.has(address)) continue;
        this.#underWay.set(address, new Set(probes));
        this.#cycle.targets++;
        yield { spec: { kind: "address", host: address, address }, origin: "logged" };
        // Newcomers of a long cycle must not wait for its end. And what is found out while the state
        // cannot be written would be found out for nothing.
        if (signal.aborted || store.isFailing || this.#clock.now() >= nextLook) break;
      }
      if (interval === undefined) return;
      const wait = nextLook - this.#clock.now();
      if (wait > 0) await this.#clock.sleep(wait, signal);
      if (!signal.aborted) this.finish();
    }
  }

  /** True for a probe that is not due for the target. */
  isRecent(target: ProbeTarget, probe: string): boolean {
    return this.#underWay.get(target.address)?.has(probe) === false;
  }

  /** Takes a result. @param isKept false for a finding that could not be compared with earlier ones */
  measurement({ target, port, probe, result }: Measurement, isKept: boolean): void {
    let probes = this.#outcomes.get(target.address);
    if (probes === undefined) this.#outcomes.set(target.address, probes = new Map());
    let outcomes = probes.get(probe.name);
    if (outcomes === undefined) probes.set(probe.name, outcomes = []);
    const isFar = port === WHOLE_HOST && result.outcome === "unreachable";
    outcomes.push(isFar ? NOT_FOR_IT : result.outcome);
    if (!isKept) this.#lost.add(keyOf(target.address, probe.name));
  }

  /** Takes note that a target is through. */
  async targetDone({ target, skipped, work }: TargetVisit): Promise<void> {
    const { address } = target;
    const due = this.#underWay.get(address) ?? new Set<string>();
    const outcomes = this.#outcomes.get(address);
    this.#outcomes.delete(address);
    this.#underWay.delete(address);
    const ends = new Map<string, readonly Outcome[]>();
    for (const name of due) ends.set(name, [skipped?.outcome ?? NOT_FOR_IT]);
    for (const { probe: { name } } of work) {
      const isLost = this.#lost.delete(keyOf(address, name));
      // What was found and not kept is to be had again soon, whatever the other ports said.
      ends.set(name, isLost ? ["local_error"] : outcomes?.get(name) ?? []);
    }
    this.#schedule?.done(address, ends, this.#now());
    await this.#orLater(() => this.#schedule?.flush());
  }

  /** Tells of what has been done since the last cycle was told of. */
  finish(): void {
    const { size: known = 0, forgotten = 0 } = this.#schedule ?? {};
    this.#options.onCycle({
      ...this.#cycle,
      waiting: this.#waiting,
      known,
      forgotten: forgotten - this.#forgottenBefore,
    });
    this.#cycle = { lines: 0, sightings: 0, targets: 0 };
    this.#forgottenBefore = forgotten;
  }

  /** Reads what is new in the logs; gives who is due, nobody while the state cannot be written. */
  async #look(): Promise<readonly DueTarget[]> {
    const { store, beforeLook, onLogRead } = this.#options;
    await beforeLook?.();
    const schedule = await this.#orLater(async () => {
      if (store.isFailing) await updateState(store, TRIAL_KEY, () => ({ tried: this.#now() }));
      return this.#schedule ??= await Schedule.load(store, this.#options);
    });
    if (schedule === undefined) return [];
    for (const feed of this.#feeds) {
      const counts = await this.#orLater(() => this.#read(feed, schedule));
      if (counts === undefined) continue;
      this.#cycle.lines += counts.lines;
      this.#cycle.sightings += counts.sightings;
      onLogRead?.(feed.name, counts);
    }
    schedule.prune();
    await this.#orLater(() => schedule.flush(this.#options.signal));
    return store.isFailing ? [] : schedule.due(this.#now());
  }

  /** Reads one log; one that cannot be read keeps nobody from the others. */
  async #read(feed: LogFeed, schedule: Schedule): Promise<FeedCounts | undefined> {
    try {
      return await feed.read(schedule, this.#now() - this.#options.maxAge);
    } catch (error) {
      if (error instanceof StateError || !(error instanceof Error)) throw error;
      const { name: path } = feed;
      this.#options.onNotice(path, { kind: "error", path, code: error.name, error, isFinal: true });
      return undefined;
    }
  }

  /** What `action` brings; undefined when the state fails, of which others tell. */
  async #orLater<T>(action: () => Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof StateError) return undefined;
      throw error;
    }
  }
}

function keyOf(address: string, probe: string): string {
  return `${address} ${probe}`;
}
