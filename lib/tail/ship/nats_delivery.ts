/** Events into the stream of a NATS hub. */
import type { NatsConnection } from "@nats-io/transport-node";
import { type BusAddress, showBusAddress } from "../../bus/bus_address.ts";
import { connectBus } from "../../bus/bus_connection.ts";
import { BusError } from "../../bus/bus_error.ts";
import { EventPublisher } from "../../bus/event_publisher.ts";
import { ensureStream } from "../../bus/event_stream.ts";
import type { OutgoingEvent } from "../../bus/outgoing_event.ts";
import { EventTooLargeError, NoStreamError } from "../../bus/publish_error.ts";
import type { Event } from "../../event/event.ts";
import { isTraceparent } from "../../trace/traceparent.ts";
import { BackOff } from "../../back_off.ts";
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

/** Events that wait, and their bytes, beyond which no more are taken: enough to be under way meanwhile. */
const ROOM = 512;
const ROOM_BYTES = 1024 ** 2;

/** An event that is not stored yet. */
interface Waiting {
  readonly event: OutgoingEvent;
  /** Where it is the last of its batch; those of batches behind it in which nothing was chosen, too. */
  readonly commits: (() => void)[];
}

/**
 * The hub says of each event that it is stored, and knows one that comes again. After each failure a new
 * connection, to any of the servers, begins with the first event that is not stored: what the old one had
 * been told is done with, and nothing overtakes.
 */
export class NatsDelivery implements Delivery {
  readonly #options: NatsDeliveryOptions;
  readonly #backOff: BackOff;
  readonly #encoder = new TextEncoder();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;
  #room = Promise.withResolvers<void>();
  #isGivenUp = false;
  #connection: NatsConnection | undefined;
  #publisher: EventPublisher | undefined;

  constructor(options: NatsDeliveryOptions) {
    this.#options = options;
    this.#backOff = options.backOff ?? new BackOff();
  }

  async send({ events, commit, trace }: Batch): Promise<void> {
    // A batch that was given up keeps back all that come after it: the cursor must not pass it.
    if (this.#isGivenUp) return;
    for (const event of events) {
      const outgoing = this.#outgoing(event, trace);
      this.#waiting.push({ event: outgoing, commits: [] });
      this.#waitingBytes += outgoing.line.length;
    }
    const last = this.#waiting.at(-1);
    if (last === undefined) return commit();
    last.commits.push(commit);
    this.#publisher?.more();
    this.#run();
    while (!this.#hasRoom && this.#running !== undefined) {
      this.#room = Promise.withResolvers();
      await Promise.race([this.#room.promise, this.#running]);
    }
  }

  async settle(): Promise<void> {
    await this.#running;
  }

  close(): void {
    this.#disconnect();
  }

  get #hasRoom(): boolean {
    return this.#waiting.length <= ROOM && this.#waitingBytes <= ROOM_BYTES &&
      (this.#waiting.at(-1)?.commits.length ?? 0) <= ROOM;
  }

  #run(): void {
    if (this.#running !== undefined) return;
    const running = this.#shipAll();
    // Whoever sends or settles next gets to know.
    running.catch(() => {});
    this.#running = running;
  }

  async #shipAll(): Promise<void> {
    const { signal, onTrouble, onRefused } = this.#options;
    try {
      while (this.#waiting.length > 0) {
        const failure = await this.#ship();
        if (failure === undefined) continue;
        // Notices name the hub already.
        const reason = failure.message.replace(`${showBusAddress(this.#options.address)}: `, "");
        const text = failure.hint === undefined ? reason : `${reason} (${failure.hint})`;
        if (failure instanceof EventTooLargeError) {
          onRefused(1, text);
          this.#stored(1);
          continue;
        }
        if (!signal.aborted) {
          onTrouble(text);
          await this.#backOff.wait(signal);
        }
        if (signal.aborted) {
          this.#isGivenUp = true;
          return;
        }
      }
    } finally {
      // At once: what is sent in the moment before anybody hears of the end has to begin anew.
      this.#running = undefined;
    }
  }

  async #ship(): Promise<BusError | undefined> {
    try {
      const publisher = await this.#open();
      const failure = await publisher.ship({
        at: (index) => this.#waiting[index]?.event,
        stored: (count) => this.#stored(count),
      });
      if (failure instanceof EventTooLargeError) return failure;
      // A hub that is new has no stream yet; whoever may, makes it.
      if (failure instanceof NoStreamError) await this.#makeStream();
      if (failure !== undefined) this.#disconnect();
      return failure;
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      return error;
    }
  }

  #stored(count: number): void {
    const { onRecovery } = this.#options;
    const stored = this.#waiting.splice(0, count);
    for (const { event, commits } of stored) {
      this.#waitingBytes -= event.line.length;
      for (const commit of commits) commit();
    }
    if (this.#backOff.isFailing) onRecovery();
    this.#backOff.reset();
    if (this.#hasRoom) this.#room.resolve();
  }

  async #open(): Promise<EventPublisher> {
    if (this.#publisher !== undefined) return this.#publisher;
    const { address, name, ackTimeout, signal } = this.#options;
    const dialled = connectBus(address, { name, once: true });
    const connection = await unlessAborted(signal, dialled, (late) => void late.close());
    this.#connection = connection;
    return this.#publisher = await EventPublisher.over(connection, address, ackTimeout);
  }

  #disconnect(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#publisher = undefined;
    if (connection !== undefined) void connection.close();
  }

  async #makeStream(): Promise<void> {
    try {
      // The hub is there: waits that have grown while it was away are over.
      if (await ensureStream(this.#connection!, this.#options.address)) this.#backOff.reset();
    } catch (error) {
      // The failure to publish says it all.
      if (!(error instanceof BusError)) throw error;
    }
  }

  #outgoing(event: Event, sender: string | undefined): OutgoingEvent {
    const { event_id, decky, service, event_type } = event;
    const line = this.#encoder.encode(this.#options.write(event));
    // Who reads it goes on from the work that made it, and else from this.
    const _trace = isTraceparent(event._trace) ? event._trace : sender;
    return { event_id, decky, service, event_type, line, _trace };
  }
}

/** What `promise` comes to, unless `signal` is aborted before: then `onLate` gets it. @throws {BusError} */
async function unlessAborted<T>(
  signal: AbortSignal,
  promise: Promise<T>,
  onLate: (value: T) => void,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => {
    promise.then(onLate, () => {});
    reject(new BusError("not waited for"));
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
