/** Syslog over UDP (RFC 5426): sent, and never heard of again. */
import type { Event } from "../../event/event.ts";
import type { Batch, Delivery, DeliveryNotices } from "./delivery.ts";

/** Bytes of a datagram at the most: IPv4 with its own and UDP's header. */
const LARGEST = 65_507;

/** Datagrams that are sent without a pause, so that a receiver's buffer holds them. */
const BURST = 32;
const PAUSE_MS = 2;

/** How events are sent. */
export interface SyslogDatagramOptions extends DeliveryNotices {
  readonly write: (event: Event) => string;
  /** Sends one datagram. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
  readonly close: () => void;
}

/** A batch has arrived, as far as can be known, when it has been sent. */
export class SyslogDatagram implements Delivery {
  readonly #options: SyslogDatagramOptions;
  readonly #encoder = new TextEncoder();
  #isTroubled = false;

  constructor(options: SyslogDatagramOptions) {
    this.#options = options;
  }

  async send({ events, commit }: Batch): Promise<void> {
    const { write, onRefused } = this.#options;
    for (const [index, event] of events.entries()) {
      const bytes = this.#encoder.encode(write(event));
      if (bytes.length > LARGEST) onRefused(1, "cut off: longer than a datagram");
      await this.#sendOne(bytes.subarray(0, LARGEST));
      if (index % BURST === BURST - 1) await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
    commit();
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#options.close();
  }

  async #sendOne(bytes: Uint8Array): Promise<void> {
    const { send, onTrouble, onRecovery } = this.#options;
    try {
      await send(bytes);
      if (this.#isTroubled) onRecovery();
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) onTrouble((error as Error).message);
      this.#isTroubled = true;
    }
  }
}
