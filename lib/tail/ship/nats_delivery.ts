/** Events into the stream of a NATS hub. */
import type { NatsConnection } from "@nats-io/transport-node";
import type { BusAddress } from "../../bus/bus_address.ts";
import { connectBus } from "../../bus/bus_connection.ts";
import { BusError } from "../../bus/bus_error.ts";
import {
  ensureStream,
  EventPublisher,
  type OutgoingEvent,
  type Published,
} from "../../bus/event_stream.ts";
import type { Event } from "../../event/event.ts";
import { BackOff } from "./back_off.ts";
import type { Batch, Delivery, DeliveryNotices } from "./delivery.ts";

/** How events are sent. */
export interface NatsDeliveryOptions extends DeliveryNotices {
  readonly address: BusAddress;
  /** What the hub calls this connection. */
  readonly name: string;
  readonly write: (event: Event) => string;
  readonly signal: AbortSignal;
  readonly backOff?: BackOff;
  /** Milliseconds for the hub's word that an event is stored. */
  readonly ackTimeout?: number;
}

/** One batch at a time; the hub says of each event that it is stored, and knows one that comes again. */
export class NatsDelivery implements Delivery {
  readonly #options: NatsDeliveryOptions;
  readonly #backOff: BackOff;
  readonly #encoder = new TextEncoder();
  #isGivenUp = false;
  #connection: NatsConnection | undefined;
  #publisher: EventPublisher | undefined;

  constructor(options: NatsDeliveryOptions) {
    this.#options = options;
    this.#backOff = options.backOff ?? new BackOff();
  }

  async send({ events, commit }: Batch): Promise<void> {
    const { signal, onTrouble, onRecovery } = this.#options;
    // A batch that was given up keeps back all that come after it: the cursor must not pass it.
    if (this.#isGivenUp) return;
    let left = events.map((event) => this.#outgoing(event));
    while (left.length > 0) {
      const { stored, failure } = await this.#publish(left);
      left = left.slice(stored);
      if (failure === undefined) break;
      onTrouble(
        failure.hint === undefined ? failure.message : `${failure.message} (${failure.hint})`,
      );
      if (!signal.aborted) await this.#backOff.wait(signal);
      this.#isGivenUp = signal.aborted;
      if (this.#isGivenUp) return;
    }
    if (this.#backOff.isFailing) onRecovery();
    this.#backOff.reset();
    commit();
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    void this.#connection?.close();
  }

  async #publish(events: readonly OutgoingEvent[]): Promise<Published> {
    try {
      const publisher = await this.#open();
      const published = await publisher.publish(events);
      // A hub that is new has no stream yet; whoever may, makes it.
      if (published.noStream === true) await this.#makeStream();
      return published;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      return { stored: 0, failure: error };
    }
  }

  async #open(): Promise<EventPublisher> {
    const { address, name, ackTimeout } = this.#options;
    this.#connection ??= await connectBus(address, { name });
    return this.#publisher ??= await EventPublisher.over(this.#connection, address, ackTimeout);
  }

  async #makeStream(): Promise<void> {
    try {
      await ensureStream(this.#connection!, this.#options.address);
    } catch (error) {
      // The failure to publish says it all.
      if (!(error instanceof BusError)) throw error;
    }
  }

  #outgoing(event: Event): OutgoingEvent {
    const { event_id, decky, service, event_type } = event;
    const line = this.#encoder.encode(this.#options.write(event));
    return { event_id, decky, service, event_type, line };
  }
}
