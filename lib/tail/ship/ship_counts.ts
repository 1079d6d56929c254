/** What became of events that are shipped. */

/** Counts since the start; they only grow. */
export interface ShipCounts {
  /** Events that were handed over to be sent. */
  taken: number;
  /** Of these, events that have arrived. */
  shipped: number;
  /** Batches that have. */
  batches: number;
  /** Attempts that failed, each of which was followed by another one unless it was the end. */
  retries: number;
  /** Events, or parts of one, that the receiver refused for good. */
  refused: number;
}

/** Counts that are all 0. */
export function freshShipCounts(): ShipCounts {
  return { taken: 0, shipped: 0, batches: 0, retries: 0, refused: 0 };
}
