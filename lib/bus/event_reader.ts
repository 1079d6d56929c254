/** Reads the fleet's events out of the stream, from a place on. */
import type { ConsumerMessages } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { busError, watch } from "./bus_connection.ts";
import { sleep } from "../sleep.ts";
import { batches, type BusBatch, MAX_LINES } from "./event_batches.ts";
import { prefixOf } from "./event_stream.ts";
import { streamOf } from "./stream_name.ts";
import { isUnanswered } from "./passing_error.ts";
import { PATIENCE_MS, patiently } from "./patiently.ts";

/** Where reading begins. */
export type BusStart =
  | { readonly at: "beginning" }
  /** Behind the event with this number in the stream. */
  | { readonly at: "behind"; readonly sequence: number }
  /** What was stored from this time on, in milliseconds since the epoch. */
  | { readonly at: "time"; readonly time: number }
  /** The last so many. */
  | { readonly at: "last"; readonly count: number };

/** How to read. */
export interface BusReadOptions {
  readonly start: BusStart;
  /** Waits for more at the end. @default false */
  readonly follow?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** What {@linkcode streamState} has just said, where it was asked. */
  readonly state?: StreamState | undefined;
  /** Looks for traceparents among the headers. @default false */
  readonly traced?: boolean | undefined;
}

/** What a stream holds at a moment. */
export interface StreamState {
  /** When it was made: another one of the same name is another one. */
  readonly created: string;
  /** Numbers of its first and last event; 0 for none. */
  readonly first: number;
  readonly last: number;
  /** True where several servers keep it, and one that is asked may not have heard of the last event yet. */
  readonly isReplicated: boolean;
}

/** Events that the hub sends ahead. */
const AHEAD = 2 * MAX_LINES;

/**
 * How long one request for events stands. Half of it is the time between the hub's heartbeats, of which two
 * have to be missed: so long does reading stand still when the server that kept the consumer has died.
 * The client's own 30 s would be a stall of half a minute.
 */
const PULL_MS = 2000;

/**
 * What the client tells of a consumer that is no longer there. It tries to go on with a new one, but takes
 * what it had asked of the old one for still to come (PullConsumerMessagesImpl.reset()), and after a lost
 * connection it may wait for ever: so a new one is made here, behind the last event.
 */
const LOST: ReadonlySet<string> = new Set([
  ...["heartbeats_missed", "reset", "consumer_deleted", "consumer_not_found", "no_responders"],
  "stream_not_found",
]);

/** A replica that has nothing more, but not the last event, is asked again so often, and so much later. */
const MOST_LOOKS = 3;
const REPLICA_LAG_MS = 250;

/** Milliseconds between two looks whether the connection is back. */
const LOOK_MS = 100;

/** Milliseconds between two attempts when the stream cannot be read. */
export const RETRY_MS = 1000;

/**
 * Events in the stream's order, each once; without `follow` those that are stored by now. A hub that goes
 * away while it is followed is waited for. Ends when the stream was deleted and made anew meanwhile: the numbers
 * of its events begin anew, too.
 *
 * @throws {BusError} when the stream cannot be read
 */
export async function* readBusEvents(
  connection: NatsConnection,
  address: BusAddress,
  { start, follow = false, signal, state, traced = false }: BusReadOptions,
): AsyncGenerator<BusBatch, void> {
  const { DeliverPolicy, jetstream } = await import("./jetstream_client.ts");
  const place = showBusAddress(address);
  const stream = streamOf(address);
  const client = jetstream(connection);
  const { created, first: oldest, last, isReplicated } = state ??
    await streamState(connection, address);
  const first = start.at === "behind"
    ? start.sequence + 1
    : start.at === "last"
    ? Math.max(oldest, last - start.count + 1)
    : 0;
  if (!follow && (last === 0 || first > last)) return;
  let next = first;
  let looks = 0;
  let hasRead = false;
  let giveUpAt = performance.now() + PATIENCE_MS;
  let stop = () => {};
  let isConnected = true;
  void watch(connection, (status) => {
    isConnected = status === "back";
    if (!isConnected) stop();
  });
  while (signal?.aborted !== true && !connection.isClosed()) {
    // A request to nobody would be waited for longer than most servers take to come back.
    if (!isConnected && (follow || performance.now() < giveUpAt)) {
      await sleep(LOOK_MS, signal);
      continue;
    }
    try {
      const consumer = await client.consumers.get(stream, {
        // As a text: lists of them need a server of 2.10 or later.
        filter_subjects: `${prefixOf(address)}.>`,
        ...next > 0
          ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: next }
          : start.at === "time"
          ? {
            deliver_policy: DeliverPolicy.StartTime,
            opt_start_time: new Date(start.time).toISOString(),
          }
          : { deliver_policy: DeliverPolicy.All },
      });
      // Behind the consumer, which goes with its stream.
      if (hasRead && follow && (await streamState(connection, address)).created !== created) return;
      hasRead = true;
      // Nothing there that fits: it would wait for ever.
      if (!follow && (await consumer.info()).num_pending === 0) {
        // The last event may also be another prefix's, and never come.
        if (!isReplicated || ++looks > MOST_LOOKS) return;
        await sleep(REPLICA_LAG_MS, signal);
        continue;
      }
      const messages = await consumer.consume({ max_messages: AHEAD, expires: PULL_MS });
      stop = () => messages.stop();
      signal?.addEventListener("abort", stop);
      void watchConsumer(messages);
      try {
        for await (const batch of batches(messages, follow ? 0 : last, traced)) {
          yield batch;
          next = batch.sequence + 1;
          giveUpAt = performance.now() + PATIENCE_MS;
          if (follow) continue;
          if (batch.sequence >= last || batch.caughtUp && !isReplicated) return;
          if (batch.caughtUp) break;
        }
      } finally {
        signal?.removeEventListener("abort", stop);
        messages.stop();
      }
    } catch (error) {
      const mayPass = follow || isUnanswered(error) && performance.now() < giveUpAt;
      if (!mayPass) throw busError(place, error);
    }
    if (follow) await sleep(RETRY_MS, signal);
  }
}

/** Ends the reading of a consumer that is lost. */
async function watchConsumer(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) {
    if (LOST.has(type)) return messages.stop();
  }
}

/** What the stream holds now. @throws {BusError} */
export async function streamState(
  connection: NatsConnection,
  address: BusAddress,
): Promise<StreamState> {
  const { jetstreamManager } = await import("./jetstream_client.ts");
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const info = () => manager.streams.info(streamOf(address));
    const { created, state, config } = await patiently(info, isUnanswered);
    return {
      created,
      first: state.first_seq,
      last: state.last_seq,
      isReplicated: config.num_replicas > 1,
    };
  } catch (error) {
    throw busError(showBusAddress(address), error);
  }
}
