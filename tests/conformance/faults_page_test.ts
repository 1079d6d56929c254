/** docs/faults.md names every fault case, and tests that are there. */
import assert from "node:assert/strict";
import { pageRows } from "../support/page_rows.ts";

const CASES = 42;

Deno.test("docs/faults.md has a row for each fault case, and names files that exist", async () => {
  await pageRows("docs/faults.md", "F", CASES);
});

Deno.test("docs/faults.md tells of each fault case what tail does, or that it has nothing to do with it", async () => {
  for (const row of await pageRows("docs/faults.md", "T", CASES)) {
    const [, , happens, tested] = row.split("|").map((cell) => cell.trim());
    assert.ok(happens !== "" && tested !== "", row);
  }
});
