/** What is fuzzed. */

/** A parser, or some that read the same kind of input, and what must hold of them. */
export interface FuzzTarget {
  /** Letters, digits and underscores: it becomes part of file names. */
  readonly name: string;
  /** Sound inputs, from which hostile ones are made. */
  readonly seeds: () => readonly Uint8Array[];
  /** Words of the language, for targets that read text. */
  readonly words?: readonly string[];
  /** Bytes of memory that it takes for each input, however short, beyond the little that others do. */
  readonly tables?: number;
  /**
   * Reads an input and throws when anything about it is wrong: parsers never do. Nothing may be kept
   * from one input to the next, so that each crash can be had again by its input alone.
   *
   * @returns what became of the input in a few words: one with a new outcome is built upon
   */
  readonly run: (input: Uint8Array) => string | Promise<string>;
}
