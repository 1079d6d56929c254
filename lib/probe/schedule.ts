/** When which target is due for which probe: kept over restarts, so that a service goes on where it was. */
import { ABSENT, type StateStore } from "../store/state_store.ts";
import { breath } from "./breath.ts";
import { inTurn, networkOf, networksInTurn } from "./fair_order.ts";
import type { Outcome } from "./outcome.ts";
import { isConclusive, MAX_JITTER, waitAfter } from "./retry.ts";
import { parseTargetState, type ProbeState, type TargetState } from "./target_state.ts";

const PREFIX = "target/";

/** A target's last sighting is written down at most that often: attackers come back all day. */
const SIGHTING_STEP_MS = 3_600_000;

/** How far off a clock may be without having been set. */
const CLOCK_SLACK_MS = 24 * 3_600_000;

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
  /** Milliseconds; who was not seen for so long is left in peace. */
  readonly maxAge: number;
  /** Between 0 and 1; for tests. @default {Math.random} */
  readonly random?: () => number;
}

interface Entry {
  first: number;
  last: number;
  readonly probes: Map<string, ProbeState>;
  /** As in {@linkcode networkOf}. */
  readonly network: string | bigint;
  /** Of what the store has; {@linkcode ABSENT} for nothing. */
  revision: number;
  /** `last` as the store has it. */
  storedLast: number;
}

/**
 * Targets in memory, and written through to a {@linkcode StateStore}, of which this is the only user
 * of its keys: see service_lock.ts. What the store does not take is offered to it again.
 */
export class Schedule {
  /** Targets that were forgotten so far. */
  forgotten = 0;
  readonly #store: StateStore;
  readonly #options: ScheduleOptions;
  readonly #random: () => number;
  readonly #sightingStep: number;
  readonly #entries = new Map<string, Entry>();
  /** Addresses whose entries differ from what the store has. */
  readonly #changed = new Set<string>();
  /** Revisions of what is to be deleted, by address. */
  readonly #deleted = new Map<string, number>();
  #flushing: Promise<unknown> = Promise.resolve();

  private constructor(store: StateStore, options: ScheduleOptions) {
    this.#store = store;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#sightingStep = Math.min(SIGHTING_STEP_MS, options.maxAge / 8);
  }

  /** What an earlier run has left in the store. @throws {StateError} */
  static async load(store: StateStore, options: ScheduleOptions): Promise<Schedule> {
    const schedule = new Schedule(store, options);
    const pause = breath();
    for await (const { key, value, revision } of store.scan(PREFIX)) {
      schedule.#add(key.slice(PREFIX.length), parseTargetState(value), revision);
      await pause();
    }
    return schedule;
  }

