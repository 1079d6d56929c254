/** Reads how many tests passed, failed and were skipped out of what `deno test` prints. */

/** The outcome of a test run. */
export interface TestCount {
  readonly passed: number;
  /** Tests, and modules that could not be loaded or failed outside of their tests. */
  readonly failed: number;
  /** Tests that were ignored. */
  readonly skipped: number;
  /** Names of the skipped tests, each with its file where it is known. */
  readonly skippedNames: readonly string[];
}

/** `ok | 12 passed (3 steps) | 0 failed (1 step) | 1 ignored (2 steps) (40ms)`. */
const SUMMARY =
  /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?(?: |$)/;

/** `./lib/a_test.ts => name ... ignored (0ms)`; the file only with --parallel. */
const IGNORED = /^(?:(\S+) => ?)?(.*) \.\.\. ignored \(\d+m?s\)$/;

// deno-lint-ignore no-control-regex -- colour is made of control characters
const COLOUR = /\x1b\[[0-9;]*m/g;

/** Counts by the last summary in `output`; undefined when there is none. */
export async function countTests(output: AsyncIterable<string>): Promise<TestCount | undefined> {
  let summary: RegExpExecArray | null = null;
  const skippedNames: string[] = [];
  const readLine = (line: string) => {
    const text = line.replace(COLOUR, "").trimEnd();
    summary = SUMMARY.exec(text) ?? summary;
    const ignored = IGNORED.exec(text);
    if (ignored !== null) skippedNames.push(ignored.slice(1).filter(Boolean).join(": "));
  };
  let rest = "";
  for await (const chunk of output) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    lines.forEach(readLine);
  }
  readLine(rest);
  if (summary === null) return undefined;
  const [, passed, failed, skipped = 0] = (summary as RegExpExecArray).map(Number);
  return { passed: passed!, failed: failed!, skipped: skipped || 0, skippedNames };
}
