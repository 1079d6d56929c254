/** The corpus of captures with other tools' values, which stands beside the repository or not. */
import type { Requirement } from "./requirements.ts";

/** What another tool found in a capture. */
export interface ExpectedValue {
  readonly file: string;
  readonly kind: string;
  readonly value: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  /** `agree` when several tools found it, `single` when one did. */
  readonly status: string;
  readonly tags: readonly string[];
  readonly sources: readonly string[];
}

const FOLDER = new URL("../../../shared/corpus/public/", import.meta.url);

/** The corpus is there. */
export const HAS_CORPUS: Requirement = {
  optional: true,
  unmet: () => {
    try {
      Deno.statSync(new URL("expected.jsonl", FOLDER));
      return undefined;
    } catch {
      return "no corpus";
    }
  },
};

/** Path of a capture. */
export function corpusCapture(file: string): string {
  return new URL(`pcaps/${file}`, FOLDER).pathname;
}

/** All expected values of a kind. */
export function expectedValues(kind: string): ExpectedValue[] {
  return Deno.readTextFileSync(new URL("expected.jsonl", FOLDER))
    .split("\n")
    .filter((line) => line !== "")
    .map((line): ExpectedValue => JSON.parse(line))
    .filter((value) => value.kind === kind);
}
