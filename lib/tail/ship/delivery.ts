/** What sends events, and knows when they have arrived. */
import type { Event } from "../../event/event.ts";

/** Events that are sent together, in their order. */
export interface Batch {
  readonly events: readonly Event[];
  /** Bytes of the lines that they were read from, where that is known. */
  readonly bytes?: number;
  /** Called once when they have arrived, after those of all batches before. */
  readonly commit: () => void;
  /** W3C traceparent of the work that sends it, where work is traced. */
  readonly trace?: string | undefined;
}

/** Sends batches. One call at a time. */
export interface Delivery {
  /** Takes a batch; resolves when there is room for another. Tries for as long as it takes. */
  send(batch: Batch): Promise<void>;
  /** Resolves when all that was taken has arrived. */
  settle(): Promise<void>;
  close(): void;
}

/** What a delivery tells of. */
export interface DeliveryNotices {
  /** It goes wrong, and is tried again. */
  readonly onTrouble: (reason: string) => void;
  /** It goes well again. */
  readonly onRecovery: () => void;
  /** The receiver refuses these events for good, or a part of one had to go: told, and left behind. */
  readonly onRefused: (events: number, reason: string) => void;
}
