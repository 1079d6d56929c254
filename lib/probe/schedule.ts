/** When which target is due for which probe: kept over restarts, so that a service goes on where it was. */
import { type Json, type StateStore, updateState } from "../store/state_store.ts";
import type { Outcome } from "./outcome.ts";

const PREFIX = "target/";

/** A target's last sighting is written down at most that often: attackers come back all day. */
const SIGHTING_STEP_MS = 3_600_000;

/** First wait after an attempt that said nothing, and what each further one multiplies it by. */
const FIRST_RETRY_MS = 15 * 60_000;
const RETRY_FACTOR = 4;

/** Waits vary by this share to either side, so that nobody finds us by our clock. */
const JITTER = 0.1;

/** Ends that tell nothing of the target: it may be different next time. */
const INCONCLUSIVE: ReadonlySet<Outcome> = new Set<Outcome>([
  "timeout",
  "unreachable",
  "closed",
  // The operator may have changed the limits.
  "denied",
  "local_error",
]);

/** The value under `target/<address>`; times in milliseconds since the epoch. */
type TargetState = {
  readonly first: number;
  readonly last: number;
  readonly probes: { readonly [probe: string]: { readonly due: number; readonly misses: number } };
};

/** A target that has work to do. */
export interface DueTarget {
  readonly address: string;
  /** Names of the probes that are due. */
  readonly probes: readonly string[];
}

/** What a schedule needs to know. */
export interface ScheduleOptions {
  /** Milliseconds between two probes of a kind that both gave an answer. */
  readonly cooldown: number;
  /** Names of the probes that are in use. */
  readonly probes: readonly string[];
  /** Targets that are remembered; those that were not seen for longest are forgotten. */
  readonly maxTargets: number;
  /** Between 0 and 1; for tests. @default {Math.random} */
  readonly random?: () => number;
}

/** Targets over a {@linkcode StateStore}. */
export class Schedule {
  readonly #store: StateStore;
  readonly #options: ScheduleOptions;
  readonly #random: () => number;

  constructor(store: StateStore, options: ScheduleOptions) {
    this.#store = store;
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Takes note that `address` was seen at `at`. */
  async seen(address: string, at: number): Promise<void> {
    const key = PREFIX + address;
    const known = (await this.#store.get(key))?.value as TargetState | undefined;
    if (known !== undefined && at < known.last + SIGHTING_STEP_MS) return;
    await updateState(this.#store, key, (value) => {
      const state = value as TargetState | undefined;
      return {
        first: state?.first ?? at,
        last: Math.max(at, state?.last ?? at),
        probes: state?.probes ?? {},
      };
    });
  }

  /** Targets with a probe that is due at `now`, those that have waited longest first. */
  async due(now: number): Promise<DueTarget[]> {
    const found: { readonly target: DueTarget; readonly since: number }[] = [];
    for await (const { key, value } of this.#store.scan(PREFIX)) {
      const { probes: known, last } = value as unknown as TargetState;
      // A clock that was set back would put them off for as long.
      const dueAt = (probe: string) => {
        const due = known[probe]?.due ?? last;
        return due > now + 2 * this.#options.cooldown ? now : due;
      };
      const probes = this.#options.probes.filter((probe) =>
        known[probe] === undefined || dueAt(probe) <= now
      );
      if (probes.length === 0) continue;
      const since = Math.min(...probes.map(dueAt));
      found.push({ target: { address: key.slice(PREFIX.length), probes }, since });
    }
    return found.sort((a, b) => a.since - b.since).map(({ target }) => target);
  }

  /** Takes note of how a probe's work on a target ended, one outcome a port. */
  async done(
    address: string,
    probe: string,
    outcomes: readonly Outcome[],
    at: number,
  ): Promise<void> {
    if (outcomes.length === 0 || outcomes.includes("interrupted")) return;
    const said = outcomes.includes("ok") || !outcomes.some((outcome) => INCONCLUSIVE.has(outcome));
    await updateState(this.#store, PREFIX + address, (value) => {
      const state = (value ?? { first: at, last: at, probes: {} }) as TargetState;
      const misses = said ? 0 : (state.probes[probe]?.misses ?? 0) + 1;
      const due = Math.round(at + this.#wait(misses));
      const probes: { [probe: string]: Json } = { ...state.probes, [probe]: { due, misses } };
      return { ...state, probes };
    });
  }

  /** Forgets the targets that there are too many of; returns how many. */
  async prune(): Promise<number> {
    const all: { readonly key: string; readonly last: number; readonly revision: number }[] = [];
    for await (const { key, value, revision } of this.#store.scan(PREFIX)) {
      all.push({ key, last: (value as unknown as TargetState).last, revision });
    }
    const surplus = all.sort((a, b) => b.last - a.last).slice(this.#options.maxTargets);
    for (const { key, revision } of surplus) {
      await this.#store.compareAndSet(key, revision, undefined);
    }
    return surplus.length;
  }

  #wait(misses: number): number {
    const { cooldown } = this.#options;
    const wait = misses === 0
      ? cooldown
      : Math.min(cooldown, FIRST_RETRY_MS * RETRY_FACTOR ** (misses - 1));
    return wait * (1 + JITTER * (2 * this.#random() - 1));
  }
}
