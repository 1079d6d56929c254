/** Tells that attempts at a container's log fail, once, and that it goes on. */
import { EngineError } from "../docker/engine.ts";
import { FrameError } from "../docker/log_frames.ts";
import type { FollowSettings } from "./docker_follow_settings.ts";

/** How long attempts may fail without an answer before that is worth a message of its own. */
const SILENT_MS = 10_000;

/** Of one container. */
export class LogTrouble {
  readonly #settings: FollowSettings;
  /** When the first of the attempts in a row was that have failed. */
  #failingSince: number | undefined;
  #isTold = false;

  constructor(settings: FollowSettings) {
    this.#settings = settings;
  }

  /** An attempt has failed. @param name of the container */
  tell(name: string, error: EngineError | FrameError): void {
    this.#failingSince ??= performance.now();
    if (error instanceof EngineError && error.isCrowded) this.#settings.onCrowded(error);
    else if (!this.#isTold && this.#isWorthTelling(error)) {
      this.#isTold = true;
      const text = `the log of ${name} breaks off, trying again: ${error.message}`;
      this.#settings.context.message("warn", text);
    }
  }

  /** An attempt has come to something. */
  end(name: string): void {
    this.#failingSince = undefined;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#settings.context.message("info", `the log of ${name} goes on`);
  }

  /** The source tells once for all containers when the engine as a whole is away. */
  #isWorthTelling(error: EngineError | FrameError): boolean {
    if (error instanceof FrameError) return true;
    if (error.status !== undefined && !error.isGoing) return true;
    const failing = performance.now() - (this.#failingSince ?? 0);
    return failing >= SILENT_MS && !this.#settings.isAway();
  }
}
