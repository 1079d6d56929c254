/** Pages with a numbered table, each row with the tests that show it. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

/** A file that a row may name. */
const FILE = /\b(?:tests|lib|ffi|commands)\/[\w/]+\.ts/g;

/**
 * The rows of the page `path`, once it is sure that they are numbered `letter`1 to `letter``count`, and that every
 * file it names is there.
 *
 * @throws {AssertionError}
 */
export async function pageRows(path: string, letter: string, count: number): Promise<string[]> {
  const page = await Deno.readTextFile(new URL(path, ROOT));
  const rows = page.split("\n").filter((line) => new RegExp(`^\\| ${letter}\\d`).test(line));
  const numbers = rows.map((row) => row.split("|")[1]!.trim());
  assert.deepEqual(numbers, Array.from({ length: count }, (_, index) => `${letter}${index + 1}`));
  const files = new Set(page.match(FILE));
  assert.ok(files.size > 10);
  for (const file of files) assert.ok((await Deno.stat(new URL(file, ROOT))).isFile, file);
  return rows;
}
