/** Messages of the fleet's stream as the lines of a log. */
import type { ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { distinctOrigins, TRACEPARENT_HEADER } from "../trace/traceparent.ts";

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
  /** Events that were stored behind the last of them when the hub sent it. */
  readonly pending: number;
  /** Traceparents of the work that the events came from; only where they are asked for. */
  readonly origins?: readonly string[] | undefined;
}

/** Most of a batch: enough to be worth its while, and no more than that in memory. */
export const MAX_LINES = 1000;
const MAX_BYTES = 1024 ** 2;

const NEWLINE = 0x0a;

/**
 * Messages as batches, each handed out when it is full or nothing more is stored.
 *
 * @param last number of the event at which reading may stop; 0 to go on
 * @param traced looks for traceparents
 */
export async function* batches(
  messages: ConsumerMessages,
  last: number,
  traced: boolean,
): AsyncGenerator<BusBatch> {
  let waiting: JsMsg[] = [];
  let size = 0;
  for await (const message of messages) {
    waiting.push(message);
    size += message.data.length + 1;
    const caughtUp = message.info.pending === 0 || message.seq === last;
    if (!caughtUp && waiting.length < MAX_LINES && size < MAX_BYTES) continue;
    yield joined(waiting, size, caughtUp, traced);
    waiting = [];
    size = 0;
  }
}

function originsOf(messages: readonly JsMsg[]): string[] {
  return distinctOrigins(messages.map(({ headers }) => headers?.get(TRACEPARENT_HEADER)));
}

function joined(
  messages: readonly JsMsg[],
  size: number,
  caughtUp: boolean,
  traced: boolean,
): BusBatch {
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
    pending: messages.at(-1)!.info.pending,
    origins: traced ? originsOf(messages) : undefined,
    sequenceAt: (stop) => messages[ends.findLastIndex((end) => end <= stop)]?.seq ?? 0,
  };
}
