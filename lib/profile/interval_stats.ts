/** Statistics of times between events, kept as sums, so that one more can be added at any time. */
import type { TimingStats } from "./profile.ts";

/** Ratio of neighbouring steps of the histogram: a median out of it is within 10 per cent. */
const STEP = Math.log(1.2);

/** As it is stored: count, sum, sum of squares, smallest, largest, histogram as pairs. */
export type EncodedIntervals = readonly [
  number,
  number,
  number,
  number,
  number,
  readonly number[],
];

/** Intervals in microseconds. */
export class IntervalStats {
  count = 0;
  /** Microseconds; exact up to 285 years. */
  sum = 0;
  /** Square milliseconds. */
  squares = 0;
  min = 0;
  max = 0;
  readonly #steps = new Map<number, number>();
  readonly #hasMedian: boolean;

  /** @param hasMedian false where nobody asks for the median, which costs most */
  constructor(hasMedian = true) {
    this.#hasMedian = hasMedian;
  }

  /** Takes one interval of 0 or more. */
  add(micros: number): void {
    if (this.count === 0 || micros < this.min) this.min = micros;
    if (micros > this.max) this.max = micros;
    this.count++;
    this.sum += micros;
    const millis = micros / 1000;
    this.squares += millis * millis;
    if (!this.#hasMedian) return;
    const step = micros === 0 ? 0 : 1 + Math.floor(Math.log(micros) / STEP);
    this.#steps.set(step, (this.#steps.get(step) ?? 0) + 1);
  }

  /** Adds the intervals of another. */
  merge(other: IntervalStats): void {
    if (other.count === 0) return;
    this.min = this.count === 0 ? other.min : Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.count += other.count;
    this.sum += other.sum;
    this.squares += other.squares;
    for (const [step, count] of other.#steps) {
      this.#steps.set(step, (this.#steps.get(step) ?? 0) + count);
    }
  }

  /** Mean in seconds; 0 without intervals. */
  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count / 1_000_000;
  }

  /** Standard deviation of the population, in seconds. */
  get deviation(): number {
    if (this.count === 0) return 0;
    const mean = this.sum / this.count / 1000;
    return Math.sqrt(Math.max(0, this.squares / this.count - mean * mean)) / 1000;
  }

  /** Coefficient of variation; 0 when the mean is. */
  get cv(): number {
    return this.mean === 0 ? 0 : this.deviation / this.mean;
  }

  /** Seconds, from the histogram. */
  get median(): number {
    const half = (this.count + 1) / 2;
    let seen = 0;
    for (const [step, count] of [...this.#steps].sort(([one], [other]) => one - other)) {
      seen += count;
      if (seen >= half) return step === 0 ? 0 : Math.exp((step - 0.5) * STEP) / 1_000_000;
    }
    return 0;
  }

  /** For people; undefined without intervals. */
  stats(): TimingStats | undefined {
    if (this.count === 0) return undefined;
    const { mean, cv } = this;
    return {
      intervals: this.count,
      mean_s: rounded(mean, 3),
      median_s: rounded(
        Math.min(Math.max(this.median, this.min / 1_000_000), this.max / 1_000_000),
        3,
      ),
      stdev_s: rounded(this.deviation, 3),
      min_s: rounded(this.min / 1_000_000, 3),
      max_s: rounded(this.max / 1_000_000, 3),
      ...(mean > 0 ? { cv: rounded(cv, 4) } : {}),
    };
  }

  /** As it is stored. */
  encode(): EncodedIntervals {
    if (this.#steps.size === 0) return [this.count, this.sum, this.squares, this.min, this.max, []];
    const pairs = [...this.#steps].sort(([one], [other]) => one - other).flat();
    return [this.count, this.sum, this.squares, this.min, this.max, pairs];
  }

  /** What was stored. */
  static decode(
    [count, sum, squares, min, max, pairs]: EncodedIntervals,
    hasMedian = true,
  ): IntervalStats {
    const stats = new IntervalStats(hasMedian);
    stats.count = count;
    stats.sum = sum;
    stats.squares = squares;
    stats.min = min;
    stats.max = max;
    for (let at = 0; at < pairs.length; at += 2) stats.#steps.set(pairs[at]!, pairs[at + 1]!);
    return stats;
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
