/** What is said of a sniffer while it runs: its counts, and packets that the kernel drops. */
import type { Logger } from "@logtape/logtape";
import type { CaptureDrops } from "../lib/sniff/capture_drops.ts";
import { DropWatch } from "./drop_watch.ts";
import type { Screen } from "./screen.ts";
import type { LiveSource } from "./sniff_sources.ts";
import type { SniffStatistics, SniffTally } from "./sniff_tally.ts";
import { statisticsLine } from "./sniff_view.ts";

/** How often counts are told. */
const STATISTICS_MS = 10_000;

/** How often the kernel is asked. */
const DROPS_MS = 1000;

/** The part of a live capture that is looked at. */
type WatchedSource = Pick<LiveSource, "name" | "statistics">;

/** What is watched, and where it is told. */
export interface SniffWatchOptions {
  readonly screen: Pick<Screen, "hasLine" | "progress" | "end">;
  readonly messages: Logger;
  readonly tally: SniffTally;
  readonly live: readonly WatchedSource[];
  /** `--stats`. */
  readonly statistics: boolean;
  /** Told of packets that the kernel dropped. */
  readonly onDrops: (drops: CaptureDrops) => void;
}

/** Watches a run until it is disposed of. */
export class SniffWatch implements Disposable {
  readonly #options: SniffWatchOptions;
  readonly #drops: readonly { readonly source: WatchedSource; readonly watch: DropWatch }[];
  readonly #tickers: ReturnType<typeof setInterval>[] = [];
  #before: SniffStatistics | undefined;

  constructor(options: SniffWatchOptions) {
    this.#options = options;
    const { screen, messages, live, statistics } = options;
    if (statistics && screen.hasLine) {
      screen.progress(() => this.#line(), STATISTICS_MS);
    } else if (statistics) {
      this.#every(STATISTICS_MS, () => messages.debug("{counts}", { counts: this.#line() }));
    }
    this.#drops = live.map((source) => ({ source, watch: new DropWatch() }));
    if (live.length > 0) this.#every(DROPS_MS, () => this.#checkDrops(performance.now()));
  }

  [Symbol.dispose](): void {
    for (const ticker of this.#tickers) clearInterval(ticker);
    this.#options.screen.end();
    // There will be no later time to tell of the last ones.
    this.#checkDrops(Infinity);
  }

  #every(millis: number, action: () => void): void {
    this.#tickers.push(setInterval(action, millis));
  }

  #line(): string {
    const { tally, live } = this.#options;
    const before = this.#before;
    this.#before = tally.statistics(live);
    return statisticsLine(this.#before, before);
  }

  #checkDrops(now: number): void {
    for (const { source, watch } of this.#drops) {
      const { dropped } = source.statistics();
      const fresh = watch.check(dropped, now);
      if (fresh === undefined) continue;
      this.#options.messages.warn(
        "{source}: the kernel dropped {fresh} packets, {dropped} in all; a filter or a larger " +
          "--buffer may help",
        { source: source.name, fresh, dropped },
      );
      this.#options.onDrops({ source: source.name, fresh, dropped });
    }
  }
}
