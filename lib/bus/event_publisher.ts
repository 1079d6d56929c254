/** Puts events into the stream, in their order, and knows which of them are stored. */
import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import { isTraceparent, TRACEPARENT_HEADER } from "../trace/traceparent.ts";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { busError, inboxPrefixOf } from "./bus_connection.ts";
import type { BusError } from "./bus_error.ts";
import { prefixOf } from "./event_stream.ts";
import { streamOf } from "./stream_name.ts";
import type { EventQueue, OutgoingEvent } from "./outgoing_event.ts";
import { parsePublishAck } from "./publish_ack.ts";
import { EventTooLargeError, NoStreamError } from "./publish_error.ts";
import { subjectOf } from "./subjects.ts";

/** For the hub's word that an event is stored. */
const ACK_TIMEOUT_MS = 5000;

/** Events that may be under way without such a word, when all goes well. */
const MAX_WINDOW = 512;

/** Status of a message that comes back because nobody listens to its subject. */
const NO_RESPONDERS = 503;

/** Of max_payload, for headers: the id, and what else an event may bring. */
const HEADER_ROOM = 512;

/** Of what the hub takes as one line of control (4096, nats-server's max_control_line), for a subject. */
const SUBJECT_ROOM = 3072;

/** What became of events that were published. */
export interface Published {
  /** How many of them, from the first on, are stored for certain. */
  readonly stored: number;
  /** Why not all of them; another attempt may do better. */
  readonly failure: BusError | undefined;
}

/** Of an event that is under way: the hub's answer, once it has come. */
interface UnderWay {
  readonly sentAt: number;
  answer: "none" | "stored" | Error;
}

/** One use of {@linkcode EventPublisher.ship}. */
interface Shipment {
  readonly queue: EventQueue;
  readonly done: PromiseWithResolvers<Error | undefined>;
  failure: Error | undefined;
}

/**
 * Puts events into the stream. The hub's answers come to one inbox: a request with a timer for each event
 * would cost twice as much as all the rest.
 *
 * Order is kept across servers that fail: nothing is sent behind an event that has failed, and after a
 * failure one event goes ahead of the others, to find out whether somebody is there to store them. Else
 * those sent last might be stored by a leader that has just been elected, and the first ones not. What is left is a
 * leader that hands over in less than a round trip, behind which a window may be overtaken: the hub can hold
 * an event to the last one of all senders, not to the last one of this.
 */
