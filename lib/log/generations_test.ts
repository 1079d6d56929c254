import assert from "node:assert/strict";
import { basename, join, relative } from "node:path";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import { hasStayed, isUnchanged, listGenerations } from "./generations.ts";
import { LogFileError, type LogFiles, REAL_FILES } from "./log_files.ts";

async function folderWith(...names: readonly string[]): Promise<TempFolder> {
  const folder = await tempFolder();
  for (const name of names) await Deno.writeTextFile(join(folder.path, name), name);
  return folder;
}

function namesIn(folder: TempFolder, live = "a.json", files = REAL_FILES): string[] {
  return listGenerations(files, join(folder.path, live)).files.map(({ path }) => basename(path));
}

Deno.test("listGenerations() gives the oldest first and the live file last", async () => {
  await using folder = await folderWith("a.json", "a.json.1", "a.json.10.gz", "a.json.2.gz", "b");
  assert.deepEqual(namesIn(folder), ["a.json.10.gz", "a.json.2.gz", "a.json.1", "a.json"]);
  const { files } = listGenerations(REAL_FILES, join(folder.path, "a.json"));
  assert.deepEqual(files.map(({ isPacked }) => isPacked), [true, true, false, false]);
  assert.deepEqual(files.map(({ isLive }) => isLive), [false, false, false, true]);
});

Deno.test("listGenerations() finds rotated files without a live one", async () => {
  await using folder = await folderWith("a.json.1", "a.json.2");
  assert.deepEqual(namesIn(folder), ["a.json.2", "a.json.1"]);
  assert.deepEqual(namesIn(folder, "none/a.json"), []);
});

Deno.test("listGenerations() prefers the plain one of a file that is being compressed", async () => {
  await using folder = await folderWith("a.json", "a.json.1", "a.json.1.gz");
  assert.deepEqual(namesIn(folder), ["a.json.1", "a.json"]);
});

Deno.test("listGenerations() orders numbers and dates by which were written to last", async () => {
  await using folder = await folderWith("a.json", "a.json.1", "a.json.2", "a.json-20260101");
  const touch = (name: string, day: number) => {
    const time = new Date(Date.UTC(2026, 0, day));
    return Deno.utime(join(folder.path, name), time, time);
  };
  await touch("a.json.1", 2);
  await touch("a.json.2", 1);
  await touch("a.json-20260101", 3);
  assert.deepEqual(namesIn(folder), ["a.json.2", "a.json.1", "a.json-20260101", "a.json"]);
  await touch("a.json.1", 4);
  assert.deepEqual(namesIn(folder), ["a.json-20260101", "a.json.2", "a.json.1", "a.json"]);
});

Deno.test("listGenerations() follows a link, and looks beside its target as well", async () => {
  await using folder = await folderWith("a-20260101.json", "a-20260102.json", "a.json.1");
  await Deno.mkdir(join(folder.path, "other"));
  await Deno.symlink("a-20260102.json", join(folder.path, "a.json"));
  assert.deepEqual(namesIn(folder).toSorted(), ["a-20260101.json", "a.json", "a.json.1"]);
  await Deno.symlink("../a.json.1", join(folder.path, "other", "b.json"));
  await Deno.writeTextFile(join(folder.path, "a.json.1.1"), "");
  assert.deepEqual(namesIn(folder, "other/b.json"), ["a.json.1.1", "b.json"]);
});

Deno.test("listGenerations() gives a file once, however the path leads to its folder", async () => {
  await using folder = await folderWith("a.json", "a.json.1", "a.json.2");
  const expected = ["a.json.2", "a.json.1", "a.json"];
  const namesOf = (path: string) =>
    listGenerations(REAL_FILES, path).files.map(({ path }) => basename(path));
  assert.deepEqual(namesOf(relative(Deno.cwd(), join(folder.path, "a.json"))), expected);
  await using other = await tempFolder();
  await Deno.symlink(folder.path, join(other.path, "log"));
  assert.deepEqual(namesOf(join(other.path, "log", "a.json")), expected);
});

Deno.test("listGenerations() leaves out folders with such names", async () => {
  await using folder = await folderWith("a.json");
  await Deno.mkdir(join(folder.path, "a.json.1"));
  assert.deepEqual(namesIn(folder), ["a.json"]);
});

Deno.test("listGenerations() throws when the path is no file", async () => {
  await using folder = await folderWith();
  assert.throws(() => listGenerations(REAL_FILES, folder.path), { code: "EISDIR" });
  assert.throws(() => listGenerations(REAL_FILES, "/dev/null"), { code: "EINVAL" });
});

Deno.test("listGenerations() finds the live file in a folder that may not be listed", async () => {
  await using folder = await folderWith("a.json", "a.json.1");
  const files: LogFiles = {
    ...REAL_FILES,
    names: (path) => {
      throw new LogFileError(path, "EACCES");
    },
  };
  const { files: found, error } = listGenerations(files, join(folder.path, "a.json"));
  assert.deepEqual(found.map(({ isLive }) => isLive), [true]);
  assert.equal(error?.code, "EACCES");
});

Deno.test("listGenerations() sees each file once while a rotator renames them", async () => {
  for (let call = 0; call < 12; call++) {
    await using folder = await folderWith("a.json", "a.json.1", "a.json.2");
    const inodes = listGenerations(REAL_FILES, join(folder.path, "a.json")).files
      .map(({ ino }) => ino);
    let calls = 0;
    const facts = (path: string) => {
      if (calls++ === call) {
        for (const number of [2, 1]) {
          const name = join(folder.path, "a.json");
          Deno.renameSync(`${name}.${number}`, `${name}.${number + 1}`);
        }
        Deno.renameSync(join(folder.path, "a.json"), join(folder.path, "a.json.1"));
      }
      return REAL_FILES.facts(path);
    };
    const seen = listGenerations({ ...REAL_FILES, facts }, join(folder.path, "a.json")).files;
    assert.deepEqual(seen.map(({ ino }) => ino), inodes, `before call ${call}`);
  }
});

Deno.test("hasStayed() and isUnchanged() notice what was renamed, cut or written to", async () => {
  await using folder = await folderWith("a.json", "a.json.1");
  const path = join(folder.path, "a.json");
  const list = () => listGenerations(REAL_FILES, path).files;
  const before = list();
  assert.ok(hasStayed(before, list()));
  assert.ok(isUnchanged(before[0]!, list()[0]!));
  await Deno.writeTextFile(path, "more", { append: true });
  assert.ok(hasStayed(before, list()));
  assert.equal(isUnchanged(before[1]!, list()[1]!), false);
  await Deno.truncate(path, 1);
  assert.equal(hasStayed(before, list()), false);
  await Deno.writeTextFile(path, "a.json");
  assert.ok(hasStayed(before, list()));
  await Deno.rename(`${path}.1`, `${path}.2`);
  assert.equal(hasStayed(before, list()), false);
  assert.ok(isUnchanged(before[0]!, list()[0]!));
  await Deno.rename(`${path}.2`, `${path}.1`);
  await Deno.writeTextFile(`${path}.1`, "late", { append: true });
  assert.equal(hasStayed(before, list()), false);
});
