import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { cutTornTail } from "./torn_tail.ts";

Deno.test("cutTornTail() cuts what follows the last newline, and nothing else", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/f`;
  const long = "x".repeat(200_000);
  const cases: [text: string, left: string][] = [
    ["", ""],
    ["a\n", "a\n"],
    ["a\nb", "a\n"],
    ["torn", ""],
    [`a\n${long}`, "a\n"],
    [`${long}\n${long}`, `${long}\n`],
    ["a\n\u00e9", "a\n"],
  ];
  for (const [text, left] of cases) {
    await Deno.writeTextFile(path, text);
    const bytes = new TextEncoder().encode(text.slice(left.length)).length;
    assert.equal(cutTornTail(path, 0), bytes);
    assert.equal(await Deno.readTextFile(path), left);
  }
});

Deno.test("cutTornTail() makes no file where there is none", async () => {
  await using folder = await tempFolder();
  assert.equal(cutTornTail(`${folder.path}/f`), 0);
  await assert.rejects(Deno.stat(`${folder.path}/f`), Deno.errors.NotFound);
});
