import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import { Lineage } from "./lineage.ts";
import { LogFileError, type LogFiles, REAL_FILES } from "./log_files.ts";
import { openAtStart } from "./open_generation.ts";
import type { Signature } from "./signature.ts";
import type { LogSource } from "./source.ts";

interface Scene extends AsyncDisposable {
  readonly path: string;
  readonly lineage: Lineage;
  readonly errors: readonly string[];
}

async function scene(
  files: Readonly<Record<string, string>>,
  system: LogFiles = REAL_FILES,
): Promise<Scene> {
  const folder: TempFolder = await tempFolder();
  const path = join(folder.path, "a");
  for (const [suffix, text] of Object.entries(files)) await Deno.writeTextFile(path + suffix, text);
  const errors: string[] = [];
  const options = { files: system, maxLine: 1000 };
  const lineage = new Lineage(path, options, ({ code }) => errors.push(code));
  return { path, lineage, errors, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Enters the file with `suffix` and reads all of it. */
async function enter(
  { path, lineage }: Scene,
  suffix: string,
  before: readonly Signature[] = [],
): Promise<LogSource> {
  const file = lineage.list().find((generation) => generation.path === path + suffix);
  const source = openAtStart(file!, before, { files: REAL_FILES, maxLine: 1000 });
  lineage.enter(undefined);
  const reading = await source.read();
  if (reading.kind === "lines") source.place.advance(reading.bytes, reading.end);
  return source;
}

async function namesBehind({ lineage }: Scene, source: LogSource): Promise<[string[], boolean]> {
  const { files, isComplete } = await lineage.behind(source);
  return [files.map(({ path }) => basename(path)), isComplete];
}

Deno.test("Lineage.behind() gives what is newer than the file, whatever that is called", async () => {
  await using log = await scene({ ".2": "1\n", ".1": "2\n", "": "3\n" });
  const source = await enter(log, ".2");
  assert.deepEqual(await namesBehind(log, source), [["a.1", "a"], true]);
  await Deno.rename(`${log.path}.2`, `${log.path}.3`);
  assert.deepEqual(await namesBehind(log, source), [["a.1", "a"], true]);
  await Deno.remove(`${log.path}.3`);
  await Deno.writeFile(`${log.path}.3.gz`, gzipSync("1\n"));
  assert.deepEqual(await namesBehind(log, source), [["a.1", "a"], true]);
  await Deno.rename(`${log.path}.3.gz`, `${log.path}.4.gz`);
  assert.deepEqual(await namesBehind(log, source), [["a.1", "a"], true]);
  source.close();
});

Deno.test("Lineage.behind() takes all for newer when the file is gone, and nothing came before it", async () => {
  await using log = await scene({ "": "1\n" });
  const source = await enter(log, "");
  await Deno.remove(log.path);
  await Deno.writeTextFile(log.path, "2\n");
  assert.deepEqual(await namesBehind(log, source), [["a"], true]);
  await Deno.writeTextFile(`${log.path}.1`, "3\n");
  assert.deepEqual(await namesBehind(log, source), [["a.1", "a"], false]);
  source.close();
});

Deno.test("Lineage.behind() goes by what came before when the file is gone", async () => {
  await using log = await scene({ ".1": "1\n", "": "2\n" });
  const before = (await enter(log, ".1")).place.passed!;
  const source = await enter(log, "", before);
  await Deno.remove(log.path);
  assert.deepEqual(await namesBehind(log, source), [[], true]);
  await Deno.writeTextFile(log.path, "3\n");
  assert.deepEqual(await namesBehind(log, source), [["a"], true]);
  source.close();
});

Deno.test("Lineage.isPreceded() notices a copy of what was never read", async () => {
  await using log = await scene({ ".1": "1\n", "": "" });
  const before = (await enter(log, ".1")).place.passed!;
  const source = await enter(log, "", before);
  assert.equal(await log.lineage.isPreceded(source), false);
  await Deno.remove(`${log.path}.1`);
  await Deno.writeFile(`${log.path}.2.gz`, gzipSync("1\n"));
  assert.equal(await log.lineage.isPreceded(source), false);
  await Deno.writeTextFile(`${log.path}.1`, "2\n");
  assert.equal(await log.lineage.isPreceded(source), true);
  // It was gone back to, so it need not be done again.
  assert.equal(await log.lineage.isPreceded(source), false);
  await Deno.writeTextFile(`${log.path}.1`, "2\n3\n");
  assert.equal(await log.lineage.isPreceded(source), true);
  source.close();
});

Deno.test("Lineage.openOriginal() goes from a copy to the file that it is made of", async () => {
  await using log = await scene({ ".1": "1\n2", "": "1\n2\n3\n" });
  const source = await enter(log, ".1");
  const original = await log.lineage.openOriginal(source, false);
  assert.deepEqual([original?.path, original?.place.offset], [log.path, 2]);
  original?.close();
  await Deno.writeTextFile(log.path, "3\n4\n");
  assert.equal(await log.lineage.openOriginal(source, false), undefined);
  source.close();
});

Deno.test("Lineage.openOriginal() takes no file for a copy that was the live one", async () => {
  await using log = await scene({ ".1": "1\n", "": "1\n2\n" });
  const source = await enter(log, ".1");
  const original = await log.lineage.openOriginal(source, true);
  assert.equal(original, undefined);
  source.close();
});

Deno.test("Lineage.openOriginal() knows a copy that has no whole line yet", async () => {
  await using log = await scene({ ".1": "1", "": "1\n2\n" });
  const source = await enter(log, ".1");
  const original = await log.lineage.openOriginal(source, false);
  assert.deepEqual([original?.path, original?.place.offset], [log.path, 0]);
  original?.close();
  await Deno.writeTextFile(log.path, "3\n4\n");
  assert.equal(await log.lineage.openOriginal(source, false), undefined);
  source.close();
});

Deno.test("Lineage.findPlace() fails rather than to miss what is moved meanwhile", async () => {
  let move = () => {};
  const files: LogFiles = {
    ...REAL_FILES,
    open: (path) => {
      move();
      return REAL_FILES.open(path);
    },
  };
  await using log = await scene({ "": "1\n2\n" }, files);
  const source = await enter(log, "");
  const cursor = source.place.cursor();
  const generations = log.lineage.list();
  move = () => {
    move = () => {};
    Deno.copyFileSync(log.path, `${log.path}.1`);
    Deno.truncateSync(log.path);
  };
  await assert.rejects(log.lineage.findPlace(generations, cursor), LogFileError);
  const { source: found } = await log.lineage.findPlace(log.lineage.list(), cursor);
  assert.equal(found?.path, `${log.path}.1`);
  found?.close();
  source.close();
});

Deno.test("Lineage.list() tells of a folder that may not be listed", async () => {
  const files: LogFiles = {
    ...REAL_FILES,
    names: (path) => {
      throw new LogFileError(path, "EACCES");
    },
  };
  await using log = await scene({ "": "1\n" }, files);
  assert.equal(log.lineage.list().length, 1);
  assert.deepEqual(log.errors, ["EACCES"]);
});
