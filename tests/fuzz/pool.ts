/** What inputs are made of. */
import { MAX_INPUT, mutate } from "./mutate.ts";
import type { Random } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

/** One input in so many is a seed as it is. */
const SEED_SHARE = 16;

/** Inputs that are built upon besides the seeds. */
const MAX_FINDS = 512;

/** Outcomes that are remembered; a target that gives more of them has no use for this. */
const MAX_OUTCOMES = 20_000;

/** Seeds, and inputs that had an outcome of their own. */
export class Pool {
  readonly #random: Random;
  readonly #seeds: readonly Uint8Array[];
  readonly #words: readonly Uint8Array[];
  readonly #finds: Uint8Array[] = [];
  readonly #outcomes = new Set<string>();

  constructor({ seeds, words = [] }: FuzzTarget, random: Random) {
    const encoder = new TextEncoder();
    this.#random = random;
    this.#seeds = seeds().map((bytes) => bytes.subarray(0, MAX_INPUT));
    this.#words = words.map((word) => encoder.encode(word));
  }

  /** An input to try. */
  next(): Uint8Array {
    const random = this.#random;
    if (random.below(SEED_SHARE) === 0) return random.pick(this.#seeds);
    const pool = this.#finds.length > 0 && random.below(2) === 0 ? this.#finds : this.#seeds;
    return mutate(random.pick(pool), { random, pool, words: this.#words });
  }

  /** Takes note of what became of an input: one with a new outcome is built upon. */
  note(input: Uint8Array, outcome: string): void {
    if (this.#outcomes.has(outcome) || this.#outcomes.size >= MAX_OUTCOMES) return;
    this.#outcomes.add(outcome);
    if (this.#finds.length < MAX_FINDS) this.#finds.push(input);
    else this.#finds[this.#random.below(MAX_FINDS)] = input;
  }
}
