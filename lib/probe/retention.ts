/** Bounds on what is remembered: attackers decide how many hosts there are to remember. */
import { parseTimestamp } from "../event/time.ts";
import { type Json, type StateStore, updateState } from "../store/state_store.ts";
import { breath } from "./breath.ts";
import { FINGERPRINTS, type FingerprintState } from "./rotation.ts";
import { VISITS, visitTime } from "./visits.ts";

/** Entries of either kind that are kept, the newest: half a gigabyte of state at the most. */
const MAX_ENTRIES = 1_000_000;

/** When the state was last looked through; at most once in that time. */
const KEY = "retention";
const EVERY_MS = 24 * 3_600_000;

/** Entries are told apart by age in steps of this many milliseconds. */
const STEP_MS = 3_600_000;

/** A kind of entry that attackers can multiply. */
interface Kind {
  readonly prefix: string;
  /** Milliseconds since the epoch; Infinity for what must stay. */
  readonly timeOf: (value: Json) => number;
}

const KINDS: readonly Kind[] = [
  { prefix: VISITS, timeOf: visitTime },
  { prefix: FINGERPRINTS, timeOf: fingerprintTime },
];

/** What {@linkcode forgetOld} needs to know. */
export interface RetentionOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
  /** @default {1000000} */
  readonly maxEntries?: number;
}

/**
 * Forgets the oldest visits and fingerprints where there are too many. Looks through the state once a
 * day at the most, whoever asks.
 *
 * @returns how many were forgotten
 * @throws {StateError}
 */
export async function forgetOld(store: StateStore, options: RetentionOptions): Promise<number> {
  const { now, signal, maxEntries = MAX_ENTRIES } = options;
  if (!(await isDue(store, now))) return 0;
  let forgotten = 0;
  for (const kind of KINDS) {
    const before = await cutOff(store, kind, maxEntries, signal);
    forgotten += await forgetBefore(store, kind, before, signal);
  }
  return forgotten;
}

async function isDue(store: StateStore, now: number): Promise<boolean> {
  const last = (await store.get(KEY))?.value as { readonly at?: unknown } | undefined;
  const at = typeof last?.at === "number" ? last.at : -Infinity;
  // A clock that was set back would put it off for as long.
  if (at <= now && now - at < EVERY_MS) return false;
  await updateState(store, KEY, () => ({ at: now }));
  return true;
}

/** The time before which entries are too many. */
async function cutOff(
  store: StateStore,
  { prefix, timeOf }: Kind,
  maxEntries: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  // Not a list of all times: there may be more of them than fit into memory.
  const counts = new Map<number, number>();
  const pause = breath();
  for await (const { value } of store.scan(prefix)) {
    if (signal?.aborted) return -Infinity;
    const step = Math.floor(timeOf(value) / STEP_MS);
    counts.set(step, (counts.get(step) ?? 0) + 1);
    await pause();
  }
  let kept = 0;
  for (const [step, count] of [...counts].sort(([a], [b]) => b - a)) {
    kept += count;
    if (kept > maxEntries) return (step + 1) * STEP_MS;
  }
  return -Infinity;
}

async function forgetBefore(
  store: StateStore,
  { prefix, timeOf }: Kind,
  time: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (time === -Infinity) return 0;
  let forgotten = 0;
  const pause = breath();
  for await (const { key, value, revision } of store.scan(prefix)) {
    if (signal?.aborted) break;
    if (timeOf(value) < time && await store.compareAndSet(key, revision, undefined)) forgotten++;
    await pause();
  }
  return forgotten;
}

function fingerprintTime(value: Json): number {
  const { last_seen = "", pending = [] } = Object(value) as Partial<FingerprintState>;
  // Its rotation is still to be told.
  if (pending.length > 0) return Infinity;
  return (parseTimestamp(last_seen) ?? 0) / 1000;
}
