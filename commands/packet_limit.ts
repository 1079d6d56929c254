/** `--count`: only so many packets. */
import type { PacketHandler } from "../lib/net/record_parser.ts";

/** Lets packets of all sources through, up to a number of them. */
export class PacketLimit {
  #left: number;
  readonly #onReached: () => void;

  /** @param onReached told with the last packet; those that come nevertheless are passed over */
  constructor(count: number, onReached: () => void) {
    this.#left = count;
    this.#onReached = onReached;
  }

  /** A handler that hands packets on to `handler`. */
  limited(handler: PacketHandler): PacketHandler {
    return (bytes, offset, captured, wire, micros, linkType) => {
      if (this.#left === 0) return;
      this.#left--;
      handler(bytes, offset, captured, wire, micros, linkType);
      if (this.#left === 0) this.#onReached();
    };
  }
}
