/** What the verbs remember between runs: JSON values under keys, changed by compare-and-set. */

/** Anything that JSON can say. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** A stored value and the number of the change that made it. */
export interface StateEntry {
  readonly key: string;
  readonly value: Json;
  /** Grows with each change of this key; starts at 1. */
  readonly revision: number;
}

/** Revision to expect of a key that must not exist yet. */
export const ABSENT = 0;

/** Revision of a key that nobody has changed since it was made. */
export const FIRST = 1;

/**
 * A key-value store that several processes, or several machines, may share.
 *
 * Keys are text without NUL, with `/` between parts. There are no transactions over several keys: what must
 * change together stands in one value.
 */
export interface StateStore {
  /** The entry under `key`, or undefined. @throws {StateError} */
  get(key: string): Promise<StateEntry | undefined>;
  /**
   * Stores `value`, or deletes with undefined, if the key is still at revision `expected`.
   *
   * @returns false, and nothing is changed, when someone else was faster
   * @throws {StateError}
   */
  compareAndSet(key: string, expected: number, value: Json | undefined): Promise<boolean>;
  /** All entries whose key starts with `prefix`, by key, read as they are asked for. */
  scan(prefix: string): AsyncIterable<StateEntry>;
  /** Ends the use of the store. */
  close(): void;
}

/** The store cannot be opened, read or written. */
export class StateError extends Error {
  override readonly name = "StateError";
}

/** Replaces the value under `key` by what `change` makes of it, again when others interfere. */
export async function updateState(
  store: StateStore,
  key: string,
  change: (value: Json | undefined) => Json | undefined,
): Promise<void> {
  while (true) {
    const entry = await store.get(key);
    const changed = change(entry?.value);
    if (entry === undefined && changed === undefined) return;
    if (await store.compareAndSet(key, entry?.revision ?? ABSENT, changed)) return;
  }
}
