/** Patterns see what attackers wrote: none may take more than linear time for a repetition within a repetition. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

/** Where a pattern may begin in a line of code, and the pattern. */
const LITERAL =
  /(?:^|[=(,:[!&|?{};>]|\breturn)\s*\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/[dgimsuvy]*/g;

/** All code that runs for users, but not its tests. */
async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield new URL(name, folder);
  }
}

/** Parts of a pattern that repeat without a bound. */
const UNBOUNDED = /^(?:[*+]|\{\d+,\})/;

/** True when a group of `pattern` that holds an unbounded repetition is itself repeated without a bound. */
function nestsRepetitions(pattern: string): boolean {
  const groups: { repeats: boolean }[] = [{ repeats: false }];
  for (let at = 0; at < pattern.length;) {
    const sign = pattern[at]!;
    if (sign === "(") groups.push({ repeats: false });
    const length = sign === "\\" ? 2 : sign === "[" ? classLength(pattern, at) : 1;
    at += length;
    const closed = sign === ")" ? groups.pop()! : undefined;
    const repeats = UNBOUNDED.test(pattern.slice(at));
    if (closed?.repeats && repeats) return true;
    if (repeats || closed?.repeats) groups.at(-1)!.repeats = true;
  }
  return false;
}

function classLength(pattern: string, start: number): number {
  let at = start + 1;
  while (pattern[at] !== "]") at += pattern[at] === "\\" ? 2 : 1;
  return at - start + 1;
}

/** Repetitions within repetitions that are linear, since what divides them cannot be part of them. */
const DIVIDED: readonly string[] = [
  // Marks in the names of rotated files: digits by what is none.
  String.raw`^([.-])(\d+(?:[-_T:.]\d+)*)Z?$`,
  // Names of parts, by dots.
  String.raw`^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$`,
  String.raw`[A-Za-z_@][\w@-]*(?:\.[\w@-]+)*`,
  // Lines of greetings and of heads of HTTP, by line ends.
  String.raw`^(?:[2-5]\d\d-[^\n]*\n(?:[^\n]*\n)*?)?[2-5]\d\d [^\n]*\n`,
  String.raw`^HTTP\/[^\n]*\n(?:[^\n]+\n)*?\r?\n`,
  // Words of a shell's log, by spaces.
  String.raw`^CMD((?: (?:uid|user|src)=[^ ]*)*)(?: pwd=(.*?))?(?: cmd=(.*))?$`,
];

Deno.test("no pattern has an unbounded repetition within another", async () => {
  let found = 0;
  const nested: string[] = [];
  for (const folder of ["lib/", "commands/", "ffi/"]) {
    for await (const file of sources(new URL(folder, ROOT))) {
      for (const line of (await Deno.readTextFile(file)).split("\n")) {
        if (/^\s*(?:\/?\*|\/\/)/.test(line)) continue;
        for (const [, pattern] of line.matchAll(LITERAL)) {
          found++;
          if (nestsRepetitions(pattern!) && !DIVIDED.includes(pattern!)) nested.push(pattern!);
        }
      }
    }
  }
  assert.ok(found > 200, `only ${found} patterns found`);
  assert.deepEqual(nested, []);
});

Deno.test("nestsRepetitions() finds what takes exponential time, and nothing else", () => {
  for (const pattern of ["(a+)+", "^(?:[a-z]*b)*$", "((a|b)*c){2,}", "(?:x(?:y\\d+)?)*"]) {
    assert.ok(nestsRepetitions(pattern), pattern);
  }
  for (const pattern of ["(a+)?", "a+b+", "[(+]+", "(?:a{1,9})+", "\\(a+\\)+", "(a+){1,3}"]) {
    assert.ok(!nestsRepetitions(pattern), pattern);
  }
});
