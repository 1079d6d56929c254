import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import { type LogCursor, startCursor } from "./cursor.ts";
import { type Generation, listGenerations } from "./generations.ts";
import { filesFrom, findPlace, openAnchor, signaturesBefore } from "./locate.ts";
import { LogFileError, type LogFiles, REAL_FILES } from "./log_files.ts";
import { Place } from "./place.ts";
import { hashOf, HEAD_SIZE } from "./signature.ts";

const OPTIONS = { files: REAL_FILES, maxLine: 1000 };

/** Lines that no other name gives. */
function textOf(name: string, lines = 100): string {
  return Array.from({ length: lines }, (_, index) => `${name} ${index} ${"x".repeat(20)}\n`).join(
    "",
  );
}

function pathIn(folder: TempFolder, suffix = ""): string {
  return join(folder.path, `a.json${suffix}`);
}

function list(folder: TempFolder): readonly Generation[] {
  return listGenerations(REAL_FILES, pathIn(folder)).files;
}

/** The cursor at `offset` of the file at `path`, as reading it leads to. */
async function cursorAt(path: string, offset: number): Promise<LogCursor> {
  const { dev, ino } = REAL_FILES.facts(path)!;
  const place = new Place({ dev, ino, before: [] });
  const bytes = await Deno.readFile(path);
  while (place.offset < offset) {
    const end = bytes.indexOf(0x0a, place.offset + 10_000) + 1 || offset;
    place.advance(bytes.subarray(place.offset), Math.min(end, offset) - place.offset);
  }
  return place.cursor();
}

/** Name and offset at which the place of `cursor` is found. */
async function whereIs(folder: TempFolder, cursor: LogCursor, files: LogFiles = REAL_FILES) {
  const { source, passed } = await findPlace(list(folder), cursor, { ...OPTIONS, files });
  source?.close();
  const found = source === undefined ? undefined : describe(source);
  return passed === undefined ? found : [basename(passed.generation.path), passed.isDamaged];
}

function describe({ path, place }: { readonly path: string; readonly place: Place }) {
  return [basename(path), place.offset] as const;
}

Deno.test("findPlace() finds a place under any name, plain or compressed", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(pathIn(folder), textOf("old"));
  for (const offset of [26, 800, 2000, textOf("old").length]) {
    const cursor = await cursorAt(pathIn(folder), offset);
    assert.deepEqual(await whereIs(folder, cursor), ["a.json", offset]);
    await Deno.rename(pathIn(folder), pathIn(folder, ".3"));
    await Deno.writeTextFile(pathIn(folder), textOf("new"));
    await Deno.writeTextFile(pathIn(folder, ".1"), textOf("one"));
    assert.deepEqual(await whereIs(folder, cursor), ["a.json.3", offset]);
    const content = await Deno.readFile(pathIn(folder, ".3"));
    for (
      const [suffix, packed] of [["gz", gzipSync(content)], [
        "zst",
        zstdCompressSync(content),
      ]] as const
    ) {
      await Deno.remove(pathIn(folder, ".3")).catch(() => {});
      await Deno.writeFile(pathIn(folder, `.3.${suffix}`), packed);
      assert.deepEqual(await whereIs(folder, cursor), [`a.json.3.${suffix}`, offset]);
      await Deno.remove(pathIn(folder, `.3.${suffix}`));
    }
    await Deno.writeFile(pathIn(folder), content);
  }
});

Deno.test("findPlace() finds nothing in another file with the same inode", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(pathIn(folder), textOf("old"));
  const cursor = await cursorAt(pathIn(folder), 2000);
  await Deno.writeTextFile(pathIn(folder), textOf("new"));
  const { dev, ino } = REAL_FILES.facts(pathIn(folder))!;
  assert.deepEqual([dev, ino], [cursor.dev, cursor.ino]);
  assert.equal(await whereIs(folder, cursor), undefined);
});

