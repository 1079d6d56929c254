/** What attackers can have in common: numbers by which they are found and grouped. */
import type { Aggregate } from "./aggregate.ts";
import { FINGERPRINT_KINDS } from "./profile.ts";
import { type SampleMap, textHash } from "./sample.ts";

/** Kinds of traits besides those of fingerprints. */
export const CREDENTIAL_TRAIT = "credential";
export const COMMAND_TRAIT = "command";

/** Every kind by its number in a mark. What is stored hangs on the order: add at the end only. */
const KINDS: readonly string[] = [CREDENTIAL_TRAIT, COMMAND_TRAIT, ...FINGERPRINT_KINDS];
const NUMBERS: ReadonlyMap<string, number> = new Map(KINDS.map((kind, number) => [kind, number]));

/** Seed of the high half of a hash. */
const SEED = 0x2545f491;

/** The hash of a text has 48 bits: with the kind above it, a mark is a number that is exact. */
const HASHES = 2 ** 48;

/** What stands for a trait of `kind` in the index: the kind, and a hash of the text. */
export function markOf(kind: string, text: string): number {
  const hash = (textHash(text, SEED) & 0xffff) * 2 ** 32 + textHash(text);
  return (NUMBERS.get(kind) ?? 0) * HASHES + hash;
}

/** The marks of traits of `kind`: from the first up to the second, which is not one of them. */
export function markRange(kind: string): readonly [first: number, end: number] {
  const number = NUMBERS.get(kind) ?? 0;
  return [number * HASHES, (number + 1) * HASHES];
}

/** The kind of a mark. */
export function kindOf(mark: number): string {
  return KINDS[Math.floor(mark / HASHES)]!;
}

/** The text of the trait that `mark` stands for, if the attacker has it. */
export function traitText(aggregate: Aggregate, mark: number): string | undefined {
  const kind = kindOf(mark);
  for (const text of traitsOf(aggregate, kind)?.keys() ?? []) {
    if (markOf(kind, text) === mark) return text;
  }
  return undefined;
}

/** What an attacker has of a kind, by text. Credentials are joined, see `Aggregate.credentials`. */
export function traitsOf(aggregate: Aggregate, kind: string): SampleMap<unknown> | undefined {
  if (kind === CREDENTIAL_TRAIT) return aggregate.credentials;
  if (kind === COMMAND_TRAIT) return aggregate.commands;
  return aggregate.fingerprints.get(kind);
}

/** Calls back for each mark that came or went since the aggregate was made or loaded. */
export function forEachChange(
  aggregate: Aggregate,
  came: (mark: number) => void,
  went: (mark: number) => void,
): void {
  const tell = (kind: string, map: SampleMap<unknown>) => {
    for (const text of map.fresh) came(markOf(kind, text));
    for (const text of map.gone) went(markOf(kind, text));
  };
  tell(CREDENTIAL_TRAIT, aggregate.credentials);
  tell(COMMAND_TRAIT, aggregate.commands);
  for (const [kind, map] of aggregate.fingerprints) tell(kind, map);
}
