/** Tells that an engine is away, now and then, and that it is back. */
import type { EngineError } from "../docker/engine.ts";
import type { SourceContext } from "./source.ts";

/** How often it is said that something is still so. */
const REMIND_MS = 300_000;

/** Of one engine. */
export class EngineAbsence {
  readonly #message: SourceContext["message"];
  #since: number | undefined;
  #remindedAt = 0;
  /** When it was last said that there are too few file descriptors. */
  #crowdedAt = -Infinity;

  constructor(message: SourceContext["message"]) {
    this.#message = message;
  }

  /** The engine as a whole does not answer. */
  get isAway(): boolean {
    return this.#since !== undefined;
  }

  /** The engine cannot be reached. */
  begin(error: EngineError): void {
    const now = performance.now();
    if (this.#since !== undefined && now - this.#remindedAt < REMIND_MS) return;
    const hint = error.hint === undefined ? "" : `; ${error.hint}`;
    const still = this.#since === undefined ? "" : "still ";
    this.#message("warn", `${still}trying to reach the engine: ${error.message}${hint}`);
    this.#since ??= now;
    this.#remindedAt = now;
  }

  /** The engine with that name answers. @returns for how many seconds it did not; undefined when it did */
  end(name: string): number | undefined {
    if (this.#since === undefined) return undefined;
    const seconds = Math.round((performance.now() - this.#since) / 1000);
    this.#since = undefined;
    this.#message("info", `${name} answers after ${seconds} s`);
    return seconds;
  }

  /** There is no file descriptor left to ask it with. */
  tellCrowded({ message, hint }: EngineError): void {
    const now = performance.now();
    if (now - this.#crowdedAt < REMIND_MS) return;
    this.#crowdedAt = now;
    this.#message("error", `some containers must wait: ${message}; ${hint}`);
  }
}