  /** Targets that are remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** Takes note that `address` was seen at `at`, in milliseconds since the epoch. */
  seen(address: string, at: number): void {
    const entry = this.#entries.get(address);
    if (entry === undefined) {
      this.#create(address, at);
      // A log may name more addresses than fit into memory.
      if (this.#entries.size >= 2 * this.#options.maxTargets) this.#shrink();
      return;
    }
    if (at <= entry.last) return;
    entry.last = at;
    if (at >= entry.storedLast + this.#sightingStep) this.#changed.add(address);
  }

  /**
   * Targets with a probe that is due at `now`. Those that have waited longest come first; newcomers
   * and others in turn, so that neither waits for all of the other; and of a network that belongs to
   * one host the second only after the first of every other.
   */
  due(now: number): DueTarget[] {
    const found = [];
    for (const [address, entry] of this.#entries) {
      if (entry.last < now - this.#options.maxAge) continue;
      const probes = this.#options.probes.filter((probe) => this.#dueAt(entry, probe, now) <= now);
      if (probes.length === 0) continue;
      const since = Math.min(...probes.map((probe) => this.#dueAt(entry, probe, now)));
      const isNew = entry.probes.size === 0;
      found.push({ target: { address, probes }, since, isNew, network: entry.network });
    }
    found.sort((a, b) => a.since - b.since);
    const fair = networksInTurn(found, ({ network }) => network);
    return inTurn(
      fair.filter(({ isNew }) => isNew),
      fair.filter(({ isNew }) => !isNew),
    ).map(({ target }) => target);
  }

  /**
   * Takes note of how the work on a target ended: by probe, one outcome a port. An interrupted probe
   * has not been done.
   */
  done(address: string, ends: ReadonlyMap<string, readonly Outcome[]>, at: number): void {
    const entry = this.#entries.get(address) ?? this.#create(address, at);
    // One for all, so that the probes of a target stay together and share its closed ports.
    const jitter = 1 + MAX_JITTER * (2 * this.#random() - 1);
    for (const [probe, outcomes] of ends) {
      if (outcomes.length === 0 || outcomes.includes("interrupted")) continue;
      const misses = isConclusive(outcomes) ? 0 : (entry.probes.get(probe)?.misses ?? 0) + 1;
      const wait = jitter * waitAfter(misses, this.#options.cooldown);
      entry.probes.set(probe, { due: Math.round(at + wait), misses });
      this.#changed.add(address);
    }
  }

  /**
   * Forgets the targets that there are too many of; returns how many. None for its age alone: a clock
   * that is set wrong for a moment would empty the schedule.
   */
  prune(): number {
    const before = this.forgotten;
    if (this.#entries.size > this.#options.maxTargets) this.#shrink();
    return this.forgotten - before;
  }

  /**
   * Writes what has changed.
   *
   * @returns false when `signal` came before all was written
   * @throws {StateError} what was not written is kept for the next time
   */
  flush(signal?: AbortSignal): Promise<boolean> {
    // One after the other: two that write the same entry would take each other for a stranger.
    const flushed = this.#flushing.then(() => this.#flush(signal));
    this.#flushing = flushed.catch(() => {});
    return flushed;
  }

  async #flush(signal: AbortSignal | undefined): Promise<boolean> {
    const pause = breath();
    for (const [address, revision] of this.#deleted) {
      if (signal?.aborted) return false;
      await this.#store.compareAndSet(PREFIX + address, revision, undefined);
      this.#deleted.delete(address);
      await pause();
    }
    for (const address of this.#changed) {
      if (signal?.aborted) return false;
      await this.#write(address);
      await pause();
    }
    return true;
  }

  async #write(address: string): Promise<void> {
    const key = PREFIX + address;
    const entry = this.#entries.get(address)!;
    // Before it is written: what changes meanwhile is to be written again.
    this.#changed.delete(address);
    try {
      const value = stateOf(entry);
      while (!(await this.#store.compareAndSet(key, entry.revision, value))) {
        entry.revision = (await this.#store.get(key))?.revision ?? ABSENT;
      }
      entry.revision++;
      entry.storedLast = value.last;
    } catch (error) {
      this.#changed.add(address);
      throw error;
    }
  }

  #create(address: string, at: number): Entry {
    this.#changed.add(address);
    const revision = this.#deleted.get(address) ?? ABSENT;
    this.#deleted.delete(address);
    return this.#add(address, { first: at, last: at, probes: {} }, revision);
  }

  #add(address: string, { first, last, probes }: TargetState, revision: number): Entry {
    const entry: Entry = {
      first,
      last,
      probes: new Map(Object.entries(probes)),
      network: networkOf(address),
      revision,
      storedLast: last,
    };
    this.#entries.set(address, entry);
    return entry;
  }

  #forget(address: string, { revision }: Entry): void {
    this.#entries.delete(address);
    this.#changed.delete(address);
    if (revision !== ABSENT) this.#deleted.set(address, revision);
    this.forgotten++;
  }

  /** Forgets those beyond the limit: of large networks first, then those unseen for longest. */
  #shrink(): void {
    const latestFirst = [...this.#entries].sort(([, a], [, b]) => b.last - a.last);
    const worst = networksInTurn(latestFirst, ([, { network }]) => network)
      .slice(this.#options.maxTargets);
    for (const [address, entry] of worst) this.#forget(address, entry);
  }

  /** Newcomers are due since they were seen. */
  #dueAt({ probes, last }: Entry, probe: string, now: number): number {
    const due = probes.get(probe)?.due ?? Math.min(last, now);
    // A clock that was set back would put them off for as long.
    return due > now + (1 + MAX_JITTER) * this.#options.cooldown + CLOCK_SLACK_MS ? now : due;
  }
}

function stateOf({ first, last, probes }: Entry): TargetState {
  return { first, last, probes: Object.fromEntries(probes) };
}
