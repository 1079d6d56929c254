/** Ending a part of the work without ending the whole. */

/** A signal of its own that also comes with another, which keeps hold of it until it is disposed of. */
export class LinkedAbort implements Disposable {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #abort = () => this.#controller.abort();

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    if (outer.aborted) this.#abort();
    else outer.addEventListener("abort", this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller.abort();
  }

  /** Lets go of the other signal. */
  [Symbol.dispose](): void {
    this.#outer.removeEventListener("abort", this.#abort);
  }
}
