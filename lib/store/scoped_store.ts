/** A store that several users share, in which each has keys of its own beside those of all. */
import type { Json, StateEntry, StateStore } from "./state_store.ts";

/** Which keys belong to whom. */
export interface ScopeOptions {
  /** Before the keys that are this user's own, with a `/` at its end. */
  readonly own: string;
  /** Prefixes of keys that all share; everything else is this user's own. */
  readonly shared: readonly string[];
}

/** A view of a store: the keys of others are neither seen nor touched. */
export class ScopedStore implements StateStore {
  readonly #inner: StateStore;
  readonly #options: ScopeOptions;

  constructor(inner: StateStore, options: ScopeOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  async get(key: string): Promise<StateEntry | undefined> {
    const entry = await this.#inner.get(this.#inside(key));
    return entry === undefined ? undefined : { ...entry, key };
  }

  compareAndSet(key: string, expected: number, value: Json | undefined): Promise<boolean> {
    return this.#inner.compareAndSet(this.#inside(key), expected, value);
  }

  /** @param prefix within one kind of keys: shared or own ones */
  async *scan(prefix: string): AsyncGenerator<StateEntry> {
    const inside = this.#inside(prefix);
    const added = inside.length - prefix.length;
    for await (const entry of this.#inner.scan(inside)) {
      yield { ...entry, key: entry.key.slice(added) };
    }
  }

  close(): void {
    this.#inner.close();
  }

  #inside(key: string): string {
    const { own, shared } = this.#options;
    return shared.some((prefix) => key.startsWith(prefix)) ? key : own + key;
  }
}
