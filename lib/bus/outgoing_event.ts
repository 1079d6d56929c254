/** Events on their way into the stream. */
import type { Routed } from "./subjects.ts";

/** An event as it is sent: its line without the newline, and what decides where it goes. */
export interface OutgoingEvent extends Routed {
  readonly event_id: string;
  readonly line: Uint8Array;
  /** W3C traceparent of the work that made it, where work is traced. */
  readonly _trace?: string | undefined;
}

/** Events in their order, of which those in front go away when they are stored. */
export interface EventQueue {
  /** The event `index` places behind the first; undefined where there is none yet. */
  at(index: number): OutgoingEvent | undefined;
  /** The first `count` are stored for certain, and no longer part of the queue. */
  stored(count: number): void;
}
