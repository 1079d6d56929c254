/** A store in memory, of a process that may die in the middle of a change. */
import {
  ABSENT,
  type Json,
  type StateEntry,
  StateError,
  type StateStore,
} from "../../lib/store/state_store.ts";

/** Keeps values as text in a map that outlives it. */
export class MortalStore implements StateStore {
  readonly #values: Map<string, string>;
  readonly #die: () => Error;
  readonly #isDead: () => boolean;
  readonly #revisions = new Map<string, number>();
  #failures = 0;
  #death: "before" | "behind" | undefined;

  /**
   * @param die ends the process and gives the error of its death
   * @param isDead true once it has ended
   */
  constructor(values: Map<string, string>, die: () => Error, isDead: () => boolean) {
    this.#values = values;
    this.#die = die;
    this.#isDead = isDead;
  }

  /** The next changes fail. */
  failNext(count: number): void {
    this.#failures = count;
  }

  /** The process dies at the next change. */
  dieAtNext(when: "before" | "behind"): void {
    this.#death = when;
  }

  /** No more of that. */
  heal(): void {
    this.#failures = 0;
    this.#death = undefined;
  }

  get(key: string): Promise<StateEntry | undefined> {
    const text = this.#values.get(key);
    if (text === undefined) return Promise.resolve(undefined);
    let value: Json = text;
    try {
      value = JSON.parse(text);
    } catch {
      // Garbage is a value too, only not one of ours.
    }
    return Promise.resolve({ key, value, revision: this.#revisions.get(key) ?? 1 });
  }

  compareAndSet(key: string, expected: number, value: Json | undefined): Promise<boolean> {
    if (this.#isDead() || this.#death === "before") return Promise.reject(this.#die());
    if (this.#failures > 0) {
      this.#failures--;
      return Promise.reject(new StateError("the state cannot be written"));
    }
    const revision = this.#values.has(key) ? this.#revisions.get(key) ?? 1 : ABSENT;
    if (revision !== expected) return Promise.resolve(false);
    this.#values.set(key, JSON.stringify(value));
    this.#revisions.set(key, revision + 1);
    if (this.#death === "behind") return Promise.reject(this.#die());
    return Promise.resolve(true);
  }

  async *scan(): AsyncGenerator<StateEntry> {
    // Nobody asks.
  }

  close(): void {
    // There is nothing to close.
  }
}
