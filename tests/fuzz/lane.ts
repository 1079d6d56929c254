/** A worker and who looks after it. */
import { Worker } from "node:worker_threads";
import { FlightRecorder } from "./flight_recorder.ts";
import type { FuzzResult } from "./fuzz.ts";
import { MAX_INPUT } from "./mutate.ts";
import type { Job } from "./worker.ts";

/** How often a worker is looked after, and for how long the same input may keep it busy. */
const WATCH_MILLIS = 1000;
const MAX_STILL_MILLIS = 10_000;

/** Does one job after the other. */
export class Lane implements AsyncDisposable {
  readonly #recorder = new FlightRecorder(MAX_INPUT);
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: this.#recorder.memory,
  });
  /** The worker hangs and will do no further job. */
  stuck = false;

  /** The result of a job; undefined when `signal` ends it. @throws what the worker fails with */
  async run(job: Job, signal?: AbortSignal): Promise<FuzzResult | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<FuzzResult | undefined>();
    const stop = () => resolve(undefined);
    const started = performance.now();
    const before = this.#recorder.count;
    this.#worker.once("message", resolve);
    this.#worker.once("error", reject);
    signal?.addEventListener("abort", stop);
    const watch = this.#watch(() => {
      this.stuck = true;
      const { target } = job;
      const { count, input } = this.#recorder;
      const problem = `has not ended after ${MAX_STILL_MILLIS} ms`;
      const millis = performance.now() - started;
      const crash = { target, input, problem };
      resolve({ target, executions: count - before, millis, crash });
    });
    this.#worker.postMessage(job);
    try {
      return await promise;
    } finally {
      clearInterval(watch);
      this.#worker.off("message", resolve);
      this.#worker.off("error", reject);
      signal?.removeEventListener("abort", stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  /** Calls `onStill` when the worker has been at the same input for too long. */
  #watch(onStill: () => void): ReturnType<typeof setInterval> {
    let seen = this.#recorder.count;
    let since = performance.now();
    return setInterval(() => {
      const { count } = this.#recorder;
      // While none is recorded the worker is still reading its code.
      if (count !== seen || count === 0) {
        seen = count;
        since = performance.now();
      } else if (performance.now() - since > MAX_STILL_MILLIS) onStill();
    }, WATCH_MILLIS);
  }
}
