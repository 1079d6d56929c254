/** Reads the fleet's events out of the stream, from a place on. */
import type { ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { busError } from "./bus_connection.ts";
import { sleep } from "../sleep.ts";
import { prefixOf, streamOf } from "./event_stream.ts";

/** Where reading begins. */
export type BusStart =
  | { readonly at: "beginning" }
  /** Behind the event with this number in the stream. */
  | { readonly at: "behind"; readonly sequence: number }
  /** What was stored from this time on, in milliseconds since the epoch. */
  | { readonly at: "time"; readonly time: number }
  /** The last so many. */
  | { readonly at: "last"; readonly count: number };

/** Events as lines, each with its newline. */
export interface BusBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lines: number;
  /** Number in the stream of the last of them. */
  readonly sequence: number;
  /** Number in the stream of the last event that ends at index `stop` of the bytes, or before; 0 for none. */
  sequenceAt(stop: number): number;
  /** True when nothing more is stored at this moment. */
  readonly caughtUp: boolean;
}

/** How to read. */
export interface BusReadOptions {
  readonly start: BusStart;
  /** Waits for more at the end. @default false */
  readonly follow?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Most of a batch: enough to be worth its while, and no more than that in memory. */
const MAX_LINES = 1000;
const MAX_BYTES = 1024 ** 2;

/** Events that the hub sends ahead. */
const AHEAD = 2 * MAX_LINES;

/** How long one request for events stands: one that is lost is made again after that. */
const PULL_MS = 2000;

/** Milliseconds between two attempts when the stream cannot be read. */
export const RETRY_MS = 1000;

const NEWLINE = 0x0a;

/**
 * Events in the stream's order, each once; without `follow` those that are stored by now. A hub that goes
 * away while it is followed is waited for.
 *
 * @throws {BusError} when the stream cannot be read
 */
export async function* readBusEvents(
  connection: NatsConnection,
  address: BusAddress,
  { start, follow = false, signal }: BusReadOptions,
): AsyncGenerator<BusBatch, void> {
  const { DeliverPolicy, jetstream, jetstreamManager } = await import("@nats-io/jetstream");
  const place = showBusAddress(address);
  const stream = streamOf(address);
  const client = jetstream(connection);
  let first: number;
  let last: number;
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { state } = await manager.streams.info(stream);
    last = state.last_seq;
    first = start.at === "behind"
      ? start.sequence + 1
      : start.at === "last"
      ? Math.max(state.first_seq, last - start.count + 1)
      : 0;
  } catch (error) {
    throw busError(place, error);
  }
  if (!follow && (last === 0 || first > last)) return;
  let next = first;
  while (signal?.aborted !== true) {
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
      // Nothing there that fits: it would wait for ever.
      if (!follow && (await consumer.info()).num_pending === 0) return;
      const messages = await consumer.consume({ max_messages: AHEAD, expires: PULL_MS });
      const stop = () => messages.stop();
      signal?.addEventListener("abort", stop);
      try {
        for await (const batch of batches(messages, follow ? 0 : last)) {
          yield batch;
          next = batch.sequence + 1;
          if (!follow && (batch.caughtUp || batch.sequence >= last)) return;
        }
      } finally {
        signal?.removeEventListener("abort", stop);
        messages.stop();
      }
    } catch (error) {
      if (!follow) throw busError(place, error);
    }
    if (!follow || connection.isClosed()) return;
    await sleep(RETRY_MS, signal);
  }
}

/** When the stream was made: another one of the same name is another one. @throws {BusError} */
export async function streamCreated(
  connection: NatsConnection,
  address: BusAddress,
): Promise<string> {
  const { jetstreamManager } = await import("@nats-io/jetstream");
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    return (await manager.streams.info(streamOf(address))).created;
  } catch (error) {
    throw busError(showBusAddress(address), error);
  }
}

/** @param last number of the event at which reading may stop; 0 to go on */
async function* batches(messages: ConsumerMessages, last: number): AsyncGenerator<BusBatch> {
  let waiting: JsMsg[] = [];
  let size = 0;
  for await (const message of messages) {
    waiting.push(message);
    size += message.data.length + 1;
    const caughtUp = message.info.pending === 0 || message.seq === last;
    if (!caughtUp && waiting.length < MAX_LINES && size < MAX_BYTES) continue;
    yield joined(waiting, size, caughtUp);
    waiting = [];
    size = 0;
  }
}

function joined(messages: readonly JsMsg[], size: number, caughtUp: boolean): BusBatch {
  const bytes = new Uint8Array(size);
  const ends: number[] = [];
  let at = 0;
  for (const { data } of messages) {
    bytes.set(data, at);
    at += data.length + 1;
    bytes[at - 1] = NEWLINE;
    ends.push(at);
  }
  return {
    bytes,
    lines: messages.length,
    sequence: messages.at(-1)!.seq,
    caughtUp,
    sequenceAt: (stop) => messages[ends.findLastIndex((end) => end <= stop)]?.seq ?? 0,
  };
}
