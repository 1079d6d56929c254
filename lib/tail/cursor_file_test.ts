import assert from "node:assert/strict";
import { startCursor } from "../log/cursor.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { CursorFile } from "./cursor_file.ts";

/** A cursor that is known by its inode. */
const at = (ino: number) => startCursor({ dev: 1, ino, before: [] });

function saved(path: string, ...inodes: readonly number[]): void {
  const file = new CursorFile(path);
  for (const ino of inodes) {
    file.set("/log", at(ino));
    file.save();
  }
}

function loaded(path: string): [string, number | undefined] {
  const { state, cursors } = new CursorFile(path).load();
  return [state, cursors.get("/log")?.ino];
}

Deno.test("CursorFile.load() gives what was saved last", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/cursor`;
  assert.deepEqual(loaded(path), ["none", undefined]);
  saved(path, 1, 2, 3);
  assert.deepEqual(loaded(path), ["good", 3]);
});

for (
  const [how, damage] of [
    ["empty", () => new Uint8Array(0)],
    ["half", (bytes: Uint8Array) => bytes.slice(0, 10)],
    ["garbage", () => crypto.getRandomValues(new Uint8Array(100))],
    ["of another kind", () => new TextEncoder().encode('{"v":1,"logs":{"/log":5}}')],
  ] as const
) {
  Deno.test(`CursorFile.load() takes the one before when the file is ${how}`, async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/cursor`;
    saved(path, 1, 2);
    await Deno.writeFile(path, damage(await Deno.readFile(path)));
    assert.deepEqual(loaded(path), ["previous", 1]);
    await Deno.remove(`${path}.old`);
    assert.deepEqual(loaded(path), ["damaged", undefined]);
  });
}

Deno.test("CursorFile.load() takes the fresh file when a crash came between two renames", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/cursor`;
  saved(path, 1, 2);
  await Deno.rename(path, `${path}.new`);
  assert.deepEqual(loaded(path), ["good", 2]);
});

Deno.test("CursorFile.load() refuses the file of a newer version", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/cursor`;
  await Deno.writeTextFile(path, '{"v":2,"logs":{}}');
  assert.throws(() => new CursorFile(path).load(), /newer version/);
});

Deno.test("CursorFile.lock() lets one in", async () => {
  await using folder = await tempFolder();
  const [first, second] = [1, 2].map(() => new CursorFile(`${folder.path}/cursor`));
  assert.ok(first!.lock());
  assert.ok(!second!.lock());
  first!.close();
  assert.ok(second!.lock());
  second!.close();
});

Deno.test("CursorFile.save() follows no link in the place of the file that it is about to write", async () => {
  await using folder = await tempFolder();
  const [path, other] = [`${folder.path}/cursor`, `${folder.path}/other`];
  await Deno.writeTextFile(other, "of somebody else");
  await Deno.symlink(other, `${path}.new`);
  saved(path, 1);
  assert.equal(await Deno.readTextFile(other), "of somebody else");
  const { isSymlink, mode } = await Deno.lstat(path);
  assert.deepEqual([isSymlink, (mode ?? 0) & 0o007], [false, 0]);
});
