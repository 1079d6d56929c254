/** Remembers the last hash of each (target, port, probe) and tells when one changed. */
import type { Event } from "../event/event.ts";
import { ABSENT, FIRST, type Json, type StateStore, updateState } from "../store/state_store.ts";

/** A hash that was measured. */
export interface Sighting {
  readonly address: string;
  /** The name that was asked for, which may change what a server presents; empty for addresses. */
  readonly name: string;
  readonly port: number;
  readonly probe: string;
  readonly hash: string;
  /** RFC 3339 with microseconds and `Z`, so that text order is time order. */
  readonly at: string;
}

/** A change from one hash to another. */
export interface Rotation {
  readonly sighting: Sighting;
  readonly oldHash: string;
  /** When the old hash was first and last seen. */
  readonly oldFirstSeen: string;
  readonly oldLastSeen: string;
  /** How often this (target, port, probe) has changed, this time included. */
  readonly count: number;
}

/** What a sighting meant. */
export type SightingResult =
  | { readonly outcome: "first_sighting" | "unchanged" | "out_of_date" }
  | { readonly outcome: "rotated"; readonly rotation: Rotation };

/** Where rotation events go. */
export interface RotationSink {
  /** Makes the event of a rotation, with an id of its own. */
  toEvent(rotation: Rotation): Event;
  /**
   * Writes an event; when it returns, the event has been handed over.
   *
   * @param again when a process that died may have written a part of it
   */
  deliver(event: Event, again: boolean): Promise<void> | void;
  /** True when the event is in the output already, as far as that can be told. */
  wasDelivered(event: Event): boolean;
}

/** How long a process may take from noting an event down to having written it. */
const LEASE_MS = 2000;

/** Former hashes that are remembered of each (target, port, probe), the newest of them. */
const MAX_PAST = 100;

/** Keys of fingerprints: then address, port, probe and, where there is one, the name. */
export const FINGERPRINTS = "fingerprint/";
const OUTBOX = "outbox/";

/** A hash that was replaced by another; times as in {@linkcode Sighting.at}. */
export interface PastHash {
  readonly hash: string;
  readonly first_seen: string;
  readonly last_seen: string;
}

/** The value under `fingerprint/...`. */
export interface FingerprintState {
  readonly hash: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly hash_since: string;
  readonly rotation_count: number;
  /** What it was before, oldest first. */
  readonly past?: readonly PastHash[];
  /** Ids of rotation events that have not been written yet; their text is in the outbox. */
  readonly pending: readonly string[];
}

/** The value under `outbox/<event id>`. */
interface OutboxState {
  readonly key: string;
  readonly event: Event;
  /** Milliseconds since the epoch until which the process that noted it may still write it. */
  readonly lease: number;
}

/**
 * Rotation over a {@linkcode StateStore}.
 *
 * An event and the state that stops it from being made again cannot be written in one step. So it
 * is noted in the outbox, then comes into force with the change of the fingerprint's state (which
 * lists it as pending), then is written out, then is struck from both. A process that dies anywhere
 * on the way leaves a note from which the next one finishes: see {@linkcode Rotations.recover}.
 */
