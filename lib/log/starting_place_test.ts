import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { shortenAll } from "../../tests/support/log_follower.ts";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import { nextLineStart } from "./last_lines.ts";
import { REAL_FILES } from "./log_files.ts";
import { readLog } from "./read_log.ts";
import { cursorIn, type LogStart, startingCursor } from "./starting_place.ts";

const OPTIONS = { files: REAL_FILES, maxLine: 1000 };

async function folderWith(files: Readonly<Record<string, string>>): Promise<TempFolder> {
  const folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) {
    const isPacked = name.endsWith(".gz");
    await Deno.writeFile(
      join(folder.path, name),
      isPacked ? gzipSync(text) : new TextEncoder().encode(text),
    );
  }
  return folder;
}

/** What is read from `start` on, without the notices of rotation. */
async function linesFrom(folder: TempFolder, start: LogStart): Promise<string> {
  const cursor = await startingCursor(join(folder.path, "a"), start, OPTIONS);
  const stored = { at: "cursor", cursor } as const;
  const items = await shortenAll(readLog(join(folder.path, "a"), { start: stored, settle: 0 }));
  return items.filter((item) => item !== "[rotated]").join(" ");
}

const LOG = { "a.3.gz": "1\n2\n3\n", "a.2": "4\n5\n", "a.1": "6\n7\n8\n", a: "9\n10\nhalf" };

Deno.test("startingCursor() starts at the beginning, with rotated files or without", async () => {
  await using folder = await folderWith(LOG);
  assert.equal(
    await linesFrom(folder, { at: "start", rotated: true }),
    "1 2 3 4 5 6 7 8 9 10 [caught_up]",
  );
  assert.equal(await linesFrom(folder, { at: "start", rotated: false }), "9 10 [caught_up]");
});

Deno.test("startingCursor() starts behind the last whole line", async () => {
  await using folder = await folderWith(LOG);
  const cursor = await startingCursor(join(folder.path, "a"), { at: "end" }, OPTIONS);
  await Deno.writeTextFile(join(folder.path, "a"), "11\n12\n", { append: true });
  assert.equal(await linesFrom(folder, { at: "cursor", cursor }), "half11 12 [caught_up]");
});

Deno.test("startingCursor() starts at the last lines, also in rotated and compressed files", async () => {
  await using folder = await folderWith(LOG);
  const expected = [
    "[caught_up]",
    "10 [caught_up]",
    "9 10 [caught_up]",
    "8 9 10 [caught_up]",
    "7 8 9 10 [caught_up]",
    "6 7 8 9 10 [caught_up]",
    "5 6 7 8 9 10 [caught_up]",
    "4 5 6 7 8 9 10 [caught_up]",
    "3 4 5 6 7 8 9 10 [caught_up]",
    "2 3 4 5 6 7 8 9 10 [caught_up]",
    "1 2 3 4 5 6 7 8 9 10 [caught_up]",
    "1 2 3 4 5 6 7 8 9 10 [caught_up]",
  ];
  for (const [lines, items] of expected.entries()) {
    assert.equal(await linesFrom(folder, { at: "last", lines }), items);
  }
  assert.equal(await linesFrom(folder, { at: "last", lines: 1e15 }), expected.at(-1));
});

Deno.test("startingCursor() waits for a live file that is missing or empty", async () => {
  for (const live of [undefined, "", "half"]) {
    const { a: _, ...rotated } = LOG;
    await using folder = await folderWith(live === undefined ? rotated : { ...rotated, a: live });
    for (
      const start of [{ at: "end" }, { at: "start", rotated: false }, {
        at: "last",
        lines: 0,
      }] as const
    ) {
      const path = join(folder.path, "a");
      const cursor = await startingCursor(path, start, OPTIONS);
      await Deno.writeTextFile(path, "9\n");
      await Deno.rename(path, join(folder.path, "a.0"));
      await Deno.writeTextFile(path, "10\n");
      assert.equal(await linesFrom(folder, { at: "cursor", cursor }), "9 10 [caught_up]");
      await Deno.remove(join(folder.path, "a.0"));
      await Deno.writeTextFile(path, live ?? "");
    }
  }
});

Deno.test("startingCursor() starts at the very beginning where there is nothing yet", async () => {
  await using folder = await tempFolder();
  for (
    const start of [{ at: "end" }, { at: "start", rotated: false }, {
      at: "last",
      lines: 3,
    }] as const
  ) {
    const cursor = await startingCursor(join(folder.path, "a"), start, OPTIONS);
    assert.deepEqual([cursor.offset, cursor.before], [0, []]);
  }
});

Deno.test("startingCursor() stops at a rotated file that is damaged", async () => {
  await using folder = await folderWith(LOG);
  await Deno.writeTextFile(join(folder.path, "a.3.gz"), "not gzip");
  assert.equal(await linesFrom(folder, { at: "last", lines: 100 }), "4 5 6 7 8 9 10 [caught_up]");
});

Deno.test("cursorIn() starts at an offset that the caller has found", async () => {
  await using folder = await folderWith(LOG);
  const path = join(folder.path, "a");
  const file = REAL_FILES.open(join(folder.path, "a.1"));
  const offset = nextLineStart(file, 1, 6);
  const cursor = await cursorIn(path, file, offset, OPTIONS);
  assert.equal(cursor?.before?.length, 2);
  assert.equal(await cursorIn(path, file, 7, OPTIONS), undefined);
  file.close();
  assert.equal(await linesFrom(folder, { at: "cursor", cursor: cursor! }), "7 8 9 10 [caught_up]");
  assert.equal(basename(path), "a");
});
