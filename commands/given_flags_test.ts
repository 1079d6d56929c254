import assert from "node:assert/strict";
import type { FlagRow } from "./flag_table.ts";
import { givenFlags } from "./given_flags.ts";

function row(long: string, short?: string, value?: string): FlagRow {
  return {
    long,
    short,
    value,
    brief: "",
    repeatable: false,
    choices: [],
    parse: undefined,
    preset: undefined,
  };
}

const ROWS = [row("--from-log", "-f", "FILE"), row("--quiet", "-q"), row("--verbose", "-v")];

function given(...args: string[]): string[] {
  return [...givenFlags(args, ROWS)].sort();
}

Deno.test("givenFlags() finds flags in each spelling", () => {
  assert.deepEqual(given("--from-log", "x"), ["--from-log"]);
  assert.deepEqual(given("--fromLog=x"), ["--from-log"]);
  assert.deepEqual(given("-f", "x"), ["--from-log"]);
  assert.deepEqual(given("-vvq"), ["--quiet", "--verbose"]);
  assert.deepEqual(given("--no-quiet"), ["--quiet"]);
});

Deno.test("givenFlags() takes no value for a flag, and nothing behind --", () => {
  assert.deepEqual(given("--from-log", "--quiet"), ["--from-log"]);
  assert.deepEqual(given("--", "--quiet"), []);
  assert.deepEqual(given("quiet", "-", "192.0.2.1"), []);
});
