/** What is remembered of a collector: where each stream and each file of the output has come to. */
import { type LogCursor, parseLogCursor } from "../log/cursor.ts";
import type { Json } from "../store/state_store.ts";
import type { HeldEntry } from "./held_back.ts";
import { parseRest, type ReadBackRest, restJson } from "./read_back.ts";
import type { Position } from "./source.ts";

/** The version of {@linkcode Checkpoint} that is written and read. */
const VERSION = 1;

/** A stream, and when it was last heard of. */
export interface StreamPlace {
  readonly position: Position;
  /** Seconds since the epoch. */
  readonly seen: number;
}

/** All that belongs together: everything before these places is in the output. */
export interface Checkpoint {
  readonly log: LogCursor;
  readonly json: LogCursor;
  readonly streams: ReadonlyMap<string, StreamPlace>;
  /** What the limiter has held back and nobody was told of. */
  readonly held: readonly HeldEntry[];
  /** Lines before these places that will come again. */
  readonly rest: ReadBackRest | undefined;
}

/** The checkpoint as a value to be stored. */
export function checkpointJson({ log, json, streams, held, rest }: Checkpoint): Json {
  return {
    v: VERSION,
    log,
    json,
    streams: [...streams].map(([key, { position, seen }]) => [key, seen, position]),
    held: held.map(({ attacker, decky, service, eventType, count, first, last }) => [
      ...[attacker, decky, service, eventType, count, first, last],
    ]),
    ...(rest === undefined ? {} : { rest: restJson(rest) }),
  };
}

/** True when a later version has stored `value`, which nobody here may write over. */
export function isFromLater(value: unknown): boolean {
  return typeof value === "object" && value !== null && "v" in value &&
    Number.isSafeInteger(value.v) && Number(value.v) > VERSION;
}

/** The checkpoint that was stored as `value`; undefined when it is none. */
export function parseCheckpoint(value: unknown): Checkpoint | undefined {
  if (typeof value !== "object" || value === null || !("v" in value)) return undefined;
  const { v, log, json, streams, held, rest } = value as Readonly<Record<string, unknown>>;
  if (v !== VERSION || !Array.isArray(streams) || !Array.isArray(held)) return undefined;
  const [logCursor, jsonCursor] = [parseLogCursor(log), parseLogCursor(json)];
  if (logCursor === undefined || jsonCursor === undefined) return undefined;
  const places = new Map<string, StreamPlace>();
  for (const entry of streams) {
    if (!Array.isArray(entry) || entry.length !== 3) return undefined;
    const [key, seen, position] = entry;
    if (typeof key !== "string" || typeof seen !== "number") return undefined;
    places.set(key, { position, seen });
  }
  const entries = held.map(parseHeld);
  if (!entries.every((entry) => entry !== undefined)) return undefined;
  const parsedRest = parseRest(rest);
  if (rest !== undefined && parsedRest === undefined) return undefined;
  return { log: logCursor, json: jsonCursor, streams: places, held: entries, rest: parsedRest };
}

function parseHeld(value: unknown): HeldEntry | undefined {
  if (!Array.isArray(value) || value.length !== 7) return undefined;
  const [attacker, decky, service, eventType, count, first, last] = value;
  const isText = [attacker, decky, service, eventType].every((it) => typeof it === "string");
  const isNumber = [count, first, last].every((it) => Number.isFinite(it));
  return isText && isNumber
    ? { attacker, decky, service, eventType, count, first, last }
    : undefined;
}
