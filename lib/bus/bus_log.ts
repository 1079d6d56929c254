/** The fleet's stream read as a log is read: with the same items and the same cursors. */
import type { NatsConnection } from "@nats-io/transport-node";
import { sha256Hex } from "../hash.ts";
import { sleep } from "../sleep.ts";
import { type LogCursor, startCursor } from "../log/cursor.ts";
import type { LogItem, LogLines } from "../log/item.ts";
import { type BusAddress, parseBusAddress } from "./bus_address.ts";
import { connectBus } from "./bus_connection.ts";
import { BusError } from "./bus_error.ts";
import type { BusBatch } from "./event_batches.ts";
import {
  type BusStart,
  readBusEvents,
  RETRY_MS,
  type StreamState,
  streamState,
} from "./event_reader.ts";
import { prefixOf } from "./event_stream.ts";
import { busLogName, streamOf } from "./stream_name.ts";

/** The first event that there is. */
const BEGINNING: BusStart = { at: "beginning" };

/** As in a cursor. */
const HASH_DIGITS = 32;

/** How to read. */
export interface BusLogOptions {
  /** What the hub calls this connection. */
  readonly name: string;
  readonly start: BusStart | { readonly at: "cursor"; readonly cursor: LogCursor };
  readonly follow?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Gives the traceparents of the work that lines came from. @default false */
  readonly traced?: boolean | undefined;
}

/**
 * What the stream at `url` holds and, when followed, what comes. Ends with `caught_up`, or with an `error`.
 *
 * @throws {SyntaxError} for an address that is none
 */
export async function* readBusLog(
  url: string,
  { name, start, follow = false, signal, traced }: BusLogOptions,
): AsyncGenerator<LogItem, void> {
  const address = parseBusAddress(url);
  const path = busLogName(url);
  let connection: NatsConnection | undefined;
  try {
    connection = await connectBus(address, { name });
    let from = start;
    do {
      let state = await stateOf(connection, address, follow);
      // The first who ships makes the stream: who follows waits for it, as for a log.
      if (state === undefined) yield { kind: "missing", path };
      while (state === undefined) {
        await sleep(RETRY_MS, signal);
        if (signal?.aborted === true) return;
        state = await stateOf(connection, address, follow);
      }
      const known = identityOf(address, state);
      const cursor = (sequence: number) => cursorAt(known, sequence);
      const begin = beginning(from, known);
      if (begin === undefined && from.at === "cursor") {
        yield { kind: "restarted", path, offset: 0, cursor: from.cursor, repeats: false };
      }
      let reached = begin?.at === "behind" ? begin.sequence : 0;
      const options = { start: begin ?? BEGINNING, follow, signal, state, traced };
      for await (const batch of readBusEvents(connection, address, options)) {
        yield linesOf(path, batch, cursor, reached);
        reached = batch.sequence;
        if (batch.caughtUp && follow) yield { kind: "caught_up", cursor: cursor(reached) };
      }
      if (!follow) yield { kind: "caught_up", cursor: cursor(reached) };
      // Should there be another stream of this name: nothing of that has been read.
      from = reached === 0 ? BEGINNING : { at: "cursor", cursor: cursor(reached) };
    } while (follow && signal?.aborted !== true && !connection.isClosed());
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    yield { kind: "error", path, code: "EHOSTUNREACH", error, isFinal: true };
  } finally {
    await connection?.close();
  }
}

/** Where to begin; undefined for a cursor of another stream. */
function beginning(start: BusLogOptions["start"], identity: string): BusStart | undefined {
  if (start.at !== "cursor") return start;
  const { offset, tail } = start.cursor;
  if (offset === 0) return { at: "beginning" };
  return tail === identity ? { at: "behind", sequence: offset } : undefined;
}

/** A place in the stream: its offset is the number of an event, and its file is the stream as it was made. */
function cursorAt(identity: string, sequence: number): LogCursor {
  const start = startCursor({ dev: 0, ino: 0, before: [] });
  return sequence === 0 ? start : { ...start, offset: sequence, head: identity, tail: identity };
}

/** @returns undefined for a stream that is not there, where that is no error */
async function stateOf(
  connection: NatsConnection,
  address: BusAddress,
  mayMiss: boolean,
): Promise<StreamState | undefined> {
  try {
    return await streamState(connection, address);
  } catch (error) {
    if (mayMiss && error instanceof BusError) return undefined;
    throw error;
  }
}

/** What tells the stream from another one of its name. */
function identityOf(address: BusAddress, { created }: StreamState): string {
  const text = JSON.stringify([streamOf(address), prefixOf(address), created]);
  return sha256Hex(text).slice(0, HASH_DIGITS);
}

/** @param before number of the event before the first of the batch */
function linesOf(
  path: string,
  batch: BusBatch,
  cursor: (sequence: number) => LogCursor,
  before: number,
): LogLines {
  const { bytes } = batch;
  return {
    kind: "chunk",
    path,
    offset: before,
    bytes,
    end: bytes.length,
    torn: false,
    origins: batch.origins,
    pending: batch.pending,
    cursorAt(stop) {
      if (!(stop >= 0 && stop <= bytes.length)) throw new RangeError(`${stop} of ${bytes.length}`);
      return cursor(batch.sequenceAt(stop) || before);
    },
  };
}