export class EventPublisher {
  readonly #connection: NatsConnection;
  readonly #address: BusAddress;
  readonly #prefix: string;
  readonly #newHeaders: () => MsgHdrs;
  readonly #inbox: string;
  readonly #timeout: number;
  #shipment: Shipment | undefined;
  #underWay: UnderWay[] = [];
  /** Number of the first of them, over all that was ever sent. */
  #first = 0;
  #window = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    connection: NatsConnection,
    address: BusAddress,
    timeout: number,
    inbox: string,
    newHeaders: () => MsgHdrs,
  ) {
    this.#connection = connection;
    this.#address = address;
    this.#prefix = prefixOf(address);
    this.#timeout = timeout;
    this.#inbox = `${inbox}.`;
    this.#newHeaders = newHeaders;
    connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#onAnswer(message);
        else this.#giveUp(error);
      },
    });
    void this.#watchConnection();
  }

  /**
   * For the stream that `address` means, over a connection to its hub; ends with the connection.
   *
   * @param timeout milliseconds for the hub's word that an event is stored
   */
  static async over(
    connection: NatsConnection,
    address: BusAddress,
    timeout = ACK_TIMEOUT_MS,
  ): Promise<EventPublisher> {
    const { createInbox, headers } = await import("./hub_transport.ts");
    const inbox = createInbox(inboxPrefixOf(address));
    return new EventPublisher(connection, address, timeout, inbox, () => headers());
  }

  /** Publishes events in their order and waits until the hub has stored them. */
  async publish(events: readonly OutgoingEvent[]): Promise<Published> {
    let stored = 0;
    const failure = await this.ship({
      at: (index) => events[stored + index],
      stored: (count) => {
        stored += count;
      },
    });
    return { stored, failure };
  }

  /**
   * Publishes what is in the queue, and what comes to it meanwhile: see {@linkcode EventPublisher.more}.
   * One call at a time. The hub recognises by its id an event that it has already, so that what is not
   * stored for certain may be sent again.
   *
   * @returns undefined once the queue is empty, else why it is not
   */
  async ship(queue: EventQueue): Promise<BusError | undefined> {
    const done = Promise.withResolvers<Error | undefined>();
    this.#shipment = { queue, done, failure: undefined };
    if (this.#connection.isClosed()) this.#giveUp(new Error("connection closed"));
    else this.#fill();
    const failure = await done.promise;
    return failure === undefined ? undefined : busError(showBusAddress(this.#address), failure);
  }

  /** There is more in the queue. */
  more(): void {
    if (this.#shipment !== undefined) this.#fill();
  }

  /** Sends what the window allows; ends the shipment when nothing is under way any more. */
  #fill(): void {
    const shipment = this.#shipment!;
    const underWay = this.#underWay;
    while (shipment.failure === undefined && underWay.length < this.#window) {
      const event = shipment.queue.at(underWay.length);
      if (event === undefined) break;
      const tooLarge = this.#tooLarge(event);
      if (tooLarge !== undefined) {
        // Once it is the first of the queue.
        if (underWay.length === 0) shipment.failure = tooLarge;
        break;
      }
      this.#send(event, this.#first + underWay.length);
      underWay.push({ sentAt: performance.now(), answer: "none" });
    }
    if (underWay.length === 0) return this.#end();
    this.#timer ??= setTimeout(() => this.#onTime(), this.#timeout);
  }

  #send(event: OutgoingEvent, number: number): void {
    const headers = this.#newHeaders();
    headers.set("Nats-Msg-Id", event.event_id);
    if (isTraceparent(event._trace)) headers.set(TRACEPARENT_HEADER, event._trace);
    const options = { headers, reply: `${this.#inbox}${number}` };
    this.#connection.publish(subjectOf(this.#prefix, event), event.line, options);
  }

  #onAnswer(message: Msg): void {
    const shipment = this.#shipment;
    const index = Number(message.subject.slice(this.#inbox.length)) - this.#first;
    const answered = this.#underWay[index];
    // What comes late belongs to an event that was sent again.
    if (shipment === undefined || answered === undefined) return;
    const isUnheard = message.data.length === 0 && message.headers?.code === NO_RESPONDERS;
    answered.answer = isUnheard ? this.#noStream() : parsePublishAck(message.data) ?? "stored";
    if (answered.answer !== "stored") shipment.failure ??= answered.answer;
    this.#takeStored(shipment);
    const isOver = shipment.failure !== undefined &&
      this.#underWay.every(({ answer }) => answer !== "none");
    if (isOver) this.#end();
    else this.#fill();
  }

  /** Those in front that are stored are done with; what is stored behind one that is not, is sent again. */
  #takeStored({ queue }: Shipment): void {
    let count = 0;
    while (this.#underWay[count]?.answer === "stored") count++;
    if (count === 0) return;
    this.#underWay.splice(0, count);
    this.#first += count;
    this.#window = Math.min(MAX_WINDOW, this.#window + count);
    queue.stored(count);
  }

  #onTime(): void {
    this.#timer = undefined;
    const [first] = this.#underWay;
    if (this.#shipment === undefined || first === undefined) return;
    const left = first.sentAt + this.#timeout - performance.now();
    if (left <= 0) this.#giveUp(new Error(`no word within ${this.#timeout} ms (timeout)`));
    else this.#timer = setTimeout(() => this.#onTime(), left);
  }

  /** Fails without waiting for answers that may never come. */
  #giveUp(error: Error): void {
    if (this.#shipment === undefined) return;
    this.#shipment.failure ??= error;
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { done, failure } = this.#shipment!;
    this.#shipment = undefined;
    this.#first += this.#underWay.length;
    this.#underWay = [];
    if (failure !== undefined) this.#window = 1;
    done.resolve(failure);
  }

  /** What is refused, and what was under way when the connection broke, is never answered. */
  async #watchConnection(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === "error") this.#giveUp(status.error);
      if (status.type === "disconnect") this.#giveUp(new Error("connection lost"));
    }
    this.#giveUp(new Error("connection closed"));
  }

  #tooLarge(event: OutgoingEvent): EventTooLargeError | undefined {
    const { event_id, line, decky } = event;
    // The hub would end the connection, again and again. Most names need not be looked at.
    if (decky.length > SUBJECT_ROOM / 9 && subjectOf(this.#prefix, event).length > SUBJECT_ROOM) {
      return new EventTooLargeError(
        `${
          showBusAddress(this.#address)
        }: event ${event_id} names a decoy of ${decky.length} characters`,
        `its subject may have ${SUBJECT_ROOM} bytes`,
      );
    }
    const most = this.#connection.info?.max_payload ?? Infinity;
    if (line.length + HEADER_ROOM <= most) return undefined;
    return new EventTooLargeError(
      `${showBusAddress(this.#address)}: event ${event_id} has ${line.length} bytes`,
      `the hub takes messages of ${most}: max_payload in its configuration`,
    );
  }

  #noStream(): NoStreamError {
    return new NoStreamError(
      `${showBusAddress(this.#address)}: no stream takes these subjects`,
      `is JetStream on, and is there a stream ${streamOf(this.#address)}? See contrib/nats`,
    );
  }
}
