import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { rotateFiles } from "./rotate.ts";

async function filesIn(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) {
    files[name] = await Deno.readTextFile(`${folder}/${name}`);
  }
  return files;
}

Deno.test("rotateFiles() shifts both files, and keeps so many", async () => {
  await using folder = await tempFolder();
  const paths = ["log", "json"].map((name) => `${folder.path}/b.${name}`);
  for (const round of ["1", "2", "3", "4"]) {
    for (const path of paths) await Deno.writeTextFile(path, round);
    assert.deepEqual(rotateFiles(paths, 2), []);
  }
  assert.deepEqual(await filesIn(folder.path), {
    ...{ "b.log.1": "4", "b.log.2": "3", "b.json.1": "4", "b.json.2": "3" },
  });
});

Deno.test("rotateFiles() moves no file that need not move", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/b.log`;
  for (const name of ["", ".2", ".1.gz"]) await Deno.writeTextFile(path + name, name);
  rotateFiles([path], 5);
  assert.deepEqual(await filesIn(folder.path), {
    "b.log.1": "",
    "b.log.2": ".2",
    "b.log.1.gz": ".1.gz",
  });
  assert.deepEqual(rotateFiles([path], 5), [], "there is nothing to rotate");
});

Deno.test("rotateFiles() tells what could not be renamed, and goes on with the other", async () => {
  await using folder = await tempFolder();
  const [log, json] = [`${folder.path}/b.log`, `${folder.path}/b.json`];
  await Deno.mkdir(`${log}.1/x`, { recursive: true });
  for (const path of [log, json]) await Deno.writeTextFile(path, "text");
  const failures = rotateFiles([log, json], 1);
  assert.deepEqual(failures.map(({ path }) => path), [log]);
  assert.equal(await Deno.readTextFile(`${json}.1`), "text");
});
