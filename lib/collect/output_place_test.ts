import assert from "node:assert/strict";
import { OutputPlace } from "./output_place.ts";

Deno.test("OutputPlace.sync() trusts no success behind a failure, which fsync(2) tells once", async () => {
  const path = await Deno.makeTempFile();
  let fails = true;
  const place = new OutputPlace(path, () => {
    if (!fails) return Promise.resolve();
    fails = false;
    return Promise.reject(new Error("EIO"));
  });
  try {
    await Deno.writeTextFile(path, "a\n");
    const { dev, ino, size } = await Deno.stat(path);
    assert.equal((await place.cursor({ dev, ino: ino!, size }))?.offset, 2);
    await assert.rejects(place.sync(), /EIO/);
    await assert.rejects(place.sync(), /EIO/);
  } finally {
    place.close();
    await Deno.remove(path);
  }
});

Deno.test("OutputPlace.cursor() is undefined once the path leads to another file", async () => {
  const path = await Deno.makeTempFile();
  const place = new OutputPlace(path);
  try {
    const { dev, ino } = await Deno.stat(path);
    const before = { dev, ino: ino!, size: 0 };
    assert.equal((await place.cursor(before))?.offset, 0);
    await Deno.rename(path, `${path}.1`);
    await Deno.writeTextFile(path, "");
    const after = await Deno.stat(path);
    assert.equal((await place.cursor({ dev, ino: after.ino!, size: 0 }))?.offset, 0);
    assert.equal(await place.cursor(before), undefined);
    await place.sync();
  } finally {
    place.close();
    await Deno.remove(path);
    await Deno.remove(`${path}.1`);
  }
});
