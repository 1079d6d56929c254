/** docs/faults.md names every fault case, and tests that are there. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

const CASES = 42;

Deno.test("docs/faults.md has a row for each fault case, and names files that exist", async () => {
  const page = await Deno.readTextFile(new URL("docs/faults.md", ROOT));
  const rows = page.split("\n").filter((line) => /^\| F\d/.test(line));
  const numbers = rows.map((row) => /^\| (F\d+)/.exec(row)?.[1]);
  assert.deepEqual(numbers, Array.from({ length: CASES }, (_, index) => `F${index + 1}`));
  const paths = new Set(page.match(/\b(?:tests|lib)\/[\w/]+\.ts/g));
  assert.ok(paths.size > 10);
  for (const path of paths) assert.ok((await Deno.stat(new URL(path, ROOT))).isFile, path);
});
