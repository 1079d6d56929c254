/** `decnet collect` when its state is lost, damaged, locked, newer, or somebody else collects (F3, F34, F38, F41). */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../../lib/store/sqlite_store.ts";
import { type CollectFiles, collectFiles } from "../support/collect_files.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const LINES = 500;

/** Bytes at the start that are left of a file that is damaged half. */
const HALF = 10;

type Damage = (path: string) => Promise<void>;

const empty: Damage = (path) => Deno.truncate(path, 0);
const half: Damage = (path) => Deno.truncate(path, HALF);
const garbage: Damage = async (path) => {
  const { size } = await Deno.stat(path);
  const bytes = new Uint8Array(size);
  for (let start = 0; start < size; start += 65_536) {
    crypto.getRandomValues(bytes.subarray(start, start + 65_536));
  }
  await Deno.writeFile(path, bytes);
};
const remove: Damage = (path) => Deno.remove(path);

/** Files of the state: SQLite's, and the older cursor beside them. */
async function stateFiles(
  { state }: CollectFiles,
): Promise<{ database: string[]; copy: string[] }> {
  const folder = state.slice(0, state.lastIndexOf("/"));
  const paths: string[] = [];
  for await (const { name } of Deno.readDir(folder)) paths.push(`${folder}/${name}`);
  const copy = paths.filter((path) => path.includes(".collect-"));
  return { database: paths.filter((path) => !copy.includes(path)), copy };
}

const DAMAGES: readonly (readonly [what: string, damage: Damage])[] = [
  ["empty", empty],
  ["cut short", half],
  ["garbage", garbage],
  ["gone", remove],
];

for (const which of ["state file", "state file and older cursor", "older cursor"] as const) {
  for (const [what, damage] of DAMAGES) {
    Deno.test(`F3 F38: killed, and its ${which} ${what}: each line once`, async () => {
      await using folder = await tempFolder();
      const files = collectFiles(folder);
      await files.put(LINES);
      await using run = new RunningDecnet(files.args());
      await files.collected(run);
      await files.put(LINES);
      await files.collected(run);
      run.kill("SIGKILL");
      await run.end();
      const { database, copy } = await stateFiles(files);
      const paths = [
        ...which === "older cursor" ? [] : database,
        ...which === "state file" ? [] : copy,
      ];
      for (const path of paths) await damage(path);
      await files.put(10);
      await files.run();
      files.check();
    });
  }
}

Deno.test("F38: a state file that somebody locks holds nothing up, and is told of", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(LINES);
  await using run = new RunningDecnet(files.args());
  await files.collected(run);
  const database = new DatabaseSync(files.state);
  try {
    database.exec("BEGIN EXCLUSIVE");
    await files.put(LINES);
    await run.stderr.until((text) => /locked.*until that is over a crash may double/.test(text));
    await files.collected(run);
    database.exec("ROLLBACK");
  } finally {
    database.close();
  }
  run.kill("SIGTERM");
  const { code, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  await files.put(10);
  await files.run();
  files.check();
});

Deno.test("F34: a second collector of the same files says who is the first, and ends", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(LINES);
  await using first = new RunningDecnet(files.args());
  await files.collected(first);
  // Another path to the same place is no way around.
  await Deno.symlink(`${folder.path}/out`, `${folder.path}/link`);
  for (const base of [files.base, `${folder.path}/link/decnet.log`]) {
    const other = [...files.args(), "--no-state"].map((arg) => arg === files.base ? base : arg);
    const args = other.filter((arg) => arg !== "--state" && arg !== files.state);
    await using second = new RunningDecnet(args);
    const { code, stdout, stderr } = await second.end();
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      new RegExp(
        `^decnet: process ${first.pid}, since [-\\d:.TZ]+, collects to .*\\.log already\n` +
          "  hint: --out BASE for another place\n$",
      ),
    );
  }
  first.kill("SIGKILL");
  await first.end();
  // Its lock has died with it.
  await files.put(10);
  await files.run();
  files.check();
});

Deno.test("F41: the cursor of a newer version is refused, and left as it is", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(10);
  await files.run();
  const store = new SqliteStore(files.state);
  const newer = { v: 99, of: "a later version" };
  let key = "";
  for await (const entry of store.scan("collect/")) {
    key = entry.key;
    assert.ok(await store.compareAndSet(key, entry.revision, newer));
  }
  await using run = new RunningDecnet(files.args());
  const { code, stderr } = await run.end();
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^decnet: the cursor was written by a newer decnet\n {2}hint: .*\n$/);
  assert.deepEqual((await store.get(key))?.value, newer);
  store.close();
});
