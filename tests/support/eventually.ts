/** Waits for what nobody tells of. */

/** Far beyond what anything here takes: when it passes, it does not happen at all. */
const NEVER_AFTER_MS = 180_000;

/** Pauses between two questions: the longer it takes, the longer they are. */
const SHORTEST_MS = 1;
const LONGEST_MS = 25;
const GROWTH = 1.1;

/** Resolves when `condition` holds; asks often at first. @throws {Error} when it never does */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now();
  for (
    let pause = SHORTEST_MS;
    !(await condition());
    pause = Math.min(LONGEST_MS, pause * GROWTH)
  ) {
    if (performance.now() - start > NEVER_AFTER_MS) throw new Error(`never: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
