/** Sizes of many sets and their first members, in bounded memory. */
import { SlotTable } from "./slot_table.ts";

/** Members of a set that are kept. */
const SAMPLES = 8;

/**
 * Counts the members that are added to each set. Whether a member is new is for the caller to know; a
 * set that is not added to for long makes room for others.
 */
export class CountedSets {
  /** The set that the last member went to. */
  slot = 0;
  readonly #table: SlotTable;
  readonly #counts: Uint32Array;
  readonly #samples: Int32Array;
  readonly #sampleWords: number;

  /**
   * @param capacity sets at a time
   * @param keyWords 32-bit words of what names a set
   * @param sampleWords words of a member
   */
  constructor(capacity: number, keyWords: number, sampleWords: number) {
    this.#table = new SlotTable(capacity, keyWords);
    this.#counts = new Uint32Array(capacity);
    this.#samples = new Int32Array(capacity * SAMPLES * sampleWords);
    this.#sampleWords = sampleWords;
  }

  /** Name of the set that is added to: write its words here. */
  get key(): Int32Array {
    return this.#table.key;
  }

  /** Adds a new member, whose words start at `at` of `member`; returns how many there are now. */
  add(member: Int32Array, at: number): number {
    const slot = this.#table.claim();
    const count = this.#table.fresh ? 1 : this.#counts[slot]! + 1;
    this.slot = slot;
    this.#counts[slot] = count;
    if (count <= SAMPLES) {
      const words = this.#sampleWords;
      const start = (slot * SAMPLES + count - 1) * words;
      for (let word = 0; word < words; word++) {
        this.#samples[start + word] = member[at + word]!;
      }
    }
    return count;
  }

  /**
   * Words of the first members of the set in `slot`, one array each; none when the first word of its
   * name is no longer `firstKeyWord`, because another set is there.
   */
  samples(slot: number, firstKeyWord: number): Int32Array[] {
    if (this.#table.word(slot, 0) !== (firstKeyWord | 0)) return [];
    const words = this.#sampleWords;
    return Array.from({ length: Math.min(this.#counts[slot]!, SAMPLES) }, (_, sample) => {
      const start = (slot * SAMPLES + sample) * words;
      return this.#samples.slice(start, start + words);
    });
  }
}
