/** Questions to a hub that may have no leader at the moment. */
import { sleep } from "../sleep.ts";
import { BusError } from "./bus_error.ts";
import { isPassing } from "./passing_error.ts";

/** How long an answer is asked for: longer than a cluster takes to elect, 9 s and mostly less. */
export const PATIENCE_MS = 20_000;

/** Milliseconds between two questions. */
const ASK_AGAIN_MS = 250;

/** The hub does not know yet. */
export class UncertainError extends BusError {}

/**
 * Asks again while nobody answers; after {@linkcode PATIENCE_MS} the last error is thrown.
 *
 * @param mayPass tells which errors go by
 */
export async function patiently<T>(
  ask: () => Promise<T>,
  mayPass: (error: unknown) => boolean = isPassing,
): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (true) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof UncertainError || mayPass(error);
      if (!passes || performance.now() > giveUpAt) throw error;
      await sleep(ASK_AGAIN_MS);
    }
  }
}
