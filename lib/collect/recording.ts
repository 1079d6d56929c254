/** What lines are recorded with, whoever records them. */
import type { HeldBack } from "./held_back.ts";
import type { Limiter } from "./limiter.ts";
import type { Output } from "./output.ts";
import type { ReadBack } from "./read_back.ts";
import type { CollectCounters } from "./stats.ts";

/** What a recorder works with. */
export interface RecorderOptions {
  readonly sensor: string;
  readonly limiter: Limiter;
  readonly held: HeldBack;
  readonly counters: CollectCounters;
  /** Programs whose events are left out of `BASE.json`. */
  readonly dropApps: ReadonlySet<string>;
  /** Takes an attacker's address out of prose, where no field holds one. */
  readonly guessIp: boolean;
  /** Minutes east of UTC of this machine's clock. */
  readonly zoneOffset: number;
}

/** What is the same for all lines of a batch. */
export interface RecordPlace {
  /** Takes what is not in the output yet. */
  readonly output: Output;
  /** What is in the output already, where that is not known from a cursor. */
  readonly back: ReadBack | undefined;
  /** Microseconds since the epoch: the time of lines that have none. */
  readonly now: number;
  /** Milliseconds of a clock that nobody sets. */
  readonly clock: number;
  /** W3C traceparent of the work, where it is traced. */
  readonly trace?: string | undefined;
}
