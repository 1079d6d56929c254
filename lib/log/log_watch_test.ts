import assert from "node:assert/strict";
import { join } from "node:path";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { FolderWatch, REAL_TIMING } from "./log_watch.ts";

/** Milliseconds that are as good as never. */
const NEVER = 2 ** 31 - 1;

/** A watch that is woken by changes only; fails when none is noticed. */
function watching(path: string, interval = NEVER): { changed(): Promise<void> } & Disposable {
  const watch = new FolderWatch(path, interval);
  return {
    changed: async () => {
      const signal = AbortSignal.timeout(180_000);
      await watch.changed(signal);
      assert.equal(signal.aborted, false, "nothing was noticed");
    },
    [Symbol.dispose]: () => watch.close(),
  };
}

Deno.test("FolderWatch notices what is appended, also by the second and the third write", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  await Deno.writeTextFile(path, "");
  using watch = watching(path);
  for (let round = 0; round < 3; round++) {
    await Deno.writeTextFile(path, "x\n", { append: true });
    await watch.changed();
  }
});

Deno.test("FolderWatch notices a file that is made, renamed or deleted", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  using watch = watching(path);
  await Deno.writeTextFile(path, "");
  await watch.changed();
  await Deno.rename(path, `${path}.1`);
  await watch.changed();
  await Deno.writeTextFile(path, "");
  await watch.changed();
  await Deno.remove(path);
  await watch.changed();
});

Deno.test("FolderWatch notices what is written to the target of a link elsewhere", async () => {
  await using folder = await tempFolder();
  const target = join(folder.path, "logs", "b.json");
  await Deno.mkdir(join(folder.path, "logs"));
  await Deno.writeTextFile(target, "");
  await Deno.symlink("logs/b.json", join(folder.path, "a.json"));
  using watch = watching(join(folder.path, "a.json"));
  await Deno.writeTextFile(target, "x\n", { append: true });
  await watch.changed();
});

Deno.test("FolderWatch is not woken by other files, nor by reading", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  await Deno.writeTextFile(path, "");
  const watch = new FolderWatch(path, NEVER);
  const stop = new AbortController();
  let isWoken = false;
  const changed = watch.changed(stop.signal).then(() => isWoken = true);
  await Deno.writeTextFile(join(folder.path, "b.json"), "x\n");
  await Deno.readTextFile(path);
  // Events come in order: once the watch of the other file has been told, this one has heard all.
  using other = watching(join(folder.path, "c.json"));
  await Deno.writeTextFile(join(folder.path, "c.json"), "x\n");
  await other.changed();
  assert.equal(isWoken, false);
  stop.abort();
  await changed;
  watch.close();
});

Deno.test("FolderWatch looks now and then where nothing can be heard", async () => {
  await using folder = await tempFolder();
  const logs = join(folder.path, "logs");
  using watch = watching(join(logs, "a.json"), 1);
  await watch.changed();
  await Deno.mkdir(logs);
  await watch.changed();
  await Deno.rename(logs, `${logs}.old`);
  await Deno.mkdir(logs);
  await watch.changed();
});

Deno.test("FolderWatch watches a folder that was made or replaced after a look", async () => {
  await using folder = await tempFolder();
  const logs = join(folder.path, "logs");
  const path = join(logs, "a.json");
  const watch = new FolderWatch(path, 1);
  for (let round = 0; round < 2; round++) {
    await Deno.mkdir(logs);
    await watch.changed(undefined);
    await Deno.writeTextFile(path, "x\n");
    await watch.changed(undefined);
    await Deno.rename(logs, `${logs}.${round}`);
  }
  watch.close();
});

Deno.test("FolderWatch.changed() and sleep() end when they are told", async () => {
  await using folder = await tempFolder();
  const watch = new FolderWatch(join(folder.path, "a.json"), NEVER);
  const stop = new AbortController();
  const waiting = [watch.changed(stop.signal), REAL_TIMING.sleep(NEVER, stop.signal)];
  stop.abort();
  await Promise.all(waiting);
  await watch.changed(stop.signal);
  await REAL_TIMING.sleep(NEVER, stop.signal);
  watch.close();
  watch.close();
});