Deno.test("findPlace() compares head and tail both", async () => {
  await using folder = await tempFolder();
  const text = textOf("old");
  await Deno.writeTextFile(pathIn(folder), text);
  const cursor = await cursorAt(pathIn(folder), 2000);
  for (const index of [0, HEAD_SIZE - 1, 2000 - 256, 1999]) {
    await Deno.writeTextFile(pathIn(folder), `${text.slice(0, index)}#${text.slice(index + 1)}`);
    assert.equal(await whereIs(folder, cursor), undefined, `byte ${index}`);
  }
});

Deno.test("findPlace() prefers the file of the same inode, then the newest", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(pathIn(folder), textOf("old"));
  const cursor = await cursorAt(pathIn(folder), 2000);
  await Deno.copyFile(pathIn(folder), pathIn(folder, ".1"));
  assert.deepEqual(await whereIs(folder, { ...cursor, ino: 0 }), ["a.json", 2000]);
  await Deno.rename(pathIn(folder), pathIn(folder, ".2"));
  await Deno.copyFile(pathIn(folder, ".2"), pathIn(folder));
  assert.deepEqual(await whereIs(folder, cursor), ["a.json.2", 2000]);
});

Deno.test("findPlace() knows a rotated copy that is too short, and one that is damaged", async () => {
  await using folder = await tempFolder();
  const text = textOf("old", 5000);
  await Deno.writeTextFile(pathIn(folder), text);
  const cursor = await cursorAt(pathIn(folder), 120_000);
  await Deno.writeTextFile(pathIn(folder), textOf("new"));
  await Deno.writeTextFile(pathIn(folder, ".1"), text.slice(0, 110_000));
  assert.deepEqual(await whereIs(folder, cursor), ["a.json.1", false]);
  await Deno.writeTextFile(pathIn(folder), "\0".repeat(500) + text);
  const behindHole = await cursorAt(pathIn(folder), 120_000);
  await Deno.writeTextFile(pathIn(folder, ".1"), "\0".repeat(500) + text.slice(0, 1100));
  await Deno.writeTextFile(pathIn(folder), textOf("new"));
  assert.deepEqual(await whereIs(folder, behindHole), ["a.json.1", false]);
  await Deno.remove(pathIn(folder, ".1"));
  const packed = gzipSync(text);
  await Deno.writeFile(pathIn(folder, ".1.gz"), packed.subarray(0, packed.length / 2));
  assert.deepEqual(await whereIs(folder, cursor), ["a.json.1.gz", true]);
  // Of the live file that is no more than a part that is missing.
  await Deno.writeTextFile(pathIn(folder), text.slice(0, 110_000));
  await Deno.remove(pathIn(folder, ".1.gz"));
  assert.equal(await whereIs(folder, cursor), undefined);
});

Deno.test("findPlace() finds nothing for a cursor at the start, and for one behind NULs only", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(pathIn(folder), "\0".repeat(5000) + textOf("a"));
  assert.equal(await whereIs(folder, startCursor(list(folder)[0]!)), undefined);
  const cursor = await cursorAt(pathIn(folder), 5100);
  assert.deepEqual(await whereIs(folder, cursor), ["a.json", 5100]);
  assert.equal(await whereIs(folder, { ...cursor, offset: 5000, head: "" }), undefined);
});

Deno.test("findPlace() throws rather than to take a file for lost that cannot be read", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(pathIn(folder), textOf("old"));
  const cursor = await cursorAt(pathIn(folder), 2000);
  await Deno.rename(pathIn(folder), pathIn(folder, ".1"));
  await Deno.writeTextFile(pathIn(folder), textOf("new"));
  const refusing = (name: string, code: string): LogFiles => ({
    ...REAL_FILES,
    open: (path) => {
      if (basename(path) === name) throw new LogFileError(path, code);
      return REAL_FILES.open(path);
    },
  });
  await assert.rejects(whereIs(folder, cursor, refusing("a.json.1", "EACCES")), { code: "EACCES" });
  await assert.rejects(whereIs(folder, cursor, refusing("a.json.1", "EMFILE")), { code: "EMFILE" });
  const foreign = { ...cursor, ino: 0 };
  await assert.rejects(
    whereIs(folder, { ...foreign, head: foreign.tail }, refusing("a.json", "EIO")),
    {
      code: "EIO",
    },
  );
  assert.deepEqual(await whereIs(folder, cursor, refusing("a.json", "EACCES")), ["a.json.1", 2000]);
  assert.equal(await whereIs(folder, foreign, refusing("a.json.1", "EACCES")), undefined);
});

