/** Where lines come from: the contract between `decnet collect` and its sources. */
import type { Json } from "../store/state_store.ts";
import type { LineChunk } from "./line_chunk.ts";

/** Where a source has come to; JSON, small. Each source defines its own content. */
export type Position = Json;

/** Who wrote a line, as far as it is known. */
export interface Origin {
  readonly decky: string | undefined;
  readonly service: string | undefined;
  readonly container: string | undefined;
}

/** Lines of one origin in their order. */
export interface SourceBatch {
  /** Names the stream: `docker/<container id>`, `file/<path>`, `syslog/<listener>`, `stdin`. */
  readonly key: string;
  readonly origin: Origin;
  readonly lines: readonly SourceLine[];
  /** The same lines as bytes, where the source has them so; valid until they are taken. */
  readonly chunk?: LineChunk | undefined;
  /** Behind the last line; undefined where the source cannot resume (stdin, syslog). */
  readonly position: Position | undefined;
}

/** One line, without its end. */
export interface SourceLine {
  readonly text: string;
  /** Microseconds since the epoch at which the source took it. */
  readonly time: number | undefined;
  /**
   * Unique in its stream, and the same when the line is read again: `1700000000.123456789#2`, a byte
   * offset. Part of the event's id.
   */
  readonly place: string;
  /** The line was longer than a line may be, and this is its beginning. */
  readonly truncated?: boolean;
}

/** Something worth an event of its own: a gap, a container that started. */
export interface SourceNotice {
  readonly key: string;
  readonly origin: Origin;
  readonly kind:
    | "gap"
    | "started"
    | "stopped"
    | "restarted"
    | "renamed"
    | "removed"
    | "reconnected";
  readonly detail: Readonly<Record<string, string | number>>;
}

/** What a source is given to work with. */
export interface SourceContext {
  /** Takes lines; resolves when they are written (back-pressure). Batches of several keys may wait at a time. */
  readonly lines: (batch: SourceBatch) => Promise<void>;
  readonly notice: (notice: SourceNotice) => Promise<void>;
  /** What was committed for a stream. */
  readonly resume: (key: string) => Promise<Position | undefined>;
  readonly signal: AbortSignal;
  readonly message: (level: "info" | "warn" | "error", text: string) => void;
}

/** Gives lines. */
export interface Source {
  /** Until its end or until the signal. Rejects when it can go on no more. */
  run(context: SourceContext): Promise<void>;
}
