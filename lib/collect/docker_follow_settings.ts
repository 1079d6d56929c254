/** What followers of containers work with, and how they end. */
import type { Engine, EngineError } from "../docker/engine.ts";
import type { BackoffOptions } from "./docker_alarm.ts";
import type { Gate } from "./docker_gate.ts";
import type { OriginOf } from "./docker_notes.ts";
import type { SourceContext } from "./source.ts";

/** What all followers of a source share. */
export interface FollowSettings {
  readonly engine: Engine;
  readonly context: SourceContext;
  /** Lines of stderr are wanted too. */
  readonly stderr: boolean;
  /** Bytes of a line; what follows is left out. */
  readonly maxLine: number | undefined;
  readonly originOf: OriginOf;
  /** Lets so many at a time open a log, which costs the engine. */
  readonly gate: Gate;
  /** True while the engine as a whole does not answer. */
  readonly isAway: () => boolean;
  readonly backoff: BackoffOptions;
  /** Bytes of a log that become lines at a time: as such they are several times as large. */
  readonly portion: () => number;
  /** Told that a log cannot be opened for want of a file descriptor. */
  readonly onCrowded: (error: EngineError) => void;
  /** The wall clock, in milliseconds. */
  readonly now: () => number;
}

/** How following ended. */
export type FollowEnd =
  /** The container is no more. */
  | "removed"
  /** Its log cannot be read. */
  | "unreadable"
  /** The signal has come. */
  | "stopped";
