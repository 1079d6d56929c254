/** A state store that fails when a test says so. */
import {
  type Json,
  type StateEntry,
  StateError,
  type StateStore,
} from "../../lib/store/state_store.ts";

/** Passes on to another store, and counts. */
export class FailingStore implements StateStore {
  /** While true every call fails; `writing` for those that write. */
  fails: boolean | "writing" = false;
  reads = 0;
  writes = 0;
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  // deno-lint-ignore require-await -- to reject, not to throw
  async get(key: string): Promise<StateEntry | undefined> {
    this.reads++;
    this.#check(false);
    return this.#store.get(key);
  }

  // deno-lint-ignore require-await -- to reject, not to throw
  async compareAndSet(key: string, expected: number, value: Json | undefined): Promise<boolean> {
    this.writes++;
    this.#check(true);
    return this.#store.compareAndSet(key, expected, value);
  }

  async *scan(prefix: string): AsyncGenerator<StateEntry> {
    this.reads++;
    this.#check(false);
    yield* this.#store.scan(prefix);
  }

  close(): void {
    this.#store.close();
  }

  #check(isWrite: boolean): void {
    if (this.fails === true || (this.fails === "writing" && isWrite)) {
      throw new StateError("database is locked");
    }
  }
}
