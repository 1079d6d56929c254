/** Memory that outlives a worker which hangs, so that what it was at can be told. */

const HEADER_LENGTH = 8;
const COUNT = 0;
const LENGTH = 1;

/** Holds the newest input. */
export class FlightRecorder {
  /** To be handed to the worker, which makes a recorder of its own with it. */
  readonly memory: SharedArrayBuffer;
  readonly #header: Int32Array;
  readonly #input: Uint8Array;

  /** @param size longest input */
  constructor(memory: SharedArrayBuffer | number) {
    this.memory = typeof memory === "number"
      ? new SharedArrayBuffer(HEADER_LENGTH + memory)
      : memory;
    this.#header = new Int32Array(this.memory, 0, 2);
    this.#input = new Uint8Array(this.memory, HEADER_LENGTH);
  }

  /** Inputs so far. */
  get count(): number {
    return Atomics.load(this.#header, COUNT);
  }

  /** A copy of the newest input. */
  get input(): Uint8Array {
    return new Uint8Array(this.#input.subarray(0, Atomics.load(this.#header, LENGTH)));
  }

  /** Takes note of an input. */
  record(input: Uint8Array): void {
    this.#input.set(input);
    Atomics.store(this.#header, LENGTH, input.length);
    Atomics.add(this.#header, COUNT, 1);
  }
}
