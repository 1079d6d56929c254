/** The stream of the fleet's events: how it is made, and how events get into it. */
import type { JetStreamClient } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Routed } from "./subjects.ts";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { busError } from "./bus_connection.ts";
import { BusError } from "./bus_error.ts";
import { DEFAULT_PREFIX, EVENT_TOPICS, subjectOf } from "./subjects.ts";

/** Name of the stream where the address names none. */
const DEFAULT_STREAM = "DECNET";

/** A second delivery of an event within this time is recognised by the hub: nanoseconds. */
const DUPLICATE_WINDOW_NS = 3600 * 1e9;

/** Copies where the hub is a cluster: one server may be lost. */
const CLUSTER_REPLICAS = 3;

/** api.go: JSStreamNotFoundErr. */
const STREAM_NOT_FOUND = 10059;

/** For the hub's word that an event is stored. */
const ACK_TIMEOUT_MS = 5000;

/** Events that may be under way without such a word. */
const WINDOW = 512;

/** An event as it is sent: its line without the newline, and what decides where it goes. */
export interface OutgoingEvent extends Routed {
  readonly event_id: string;
  readonly line: Uint8Array;
}

/** Prefix of the subjects that an address means. */
export function prefixOf({ path }: BusAddress): string {
  return path === "" ? DEFAULT_PREFIX : path;
}

/** Name of the stream that an address means. */
export function streamOf({ stream }: BusAddress): string {
  return stream ?? DEFAULT_STREAM;
}

/**
 * Makes the stream where it is missing and this connection may. A sensor's credentials may not even
 * ask: then it is the hub's own affair, and publishing tells whether it is there.
 */
export async function ensureStream(connection: NatsConnection, address: BusAddress): Promise<void> {
  const { jetstreamManager, JetStreamApiError, StorageType } = await import("@nats-io/jetstream");
  const name = streamOf(address);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  try {
    await manager.streams.info(name);
    return;
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== STREAM_NOT_FOUND) {
      throw busError(showBusAddress(address), error);
    }
  }
  try {
    await manager.streams.add({
      name,
      subjects: EVENT_TOPICS.map((topic) => `${prefixOf(address)}.${topic}`),
      storage: StorageType.File,
      duplicate_window: DUPLICATE_WINDOW_NS,
      num_replicas: connection.info?.cluster === undefined ? 1 : CLUSTER_REPLICAS,
    });
  } catch (error) {
    throw busError(showBusAddress(address), error);
  }
}

/** What became of events that were published. */
export interface Published {
  /** How many of them, from the first on, are stored for certain. */
  readonly stored: number;
  /** Why not all of them; another attempt may do better. */
  readonly failure: BusError | undefined;
  /** True when that is because no stream takes the subjects. */
  readonly noStream?: boolean;
}

/** Puts events into the stream. */
export class EventPublisher {
  readonly #address: BusAddress;
  readonly #prefix: string;
  readonly #client: JetStreamClient;
  readonly #timeout: number;

  private constructor(address: BusAddress, client: JetStreamClient, timeout: number) {
    this.#timeout = timeout;
    this.#address = address;
    this.#prefix = prefixOf(address);
    this.#client = client;
  }

  /**
   * For the stream that `address` means, over a connection to its hub.
   *
   * @param timeout milliseconds for the hub's word that an event is stored
   */
  static async over(
    connection: NatsConnection,
    address: BusAddress,
    timeout = ACK_TIMEOUT_MS,
  ): Promise<EventPublisher> {
    const { jetstream } = await import("@nats-io/jetstream");
    return new EventPublisher(address, jetstream(connection), timeout);
  }

  /**
   * Publishes events in their order and waits until the hub has stored them. The hub recognises by its
   * id an event that it has already, so that what is not stored for certain may be sent again.
   */
  async publish(events: readonly OutgoingEvent[]): Promise<Published> {
    const waiting: Promise<unknown>[] = [];
    let stored = 0;
    let failure: unknown;
    const settleFirst = async () => {
      failure = await waiting.shift();
      if (failure === undefined) stored++;
    };
    for (const event of events) {
      if (waiting.length === WINDOW) await settleFirst();
      if (failure !== undefined) break;
      waiting.push(this.#send(event));
    }
    while (waiting.length > 0 && failure === undefined) await settleFirst();
    // What was sent behind one that failed may be stored, but is sent again: order counts.
    await Promise.all(waiting);
    if (failure === undefined) return { stored, failure };
    // What the client makes of a subject that nobody listens to.
    return failure instanceof Error && failure.name === "JetStreamNotEnabled"
      ? { stored, failure: this.#noStream(), noStream: true }
      : { stored, failure: busError(showBusAddress(this.#address), failure) };
  }

  /** Resolves with undefined once the event is stored, with the error when it was not. */
  #send(event: OutgoingEvent): Promise<unknown> {
    const options = { msgID: event.event_id, timeout: this.#timeout };
    return this.#client
      .publish(subjectOf(this.#prefix, event), event.line, options)
      .then(() => undefined, (error: unknown) => error ?? new Error("no answer"));
  }

  #noStream(): BusError {
    return new BusError(
      `${showBusAddress(this.#address)}: no stream takes these subjects`,
      `is JetStream on, and is there a stream ${streamOf(this.#address)}? See contrib/nats`,
    );
  }
}