Deno.test("openAnchor() goes back to the last place that is still there", async () => {
  await using folder = await tempFolder();
  const text = textOf("old", 40_000);
  await Deno.writeTextFile(pathIn(folder), text);
  const cursor = await cursorAt(pathIn(folder), text.length);
  const anchors = cursor.anchors!.map(({ offset }) => offset);
  assert.ok(anchors.length >= 3);
  await Deno.writeTextFile(pathIn(folder), text.slice(0, anchors[1]! + 50) + textOf("new"));
  assert.equal(await whereIs(folder, cursor), undefined);
  const source = await openAnchor(list(folder), cursor, OPTIONS);
  assert.deepEqual(describe(source!), ["a.json", anchors[1]]);
  assert.deepEqual(source!.place.anchors, cursor.anchors!.slice(1));
  source!.close();
  await Deno.writeTextFile(pathIn(folder), textOf("new", 40_000));
  assert.equal(await openAnchor(list(folder), cursor, OPTIONS), undefined);
});

Deno.test("filesFrom() gives what is behind the first file before that is known", async () => {
  await using folder = await tempFolder();
  for (const suffix of [".3", ".2", ".1", ""]) {
    await Deno.writeTextFile(pathIn(folder, suffix), textOf(`file${suffix}`));
  }
  const signature = (name: string, size = HEAD_SIZE) => ({
    size,
    hash: hashOf(new TextEncoder().encode(textOf(name).slice(0, size))),
  });
  const behind = async (before: LogCursor["before"], ino = 0) => {
    const cursor = startCursor({ dev: list(folder)[0]!.dev, ino, before });
    const { files, isCertain } = await filesFrom(list(folder), cursor, OPTIONS);
    return [files.map(({ path }) => basename(path).slice(6)).join(), isCertain];
  };
  assert.deepEqual(await behind([signature("file.2")]), [".1,", true]);
  assert.deepEqual(await behind([signature("gone"), signature("file.3")]), [".2,.1,", true]);
  assert.deepEqual(await behind([signature("file.3", 40)]), [".3,.2,.1,", false]);
  await Deno.writeTextFile(pathIn(folder, ".2"), textOf("file.2").slice(0, 40));
  assert.deepEqual(await behind([signature("file.2", 40)]), [".1,", true]);
  assert.deepEqual(await behind([]), [".3,.2,.1,", true]);
  assert.deepEqual(await behind([signature("gone")]), [".3,.2,.1,", false]);
  assert.deepEqual(await behind([signature("file")]), [".3,.2,.1,", false]);
  assert.deepEqual(await behind(undefined), ["", false]);
  assert.deepEqual(await behind(undefined, list(folder)[1]!.ino), [".2,.1,", true]);
});

Deno.test("signaturesBefore() tells the files before, the latest first", async () => {
  await using folder = await tempFolder();
  for (const suffix of [".5", ".4", ".2", ".1", ""]) {
    await Deno.writeTextFile(pathIn(folder, suffix), textOf(`file${suffix}`, 1));
  }
  await Deno.writeTextFile(pathIn(folder, ".3"), "");
  const text = (suffix: string) => new TextEncoder().encode(textOf(`file${suffix}`, 1));
  const expected = [".1", ".2", ".4"].map((name) => ({
    size: text(name).length,
    hash: hashOf(text(name)),
  }));
  assert.deepEqual(await signaturesBefore(list(folder), 5, OPTIONS), expected);
  assert.deepEqual(await signaturesBefore(list(folder), 3, OPTIONS), [expected[2], {
    size: text(".5").length,
    hash: hashOf(text(".5")),
  }]);
  assert.deepEqual(await signaturesBefore(list(folder), 0, OPTIONS), []);
  const files: LogFiles = {
    ...REAL_FILES,
    open: (path) => {
      throw new LogFileError(path, "EACCES");
    },
  };
  assert.equal(await signaturesBefore(list(folder), 5, { ...OPTIONS, files }), undefined);
});
