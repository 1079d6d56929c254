/** Which ATT&CK techniques a command shows. */
import {
  ACCOUNTS_TECHNIQUE,
  GUESSING_TECHNIQUE,
  TECHNIQUE_RULES,
  type TechniqueRule,
} from "./technique_rules.ts";

/** What stands between words of a command. A path is one word. */
const BETWEEN_WORDS = /[^a-z0-9_.\/+-]+/;

const RULES_BY_ID: ReadonlyMap<string, TechniqueRule> = new Map(
  [...TECHNIQUE_RULES, GUESSING_TECHNIQUE, ACCOUNTS_TECHNIQUE].map((rule) => [rule.id, rule]),
);

/** Rules by each of their words. */
const RULES_BY_WORD = new Map<string, TechniqueRule[]>();
for (const rule of TECHNIQUE_RULES) {
  for (const word of rule.words ?? []) {
    const rules = RULES_BY_WORD.get(word) ?? [];
    rules.push(rule);
    RULES_BY_WORD.set(word, rules);
  }
}

const RULES_WITH_TEXTS = TECHNIQUE_RULES.filter(({ texts }) => texts !== undefined);

/** The technique with this identifier. */
export function techniqueOf(id: string): TechniqueRule | undefined {
  return RULES_BY_ID.get(id);
}

/** Identifiers of the techniques that `command` shows, sorted. */
export function techniquesOf(command: string): string[] {
  const text = command.toLowerCase();
  const words = new Set<string>();
  for (const word of text.split(BETWEEN_WORDS)) {
    words.add(word);
    // /bin/sh is a program, /etc/passwd is a file.
    if (word.includes("bin/")) words.add(word.slice(word.lastIndexOf("/") + 1));
  }
  const found = new Set<string>();
  for (const word of words) {
    for (const rule of RULES_BY_WORD.get(word) ?? []) if (holds(rule, words)) found.add(rule.id);
  }
  for (const rule of RULES_WITH_TEXTS) {
    if (rule.texts!.some((piece) => text.includes(piece)) && holds(rule, words)) {
      found.add(rule.id);
    }
  }
  return [...found].sort();
}

function holds({ also }: TechniqueRule, words: ReadonlySet<string>): boolean {
  return also === undefined || also.some((word) => words.has(word));
}