export class Rotations {
  readonly #store: StateStore;
  readonly #sink: RotationSink;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(store: StateStore, sink: RotationSink, now: () => number = Date.now) {
    this.#store = store;
    this.#sink = sink;
    this.#now = now;
  }

  /** Takes note of a sighting, and emits an event when the hash is another than before. */
  async record(sighting: Sighting): Promise<SightingResult> {
    const key = fingerprintKey(sighting);
    const { hash, at } = sighting;
    while (true) {
      const entry = await this.#store.get(key);
      if (entry === undefined) {
        const first: FingerprintState = {
          hash,
          first_seen: at,
          last_seen: at,
          hash_since: at,
          rotation_count: 0,
          pending: [],
        };
        if (await this.#store.compareAndSet(key, ABSENT, asJson(first))) {
          return { outcome: "first_sighting" };
        }
        continue;
      }
      const before = entry.value as unknown as FingerprintState;
      // Another run measured later and was faster to write.
      if (at < before.last_seen) {
        return { outcome: before.hash === hash ? "unchanged" : "out_of_date" };
      }
      if (before.hash === hash) {
        const seenAgain = { ...before, last_seen: at };
        if (await this.#store.compareAndSet(key, entry.revision, asJson(seenAgain))) {
          return { outcome: "unchanged" };
        }
        continue;
      }
      const rotation: Rotation = {
        sighting,
        oldHash: before.hash,
        oldFirstSeen: before.hash_since,
        oldLastSeen: before.last_seen,
        count: before.rotation_count + 1,
      };
      if (await this.#rotate(key, entry.revision, before, rotation)) {
        return { outcome: "rotated", rotation };
      }
    }
  }

  /**
   * Finishes what other processes began and did not live to finish.
   *
   * @returns milliseconds after which it should be called again because a process that may still
   *   be alive holds a note; 0 when nothing is left
   */
  async recover(): Promise<number> {
    let wait = 0;
    for await (const { key: noteKey, value, revision } of this.#store.scan(OUTBOX)) {
      const note = value as unknown as OutboxState;
      const left = note.lease - this.#now();
      // A lease far in the future was written by a clock that has been set back since.
      if (left > 0 && left <= LEASE_MS) {
        wait = Math.max(wait, left);
        continue;
      }
      const claimed = { ...note, lease: this.#now() + LEASE_MS };
      if (!(await this.#store.compareAndSet(noteKey, revision, asJson(claimed)))) continue;
      await this.#settle(note);
    }
    return wait;
  }

  /** Writes the event of a note that is ours now, or voids the note if it never came into force. */
  async #settle({ key, event }: OutboxState): Promise<void> {
    while (true) {
      const entry = await this.#store.get(key);
      const state = entry?.value as unknown as FingerprintState | undefined;
      if (state?.pending.includes(event.event_id) === true) {
        if (!this.#sink.wasDelivered(event)) await this.#sink.deliver(event, true);
        return await this.#strike(key, event.event_id);
      }
      // A new revision stops a process that has only stalled from bringing it into force after all.
      if (
        entry === undefined ||
        await this.#store.compareAndSet(key, entry.revision, entry.value)
      ) return await this.#discard(event.event_id);
    }
  }

  async #rotate(
    key: string,
    revision: number,
    before: FingerprintState,
    rotation: Rotation,
  ): Promise<boolean> {
    const { sighting, count } = rotation;
    const event = this.#sink.toEvent(rotation);
    const noteKey = OUTBOX + event.event_id;
    const note: OutboxState = { key, event, lease: this.#now() + LEASE_MS };
    await this.#store.compareAndSet(noteKey, ABSENT, asJson(note));
    const after: FingerprintState = {
      hash: sighting.hash,
      first_seen: before.first_seen,
      last_seen: sighting.at,
      hash_since: sighting.at,
      rotation_count: count,
      past: [
        ...before.past ?? [],
        { hash: before.hash, first_seen: before.hash_since, last_seen: before.last_seen },
      ].slice(-MAX_PAST),
      pending: [...before.pending, event.event_id],
    };
    if (!(await this.#store.compareAndSet(key, revision, asJson(after)))) {
      await this.#discard(event.event_id);
      return false;
    }
    // After a long stall another process may have taken the note over: then it writes the event.
    const claimed = { ...note, lease: this.#now() + LEASE_MS };
    if (!(await this.#store.compareAndSet(noteKey, FIRST, asJson(claimed)))) return true;
    await this.#sink.deliver(event, false);
    await this.#strike(key, event.event_id);
    return true;
  }

  /** Strikes a written event from the state first: a note without that is never written again. */
  async #strike(key: string, eventId: string): Promise<void> {
    await updateState(this.#store, key, (value) => {
      if (value === undefined) return undefined;
      const state = value as unknown as FingerprintState;
      return asJson({ ...state, pending: state.pending.filter((id) => id !== eventId) });
    });
    await this.#discard(eventId);
  }

  async #discard(eventId: string): Promise<void> {
    await updateState(this.#store, OUTBOX + eventId, () => undefined);
  }
}

function fingerprintKey({ address, port, probe, name }: Sighting): string {
  const base = `${FINGERPRINTS}${address}/${port}/${probe}`;
  return name === "" ? base : `${base}/${name}`;
}

function asJson(value: FingerprintState | OutboxState): Json {
  return value as unknown as Json;
}
