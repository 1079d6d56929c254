/** How a host's timestamp clock runs, and since when. */

/** A timestamp (TSval) and when it arrived. */
export interface TimestampSample {
  readonly value: number;
  /** Microseconds since the epoch. */
  readonly micros: number;
}

/** What is known of the clock. */
export interface TimestampClock {
  /**
   * `none`: no timestamps; `zero`: always 0; `random`: each connection has an offset of its own;
   * `steady`: one clock for all connections from here; `unknown`: too few or too close samples.
   */
  readonly kind: "none" | "zero" | "random" | "steady" | "unknown";
  /** Ticks a second. */
  readonly hz?: number;
  /** How long the clock has been running, in seconds, at the last sample. */
  readonly uptimeSeconds?: number;
}

/** Clocks that stacks use, in ticks a second. */
const KNOWN_HZ: readonly number[] = [1, 2, 10, 50, 60, 64, 100, 128, 200, 250, 300, 500, 512, 1000];

/** How far the measured rate may be from one of these: arrival times wander. */
const TOLERANCE = 0.12;

/** Fewer ticks than this between the samples do not give a rate within the tolerance. */
const LEAST_TICKS = 8;

/** No stack counts faster: RFC 7323 5.4 allows for a tick of a millisecond to a second. */
const FASTEST_HZ = 1500;

/**
 * All stacks that count milliseconds start at a random number (Linux since 4.10, FreeBSD, macOS,
 * Windows: RFC 7323 5.4). Linux has one such number for each pair of hosts, so that the count looks
 * like an uptime and is none.
 */
const RANDOM_START_HZ = 1000;

/** Classifies the timestamps of several connections, in the order of their arrival. */
export function timestampClock(samples: readonly TimestampSample[]): TimestampClock {
  if (samples.length === 0) return { kind: "none" };
  if (samples.every(({ value }) => value === 0)) {
    return { kind: samples.length > 1 ? "zero" : "unknown" };
  }
  const first = samples[0]!;
  const last = samples.at(-1)!;
  if (samples.length < 2 || last.micros <= first.micros) return { kind: "unknown" };
  const ticks = steps(samples).reduce((sum, { ticks }) => sum + ticks, 0);
  // Backwards, or ahead of any clock.
  const jumps = steps(samples).some(({ ticks, micros }) => ticks > FASTEST_HZ * (micros / 1e6 + 1));
  if (jumps) return { kind: "random" };
  if (ticks < LEAST_TICKS) return { kind: "unknown" };
  const measured = ticks / (last.micros - first.micros) * 1e6;
  const hz = KNOWN_HZ.find((known) => Math.abs(measured / known - 1) <= TOLERANCE);
  if (hz === undefined) return { kind: "unknown" };
  return hz >= RANDOM_START_HZ
    ? { kind: "steady", hz }
    : { kind: "steady", hz, uptimeSeconds: Math.floor(last.value / hz) };
}

/** Ticks, as an unsigned number that wraps, and time from each sample to the next. */
function steps(samples: readonly TimestampSample[]) {
  return samples.slice(1).map(({ value, micros }, index) => ({
    ticks: value - samples[index]!.value >>> 0,
    micros: Math.max(0, micros - samples[index]!.micros),
  }));
}
