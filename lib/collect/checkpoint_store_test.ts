import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { startCursor } from "../log/cursor.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { CheckpointStore, NOTHING_STORED } from "./checkpoint_store.ts";
import { wholeFile } from "./whole_file.ts";

function checkpoint(ino: number): Checkpoint {
  const log = startCursor({ dev: 1, ino, before: [] });
  return { log, json: log, streams: new Map(), held: [], rest: undefined };
}

Deno.test("CheckpointStore keeps the newest, and the one that is on the disk", async () => {
  await using folder = await tempFolder();
  const copy = wholeFile(`${folder.path}/copy`);
  const store = new SqliteStore(":memory:");
  const writer = new CheckpointStore(store, "k", copy);
  assert.deepEqual(await writer.load(), NOTHING_STORED);
  await writer.save(checkpoint(1));
  await writer.saveCopy(checkpoint(1));
  await writer.save(checkpoint(2));
  assert.deepEqual(await new CheckpointStore(store, "k", copy).load(), {
    newest: checkpoint(2),
    durable: checkpoint(1),
    damaged: [],
  });
  assert.deepEqual(await new CheckpointStore(store, "other", copy).load(), {
    newest: undefined,
    durable: checkpoint(1),
    damaged: [],
  });
});

Deno.test("CheckpointStore tells what is damaged, and writes over it", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/copy`;
  for (const garbage of ["", "{", '{"v":1}', "x\ny\n", "\0\0\0"]) {
    const store = new SqliteStore(":memory:");
    await Deno.writeTextFile(path, garbage);
    await store.compareAndSet("k", 0, garbage);
    const subject = new CheckpointStore(store, "k", wholeFile(path));
    assert.deepEqual(await subject.load(), {
      newest: undefined,
      durable: undefined,
      damaged: ["the cursor in the state file", path],
    });
    await subject.save(checkpoint(1));
    await subject.saveCopy(checkpoint(1));
    const { newest, durable, damaged } = await subject.load();
    assert.deepEqual([newest, durable, damaged], [checkpoint(1), checkpoint(1), []]);
  }
});

Deno.test("CheckpointStore takes no copy of which a part is missing or changed", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/copy`;
  const subject = new CheckpointStore(new SqliteStore(":memory:"), "k", wholeFile(path));
  await subject.saveCopy(checkpoint(1));
  const text = await Deno.readTextFile(path);
  for (
    const damaged of [text.slice(0, 10), text.slice(0, -10), text.replace('"ino":1', '"ino":2')]
  ) {
    await Deno.writeTextFile(path, damaged);
    assert.equal((await subject.load()).durable, undefined);
  }
});

Deno.test("CheckpointStore writes although somebody else did", async () => {
  const store = new SqliteStore(":memory:");
  const copy = { path: "", read: () => undefined, write: () => Promise.resolve() };
  const subject = new CheckpointStore(store, "k", copy);
  await subject.load();
  await subject.save(checkpoint(1));
  await store.compareAndSet("k", 1, "theirs");
  await subject.save(checkpoint(2));
  assert.deepEqual((await subject.load()).newest, checkpoint(2));
});

Deno.test("wholeFile() leaves the old text where the new cannot be written", async () => {
  await using folder = await tempFolder();
  const file = wholeFile(`${folder.path}/copy`);
  assert.equal(file.read(), undefined);
  await file.write("old");
  await Deno.mkdir(`${folder.path}/copy.new`);
  await assert.rejects(file.write("new"));
  assert.equal(file.read(), "old");
  assert.equal(wholeFile(folder.path).read(), "", "what cannot be read is damaged");
});

Deno.test("CheckpointStore leaves alone what a later version has stored", async () => {
  const store = new SqliteStore(":memory:");
  await store.compareAndSet("k", 0, { v: 2, all: "different" });
  const copy = { path: "", read: () => undefined, write: () => Promise.resolve() };
  await assert.rejects(new CheckpointStore(store, "k", copy).load(), {
    name: "StateError",
    message: /newer decnet/,
  });
});
