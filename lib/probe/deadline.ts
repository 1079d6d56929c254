/** The time limit of a whole probe: every connection it opened ends with it. */
import { MAX_TIMER_MS } from "./clock.ts";
import { ProbeFailure } from "./probe.ts";

/** Why a probe was cut off. */
export type CutOff = "timeout" | "interrupted";

/**
 * A deadline that calls what depends on it when it passes.
 *
 * Time spent waiting for this machine's own turn (the rate limit, a free descriptor) does not
 * count: it would turn our politeness into false timeouts. See {@linkcode Deadline.pauseFor}.
 */
export class Deadline {
  readonly #dependents = new Set<() => void>();
  readonly #interrupt: AbortSignal | undefined;
  readonly #onInterrupt = () => this.#cut("interrupted");
  #at: number;
  #pauses = 0;
  #pausedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cutOff: CutOff | undefined;

  /**
   * Starts the clock.
   *
   * @param milliseconds time from now until the deadline
   * @param interrupt ends it early, as `interrupted`
   */
  constructor(milliseconds: number, interrupt?: AbortSignal) {
    this.#at = performance.now() + milliseconds;
    this.#interrupt = interrupt;
    if (interrupt?.aborted) this.#cutOff = "interrupted";
    else {
      interrupt?.addEventListener("abort", this.#onInterrupt);
      this.#arm();
    }
  }

  /** How it ended, or undefined while there is time left. */
  get cutOff(): CutOff | undefined {
    return this.#cutOff;
  }

  /** Milliseconds left; 0 once it has passed. */
  remaining(): number {
    if (this.#cutOff !== undefined) return 0;
    return Math.max(0, this.#at - (this.#pauses > 0 ? this.#pausedAt : performance.now()));
  }

  /** @throws {ProbeFailure} when it has passed. */
  check(): void {
    if (this.#cutOff !== undefined) throw this.failure();
  }

  /** The failure that a cut-off probe ends with. */
  failure(): ProbeFailure {
    return this.#cutOff === "interrupted"
      ? new ProbeFailure("interrupted", "stopped before it was done")
      : new ProbeFailure("timeout", "deadline passed");
  }

  /** Calls `end` when the deadline passes, at once if it has; the result takes that back. */
  onCutOff(end: () => void): () => void {
    if (this.#cutOff !== undefined) end();
    else this.#dependents.add(end);
    return () => this.#dependents.delete(end);
  }

  /**
   * Waits for `turn` with the clock stopped; several may wait at a time.
   *
   * @throws {ProbeFailure} at once when interrupted
   */
  async pauseFor(turn: Promise<void>): Promise<void> {
    this.check();
    if (this.#pauses++ === 0) this.#stop();
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    const forget = this.onCutOff(resolve);
    await Promise.race([turn, cut]);
    forget();
    if (--this.#pauses === 0 && this.#cutOff === undefined) this.#goOn();
    this.check();
  }

  /** The probe is over: stops the clock, and ends what the probe has left under way. */
  dispose(): void {
    this.#cut("interrupted");
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#pausedAt = performance.now();
  }

  #goOn(): void {
    this.#at += performance.now() - this.#pausedAt;
    this.#arm();
  }

  #arm(): void {
    const left = Math.max(0, this.#at - performance.now());
    this.#timer = setTimeout(() => this.#cut("timeout"), Math.min(left, MAX_TIMER_MS));
  }

  #cut(cutOff: CutOff): void {
    if (this.#cutOff !== undefined) return;
    this.#cutOff = cutOff;
    clearTimeout(this.#timer);
    this.#interrupt?.removeEventListener("abort", this.#onInterrupt);
    const dependents = [...this.#dependents];
    this.#dependents.clear();
    for (const end of dependents) end();
  }
}
