/** Waits for what nobody tells of. */

/** Far beyond what anything here takes: when it passes, it does not happen at all. */
const NEVER_AFTER_MS = 90_000;

/** Resolves when `condition` holds; asks in each turn of the event loop. @throws {Error} when it never does */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > NEVER_AFTER_MS) throw new Error(`never: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
