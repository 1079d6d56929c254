/** Hands wanted events to a delivery, in batches that know how far they reach. */
import type { Event } from "../../event/event.ts";
import type { LogCursor } from "../../log/cursor.ts";
import type { MergedEvents } from "../merge.ts";
import type { Delivery } from "./delivery.ts";
import { freshShipCounts, type ShipCounts } from "./ship_counts.ts";

/** Events of a batch at the most, and bytes of the lines that they were read from. */
const MOST_EVENTS = 500;
const MOST_BYTES = 512 * 1024;

/** How events are shipped. */
export interface ShipperOptions {
  readonly delivery: Delivery;
  /** True for the events that are to be sent. */
  readonly isChosen: (event: Event) => boolean;
  /** All of the log `name` before `cursor` has arrived. */
  readonly onArrived: (name: string, cursor: LogCursor) => void;
  /** @default counts of its own */
  readonly counts?: ShipCounts;
}

/** Ships events. */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #counts: ShipCounts;

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#counts = options.counts ?? freshShipCounts();
  }

  /** Hands over what is chosen of `merged`; resolves when there is room for more. */
  async take(merged: MergedEvents): Promise<void> {
    const { isChosen } = this.#options;
    const { events } = merged;
    let batch: Event[] = [];
    let bytes = 0;
    for (const [index, { event, start, stop }] of events.entries()) {
      if (isChosen(event)) {
        batch.push(event);
        bytes += stop - start;
      }
      const isFull = batch.length >= MOST_EVENTS || bytes >= MOST_BYTES;
      if (!isFull || index === events.length - 1) continue;
      await this.#hand(batch, bytes, merged, index);
      batch = [];
      bytes = 0;
    }
    await this.#hand(batch, bytes, merged, events.length - 1);
  }

  async #hand(
    events: readonly Event[],
    bytes: number,
    merged: MergedEvents,
    index: number,
  ): Promise<void> {
    const { delivery, onArrived } = this.#options;
    const { name } = merged;
    // Now: the place moves on with the next piece of the log.
    const cursor = merged.cursorBehind(index);
    const counts = this.#counts;
    counts.taken += events.length;
    const commit = () => {
      counts.shipped += events.length;
      if (events.length > 0) counts.batches++;
      onArrived(name, cursor);
    };
    await delivery.send({ events, bytes, commit });
  }
}
