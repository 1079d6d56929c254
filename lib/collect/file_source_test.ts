import assert from "node:assert/strict";
import { KeptContext } from "../../tests/support/source_context.ts";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import { FileSource } from "./file_source.ts";
import type { Position } from "./source.ts";

/** Runs a source until `condition` holds. */
async function collect(
  folder: TempFolder,
  condition: (context: KeptContext) => boolean,
  { position, change }: { position?: Position; change?: (path: string) => Promise<void> } = {},
): Promise<KeptContext> {
  const path = `${folder.path}/decoy.log`;
  const context = new KeptContext();
  if (position !== undefined) context.positions.set(`file/${path}`, position);
  const run = new FileSource({ path, maxLine: 1024, settle: 0 }).run(context);
  if (change !== undefined) {
    await context.until(() => context.batches.length > 0);
    await change(path);
  }
  await context.until(() => condition(context));
  context.stop();
  await run;
  return context;
}

Deno.test("FileSource gives the lines of a file, and those that come", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(`${folder.path}/decoy.log`, "one\r\ntwo\n\nfour: \u00e9\nhalf");
  const context = await collect(folder, ({ texts }) => texts.length === 5, {
    change: (path) => Deno.writeTextFile(path, " line\n", { append: true }),
  });
  assert.deepEqual(context.texts, ["one", "two", "", "four: \u00e9", "half line"]);
  const places = context.collected.map(({ place }) => place);
  assert.equal(new Set(places).size, 5);
  assert.ok(context.batches.every(({ key }) => key === `file/${folder.path}/decoy.log`));
});

Deno.test("FileSource goes on where it was, with the same places, across a rotation", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decoy.log`;
  await Deno.writeTextFile(path, "one\ntwo\n");
  const first = await collect(folder, ({ texts }) => texts.length === 2);
  const position = JSON.parse(JSON.stringify(first.positions.values().next().value));
  await Deno.writeTextFile(path, "three\n", { append: true });
  const again = await collect(folder, ({ texts }) => texts.length === 1, { position });
  await Deno.rename(path, `${path}.1`);
  await Deno.writeTextFile(path, "four\n");
  const second = await collect(folder, ({ texts }) => texts.length === 2, { position });
  assert.deepEqual(second.texts, ["three", "four"]);
  assert.equal(second.collected[0]!.place, again.collected[0]!.place);
});

Deno.test("FileSource waits for a file that is not there", async () => {
  await using folder = await tempFolder();
  const context = await collect(folder, ({ texts }) => texts.length === 1, {
    change: (path) => Deno.writeTextFile(path, "one\n"),
  });
  assert.deepEqual(context.texts, ["one"]);
  assert.match(context.messages[0]!, /warn: .*decoy\.log is not there; waits for it/);
});

Deno.test("FileSource tells of what was lost while nobody looked", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decoy.log`;
  await Deno.writeTextFile(path, "one\n");
  const { positions } = await collect(folder, ({ texts }) => texts.length === 1);
  await Deno.remove(path);
  await Deno.writeTextFile(path, "another\n");
  const position = positions.values().next().value!;
  const context = await collect(folder, ({ texts }) => texts.length === 1, { position });
  assert.deepEqual(context.texts, ["another"]);
  assert.deepEqual(context.notices.map(({ kind, detail }) => [kind, detail["path"]]), [[
    "gap",
    path,
  ]]);
});

Deno.test("FileSource gives the beginning of a line that is too long, as a notice", async () => {
  await using folder = await tempFolder();
  const long = `${"x".repeat(5000)}\n`;
  await Deno.writeTextFile(`${folder.path}/decoy.log`, `one\n${long}two\n`);
  const context = await collect(folder, ({ texts }) => texts.length === 2);
  assert.deepEqual(context.texts, ["one", "two"]);
  const { kind, detail } = context.notices[0]!;
  assert.deepEqual([kind, detail["bytes"], detail["start"]], ["gap", 5001, "x".repeat(1024)]);
});

Deno.test("FileSource rejects for what is no file", async () => {
  await using folder = await tempFolder();
  await assert.rejects(
    new FileSource({ path: folder.path, maxLine: 1024 }).run(new KeptContext()),
    /directory/,
  );
});
