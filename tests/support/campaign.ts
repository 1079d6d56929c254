/** Which random sequences a model is run with. */

/** Sequences by their seeds: so many from the first on. */
export interface Campaign {
  readonly first: number;
  readonly sequences: number;
}

const FIRST_SEED = 1;

/**
 * The same sequences in each run, so that two runs are the same. For others, DECNET_TEST_SEED names the first and
 * DECNET_TEST_SEQUENCES how many.
 *
 * @param sequences without DECNET_TEST_SEQUENCES
 */
export function campaignOf(sequences: number): Campaign {
  return {
    first: Number(Deno.env.get("DECNET_TEST_SEED") ?? FIRST_SEED),
    sequences: Number(Deno.env.get("DECNET_TEST_SEQUENCES") ?? sequences),
  };
}

/**
 * Runs the sequences of {@linkcode campaignOf}.
 *
 * @throws {Error} what one fails with, and its seed, which DECNET_TEST_SEED=N DECNET_TEST_SEQUENCES=1 repeats
 */
export async function runCampaign(
  sequences: number,
  run: (seed: number) => Promise<void>,
): Promise<void> {
  const campaign = campaignOf(sequences);
  for (let index = 0; index < campaign.sequences; index++) {
    const seed = campaign.first + index;
    try {
      await run(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}
