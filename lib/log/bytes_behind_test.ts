import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { bytesBehind } from "./bytes_behind.ts";
import { BEGINNING, startCursor } from "./cursor.ts";
import { REAL_FILES } from "./log_files.ts";

Deno.test("bytesBehind() counts across a rotation", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/a.json`;
  await Deno.writeTextFile(`${path}.1`, "0123456789");
  await Deno.writeTextFile(path, "0123");
  const rotated = await Deno.stat(`${path}.1`);
  const live = await Deno.stat(path);
  const at = ({ dev, ino }: Deno.FileInfo, offset: number) => ({
    ...startCursor({ dev, ino: ino! }),
    offset,
  });
  assert.equal(bytesBehind(REAL_FILES, path, BEGINNING), 14);
  assert.equal(bytesBehind(REAL_FILES, path, at(rotated, 7)), 7);
  assert.equal(bytesBehind(REAL_FILES, path, at(live, 1)), 3);
  assert.equal(bytesBehind(REAL_FILES, path, at(live, 9)), 0);
  assert.equal(bytesBehind(REAL_FILES, path, { ...at(live, 1), ino: 1 }), 4);
});

Deno.test("bytesBehind() returns undefined for what cannot be looked at", async () => {
  await using folder = await tempFolder();
  assert.equal(bytesBehind(REAL_FILES, folder.path, BEGINNING), undefined);
  assert.equal(bytesBehind(REAL_FILES, `${folder.path}/none`, BEGINNING), 0);
});
