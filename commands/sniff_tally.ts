/** Counts of a sniffer's run, over all its sources. */
import type { Dedup } from "../lib/sniff/dedup.ts";
import type { SourceStatistics } from "./sniff_sources.ts";

/** Numbers by name. Those called `...HighWater` are the most there was at a time. */
export type Counters = Readonly<Record<string, number>>;

/** What has been seen and told so far. */
export interface SniffStatistics {
  readonly seconds: number;
  readonly packets: number;
  readonly bytes: number;
  /** The other counters of the engines, of which it depends on them what there is. */
  readonly counters: Counters;
  /** Events that were told, by type. */
  readonly events: Counters;
  /** The kernel's counters; undefined without a live capture. */
  readonly kernel: SourceStatistics | undefined;
}

const HIGH_WATER = /HighWater$/;

/** Adds up what sources bring, one after the other or several at a time. */
export class SniffTally {
  readonly #dedup: Dedup;
  readonly #events = new Map<string, number>();
  readonly #running = new Set<() => Counters>();
  #ended: Counters = {};
  readonly #start = performance.now();

  /** @param dedup shared by all sources */
  constructor(dedup: Dedup) {
    this.#dedup = dedup;
  }

  /** Counts an event. */
  count(type: string): void {
    this.#events.set(type, (this.#events.get(type) ?? 0) + 1);
  }

  /** Counts what `read` gives, now and later, until {@linkcode SniffTally.end}. */
  begin(read: () => Counters): void {
    this.#running.add(read);
  }

  /** Keeps the last counts of a source, and lets go of the rest of it. */
  end(read: () => Counters): void {
    if (this.#running.delete(read)) this.#ended = combined([this.#ended, read()]);
  }

  /** The counts now. @param live captures that have counters of their own */
  statistics(live: readonly { statistics(): SourceStatistics }[]): SniffStatistics {
    const running = [...this.#running].map((read) => read());
    const { packets = 0, bytes = 0, ...counters } = combined([this.#ended, ...running]);
    return {
      seconds: (performance.now() - this.#start) / 1000,
      packets,
      bytes,
      counters: {
        ...counters,
        suppressed: this.#dedup.suppressed,
        dedupHighWater: this.#dedup.highWater,
      },
      events: Object.fromEntries([...this.#events].sort(([, a], [, b]) => b - a)),
      kernel: live.length === 0 ? undefined : kernelCounters(live.map((one) => one.statistics())),
    };
  }
}

function kernelCounters(all: readonly SourceStatistics[]): SourceStatistics {
  return {
    received: sum(all.map(({ received }) => received)),
    dropped: sum(all.map(({ dropped }) => dropped)),
    interfaceDropped: sum(all.map(({ interfaceDropped }) => interfaceDropped)),
  };
}

function combined(all: readonly Counters[]): Counters {
  const names = new Set(all.flatMap((counters) => Object.keys(counters)));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = all.map((counters) => counters[name] ?? 0);
      return [name, HIGH_WATER.test(name) ? Math.max(...values) : sum(values)];
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
