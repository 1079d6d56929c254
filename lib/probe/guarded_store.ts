/** A state store that is left alone for a while after it has failed. */
import { type Json, type StateEntry, StateError, type StateStore } from "../store/state_store.ts";
import { type Clock, REAL_CLOCK } from "./clock.ts";

/** Who hears how a store fares. */
export interface GuardedStoreOptions {
  /** Told when the store begins to fail, in words. */
  readonly onFailure: (reason: string) => void;
  /** Told when it works again. */
  readonly onRecovery: () => void;
  /** Milliseconds that it is left alone. */
  readonly pause: number;
  readonly clock?: Clock;
}

/**
 * Wraps a store; methods throw {@linkcode StateError} at once while it is left alone. A locked file
 * keeps the whole process waiting at each attempt, and with it every connection that has a deadline.
 */
export class GuardedStore implements StateStore {
  readonly #store: StateStore;
  readonly #options: GuardedStoreOptions;
  readonly #clock: Clock;
  #failure: StateError | undefined;
  /** A file that is locked can still be read: only the same again shows that it works. */
  #failedWriting = false;
  #tryAgainAt = -Infinity;

  constructor(store: StateStore, options: GuardedStoreOptions) {
    this.#store = store;
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
  }

  /** True from a failure until the store has worked again. */
  get isFailing(): boolean {
    return this.#failure !== undefined;
  }

  get(key: string): Promise<StateEntry | undefined> {
    return this.#guard(false, () => this.#store.get(key));
  }

  compareAndSet(key: string, expected: number, value: Json | undefined): Promise<boolean> {
    return this.#guard(true, () => this.#store.compareAndSet(key, expected, value));
  }

  async *scan(prefix: string): AsyncGenerator<StateEntry> {
    const entries = this.#store.scan(prefix)[Symbol.asyncIterator]();
    try {
      while (true) {
        const next = await this.#guard(false, () => entries.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await entries.return?.();
    }
  }

  close(): void {
    this.#store.close();
  }

  async #guard<T>(isWrite: boolean, action: () => Promise<T>): Promise<T> {
    if (this.#failure !== undefined && this.#clock.now() < this.#tryAgainAt) throw this.#failure;
    try {
      const result = await action();
      if (this.#failure !== undefined && (isWrite || !this.#failedWriting)) {
        this.#failure = undefined;
        this.#failedWriting = false;
        this.#options.onRecovery();
      }
      return result;
    } catch (error) {
      if (error instanceof StateError) this.#failed(error, isWrite);
      throw error;
    }
  }

  #failed(error: StateError, isWrite: boolean): void {
    this.#failedWriting ||= isWrite;
    this.#tryAgainAt = this.#clock.now() + this.#options.pause;
    const isNew = this.#failure === undefined;
    this.#failure = error;
    if (isNew) this.#options.onFailure(error.message);
  }
}
