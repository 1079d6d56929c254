import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LogFollower, shorten, shortenAll } from "../../tests/support/log_follower.ts";
import { type TempFolder, tempFolder } from "../../tests/support/temp_folder.ts";
import type { LogCursor } from "./cursor.ts";
import type { LogItem, LogLines, LogNotice } from "./item.ts";
import { type LogFile, LogFileError, type LogFiles, REAL_FILES } from "./log_files.ts";
import { readLog, type ReadLogOptions } from "./read_log.ts";

const FROM_START = { at: "start", rotated: true } as const;

/** A log, and one that reads it. */
interface Scene extends AsyncDisposable {
  readonly path: string;
  readonly follower: LogFollower;
  /** What came since the last call, in short. */
  news(): Promise<string>;
  /** The last notice of a kind. */
  notice<K extends LogNotice["kind"]>(kind: K): LogNotice & { readonly kind: K };
}

async function scene(
  text: string | undefined,
  options: Partial<ReadLogOptions> = {},
  settle: (path: string) => void = () => {},
): Promise<Scene> {
  const folder = await tempFolder();
  const path = join(folder.path, "a.json");
  if (text !== undefined) await Deno.writeTextFile(path, text);
  const items: string[] = [];
  const notices: LogItem[] = [];
  const onItem = (item: LogItem) => {
    items.push(...shorten(item));
    if (item.kind !== "chunk") notices.push(item);
  };
  const all = { start: FROM_START, follow: true, ...options };
  const follower = new LogFollower(path, all, onItem, { settle: () => settle(path) });
  return {
    path,
    follower,
    news: async () => {
      await follower.read();
      return items.splice(0).join(" ");
    },
    notice: <K extends LogNotice["kind"]>(kind: K) =>
      notices.findLast((item) => item.kind === kind) as LogNotice & { readonly kind: K },
    [Symbol.asyncDispose]: async () => {
      await follower.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function append(path: string, text: string): Promise<void> {
  return Deno.writeTextFile(path, text, { append: true });
}

/** What a pass from `cursor` gives, in short. */
async function resume(
  path: string,
  cursor: LogCursor,
  options: Partial<ReadLogOptions> = {},
): Promise<string> {
  const start = { at: "cursor", cursor } as const;
  return (await shortenAll(readLog(path, { start, settle: 0, ...options }))).join(" ");
}

/** A log in its folder, and the cursor behind `text` in it. */
async function readOnce(
  text: string,
): Promise<TempFolder & { readonly log: string; readonly cursor: LogCursor }> {
  const folder = await tempFolder();
  const log = join(folder.path, "a.json");
  await Deno.writeTextFile(log, text);
  let cursor: LogCursor | undefined;
  for await (const item of readLog(log, { start: FROM_START })) {
    if (item.kind === "caught_up") cursor = item.cursor;
  }
  return { ...folder, log, cursor: cursor! };
}

Deno.test("readLog() gives what is appended, and half lines when they are whole", async () => {
  await using log = await scene("1\n2\n");
  assert.equal(await log.news(), "1 2 [caught_up]");
  assert.equal(await log.news(), "");
  await append(log.path, "3\nfo");
  assert.equal(await log.news(), "3 [caught_up]");
  assert.equal(await log.news(), "");
  await append(log.path, "ur\n");
  assert.equal(await log.news(), "four [caught_up]");
});

Deno.test("readLog() reads a renamed file to its end before the new one (F14)", async () => {
  await using log = await scene("1\n");
  await log.news();
  await append(log.path, "2\n");
  await Deno.rename(log.path, `${log.path}.1`);
  assert.equal(await log.news(), "2 [missing] [caught_up]");
  await Deno.writeTextFile(log.path, "");
  await append(`${log.path}.1`, "3\n");
  assert.equal(await log.news(), "3 [caught_up]");
  await append(`${log.path}.1`, "4\nhalf");
  await append(log.path, "5\n");
  assert.equal(await log.news(), "4 half~ [rotated] 5 [caught_up]");
});

Deno.test("readLog() reads all of a new file that begins as the renamed one did", async () => {
  await using log = await scene("1\n");
  await log.news();
  await Deno.rename(log.path, `${log.path}.1`);
  await Deno.writeTextFile(log.path, "1\n2\n");
  assert.equal(await log.news(), "[rotated] 1 2 [caught_up]");
});

Deno.test("readLog() resumes in a renamed file, and reads all of one that begins alike", async () => {
  await using log = await scene("1\n");
  await log.news();
  const cursor = log.notice("caught_up").cursor;
  await Deno.rename(log.path, `${log.path}.1`);
  await Deno.writeTextFile(log.path, "1\n2\n");
  const start = { at: "cursor", cursor, wasLive: true } as const;
  assert.equal(await resume(log.path, cursor, { start }), "[rotated] 1 2 [caught_up]");
});

Deno.test("readLog() waits for what another writer still writes to a renamed file", async () => {
  let isLate = true;
  await using log = await scene("1\n", {}, (path) => {
    if (isLate) Deno.writeTextFileSync(`${path}.1`, "2\n", { append: true });
    isLate = false;
  });
  await log.news();
  await Deno.rename(log.path, `${log.path}.1`);
  await Deno.writeTextFile(log.path, "3\n");
  assert.equal(await log.news(), "2 [rotated] 3 [caught_up]");
});

Deno.test("readLog() reads all files that were rotated between two looks", async () => {
  await using log = await scene("1\n");
  await log.news();
  await append(log.path, "2\n");
  await Deno.rename(log.path, `${log.path}.3`);
  await Deno.writeTextFile(`${log.path}.2`, "3\n");
  await Deno.writeFile(`${log.path}.1.gz`, gzipSync("4\n"));
  await Deno.writeTextFile(log.path, "5\n");
  assert.equal(await log.news(), "2 [rotated] 3 [rotated] 4 [rotated] 5 [caught_up]");
});

Deno.test("readLog() takes the rest out of the copy when the file is emptied (F15)", async () => {
  await using log = await scene("1\n");
  await log.news();
  await append(log.path, "2\nhalf");
  await Deno.copyFile(log.path, `${log.path}.1`);
  await Deno.truncate(log.path);
  await append(log.path, "3\n");
  assert.equal(await log.news(), "[truncated] 2 half~ [rotated] 3 [caught_up]");
});

Deno.test("readLog() takes the rest out of a copy that was compressed at once (F17)", async () => {
  await using log = await scene("1\n");
  await log.news();
  await append(log.path, "2\n");
  await Deno.writeFile(`${log.path}.1.gz`, gzipSync("1\n2\n"));
  await Deno.truncate(log.path);
  await append(log.path, "3\n");
  assert.equal(await log.news(), "[truncated] 2 [rotated] 3 [caught_up]");
});

Deno.test("readLog() says that lines may be lost when the file is emptied without a copy", async () => {
  await using log = await scene("1\n");
  await log.news();
  await append(log.path, "lost\n");
  await Deno.truncate(log.path);
  assert.equal(await log.news(), "[truncated] [restarted] [caught_up]");
  assert.equal(log.notice("truncated").cursor.offset, 2);
  await append(log.path, "2\n");
  assert.equal(await log.news(), "2 [caught_up]");
});

Deno.test("readLog() notices a file that was emptied and is longer than before", async () => {
  await using log = await scene("1\n");
  await log.news();
  await Deno.truncate(log.path);
  await append(log.path, "2\n3\n4\n");
  assert.equal(await log.news(), "[truncated] [restarted] 2 3 4 [caught_up]");
  assert.equal(log.notice("restarted").offset, 0);
});

Deno.test("readLog() does not read a copy that is being made", async () => {
  await using log = await scene(undefined);
  await Deno.writeTextFile(log.path, "1\n2\n3\n");
  await Deno.writeTextFile(`${log.path}.1`, "1\n2");
  assert.equal(await log.news(), "1 2 3 [caught_up]");
});

Deno.test("readLog() waits for a file that is missing, or was deleted (F19)", async () => {
  await using log = await scene(undefined);
  assert.equal(await log.news(), "[missing] [caught_up]");
  assert.equal(await log.news(), "");
  await Deno.writeTextFile(log.path, "1\n");
  assert.equal(await log.news(), "1 [caught_up]");
  await append(log.path, "2\n");
  await Deno.remove(log.path);
  assert.equal(await log.news(), "2 [missing] [caught_up]");
  assert.equal(await log.news(), "");
  await Deno.writeTextFile(log.path, "3\n");
  assert.equal(await log.news(), "[rotated] 3 [caught_up]");
});

Deno.test("readLog() does not take older files for new when the live one is made anew", async () => {
  await using log = await scene("2\n", { start: { at: "end" } });
  await Deno.writeTextFile(`${log.path}.1`, "1\n");
  assert.equal(await log.news(), "[caught_up]");
  await append(log.path, "3\n");
  await Deno.remove(log.path);
  await Deno.writeTextFile(log.path, "4\n");
  assert.equal(await log.news(), "3 [rotated] 4 [caught_up]");
});

Deno.test("readLog() follows a link that is led to another file (F20)", async () => {
  await using folder = await tempFolder();
  const [one, two, link] = ["a-1.txt", "a-2.txt", "a.json"].map((name) => join(folder.path, name));
  await Deno.writeTextFile(one!, "1\n");
  await Deno.writeTextFile(two!, "3\n");
  await Deno.symlink("a-1.txt", link!);
  const items: string[] = [];
  const options = { start: FROM_START, follow: true } as const;
  const follower = new LogFollower(link!, options, (item) => items.push(...shorten(item)));
  await follower.read();
  await append(one!, "2\n");
  await Deno.remove(link!);
  await Deno.symlink("a-2.txt", link!);
  await follower.read();
  await follower.stop();
  assert.equal(items.join(" "), "1 [caught_up] 2 [rotated] 3 [caught_up]");
});

Deno.test("readLog() reads on when its folder is replaced (F20)", async () => {
  await using folder = await tempFolder();
  const logs = join(folder.path, "logs");
  await Deno.mkdir(logs);
  const path = join(logs, "a.json");
  await Deno.writeTextFile(path, "1\n");
  const items: string[] = [];
  const options = { start: FROM_START, follow: true } as const;
  const follower = new LogFollower(path, options, (item) => items.push(...shorten(item)));
  await follower.read();
  await append(path, "2\n");
  await Deno.rename(logs, `${logs}.old`);
  await Deno.mkdir(logs);
  await Deno.writeTextFile(path, "3\n");
  await follower.read();
  await follower.stop();
  assert.equal(items.join(" "), "1 [caught_up] 2 [rotated] 3 [caught_up]");
});

Deno.test("readLog() leaves out lines that are too long, and counts them (F22)", async () => {
  await using log = await scene(`1\n${"x".repeat(5000)}\n2\n`, { maxLine: 1000 });
  assert.equal(await log.news(), "1 [skipped] 2 [caught_up]");
  const { offset, bytes } = log.notice("skipped");
  assert.deepEqual([offset, bytes], [2, 5001]);
});

Deno.test("readLog() gives garbage, NULs and empty lines as lines (F24)", async () => {
  await using log = await scene("a\0b\n\n\x1b[31m\r\n\0\n");
  assert.equal(await log.news(), ["a\0b", "", "\x1b[31m\r", "\0", "[caught_up]"].join(" "));
});

Deno.test("readLog() resumes in files that were rotated meanwhile (F16)", async () => {
  await using log = await readOnce("1\n2\n");
  await append(log.log, "3\nhalf");
  await Deno.rename(log.log, `${log.log}.2`);
  await Deno.writeTextFile(`${log.log}.3`, "0\n");
  await Deno.writeTextFile(`${log.log}.1`, "4\n");
  await Deno.writeTextFile(log.log, "5\n6");
  assert.equal(await resume(log.log, log.cursor), "3 half~ [rotated] 4 [rotated] 5 [caught_up]");
  await Deno.remove(`${log.log}.2`);
  await Deno.writeFile(`${log.log}.2.gz`, gzipSync("1\n2\n3\nhalf"));
  assert.equal(await resume(log.log, log.cursor), "3 half~ [rotated] 4 [rotated] 5 [caught_up]");
});

Deno.test("readLog() starts anew when another file has the inode of the old one (F18)", async () => {
  await using log = await readOnce("1\n2\n");
  await Deno.writeTextFile(log.log, "3\n4\n5\n");
  assert.equal(await resume(log.log, log.cursor), "[restarted] 3 4 5 [caught_up]");
});

Deno.test("readLog() gives nothing twice when its cursor is at the end", async () => {
  await using log = await readOnce("1\n2\n");
  assert.equal(await resume(log.log, log.cursor), "[caught_up]");
  await Deno.rename(log.log, `${log.log}.1`);
  assert.equal(await resume(log.log, log.cursor), "[missing] [caught_up]");
  await Deno.writeTextFile(log.log, "");
  assert.equal(await resume(log.log, log.cursor), "[caught_up]");
});

Deno.test("readLog() keeps a cursor whose folder is not there, and finds its place later", async () => {
  await using log = await readOnce("1\n2\n");
  const away = join(log.path, "away");
  await Deno.mkdir(away);
  await append(log.log, "3\n");
  await Deno.rename(log.log, join(away, "a.json"));
  let cursor: LogCursor | undefined;
  for await (const item of readLog(log.log, { start: { at: "cursor", cursor: log.cursor } })) {
    if (item.kind === "caught_up") cursor = item.cursor;
  }
  assert.deepEqual(cursor, log.cursor);
  await Deno.rename(join(away, "a.json"), log.log);
  assert.equal(await resume(log.log, cursor), "3 [caught_up]");
});

Deno.test("readLog() goes on behind what came before when the file itself is gone", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  await Deno.writeTextFile(`${path}.1`, "1\n");
  await Deno.writeTextFile(path, "2\n");
  let cursor: LogCursor | undefined;
  for await (const item of readLog(path, { start: FROM_START, settle: 0 })) {
    if (item.kind === "caught_up") cursor = item.cursor;
  }
  await Deno.rename(`${path}.1`, `${path}.3`);
  await Deno.writeTextFile(`${path}.1`, "4\n");
  await Deno.writeTextFile(path, "5\n");
  assert.equal(await resume(path, cursor!), "[restarted] 4 [rotated] 5 [caught_up]");
  await Deno.remove(`${path}.3`);
  const start = { at: "cursor", cursor: cursor! } as const;
  const items = await Array.fromAsync(readLog(path, { start, settle: 0 }));
  const restarted = items.find((item) => item.kind === "restarted");
  assert.equal(restarted?.repeats, true);
});

Deno.test("readLog() goes back a little when the end of the file was cut off", async () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join("");
  await using log = await readOnce(text);
  const anchor = log.cursor.anchors![0]!.offset;
  assert.ok(anchor < text.length);
  await Deno.truncate(log.log, anchor);
  await append(log.log, "new\n");
  assert.equal(await resume(log.log, log.cursor), "[restarted] new [caught_up]");
  const [restarted] = await Array.fromAsync(
    readLog(log.log, { start: { at: "cursor", cursor: log.cursor } }),
  );
  assert.ok(restarted?.kind === "restarted");
  assert.deepEqual([restarted.offset, restarted.repeats], [anchor, true]);
});

Deno.test("readLog() without following ends at the size that the file had", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  await Deno.writeTextFile(path, "1\n2\n");
  const items: string[] = [];
  for await (const item of readLog(path, { start: FROM_START })) {
    items.push(...shorten(item));
    if (item.kind === "chunk") await append(path, "3\n");
  }
  assert.deepEqual(items, ["1", "2", "[caught_up]"]);
});

Deno.test("readLog() reads a compressed file as a whole", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json.1.gz");
  await Deno.writeFile(path, gzipSync("1\n2"));
  const items = await Array.fromAsync(
    readLog(path, { start: FROM_START }),
    (item) => shorten(item),
  );
  assert.deepEqual(items.flat(), ["1", "[caught_up]"]);
});

Deno.test("readLog() says what it could not read of the rotated files, and goes on", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  const text = Array.from({ length: 50_000 }, (_, index) => `${index * 7919 % 65_537}\n`).join("");
  const packed = gzipSync(text);
  await Deno.writeFile(`${path}.3.gz`, packed.subarray(0, packed.length / 2));
  await Deno.writeTextFile(`${path}.2.bz2`, "BZh9");
  await Deno.writeTextFile(`${path}.1`, "secret\n");
  await Deno.writeTextFile(path, "last\n");
  const files: LogFiles = {
    ...REAL_FILES,
    open: (name) => {
      if (name.endsWith(".1")) throw new LogFileError(name, "EACCES");
      return REAL_FILES.open(name);
    },
  };
  const gaps: string[][] = [];
  const lines: string[] = [];
  for await (const item of readLog(path, { start: FROM_START, settle: 0, files })) {
    if (item.kind === "gap") gaps.push([item.path.slice(-7), item.reason]);
    else lines.push(...shorten(item));
  }
  assert.deepEqual(gaps, [["on.3.gz", "damaged"], ["n.2.bz2", "damaged"], [
    ".json.1",
    "unreadable",
  ]]);
  assert.deepEqual(lines.slice(0, 3), ["0", "7919", "15838"]);
  assert.deepEqual(lines.slice(-3), ["[rotated]", "last", "[caught_up]"]);
});

Deno.test("readLog() ends with an error at what is no file", async () => {
  await using folder = await tempFolder();
  for (const follow of [true, false]) {
    const [item, ...more] = await Array.fromAsync(
      readLog(folder.path, { start: FROM_START, follow }),
    );
    assert.ok(item?.kind === "error");
    assert.deepEqual([item.code, item.isFinal, more], ["EISDIR", true, []]);
  }
});

/** Files that refuse while `code` is set. */
function refusing(operation: "open" | "read"): LogFiles & { code: string | undefined } {
  const files = {
    ...REAL_FILES,
    code: undefined as string | undefined,
    open: (path: string): LogFile => {
      const refuse = (now: typeof operation) => {
        if (files.code !== undefined && now === operation) throw new LogFileError(path, files.code);
      };
      refuse("open");
      const file = REAL_FILES.open(path);
      return {
        ...file,
        read: (bytes, position) => {
          refuse("read");
          return file.read(bytes, position);
        },
      };
    },
  };
  return files;
}

Deno.test("readLog() tells once that the system refuses, and tries again", async () => {
  for (const code of ["EACCES", "EIO", "EMFILE", "EISNAM"]) {
    for (const operation of ["open", "read"] as const) {
      const files = refusing(operation);
      await using log = await scene("1\n", { files });
      files.code = code;
      assert.equal(await log.news(), "[error]", `${code} ${operation}`);
      assert.deepEqual([log.notice("error").code, log.notice("error").isFinal], [code, false]);
      assert.equal(await log.news(), "");
      files.code = undefined;
      assert.equal(await log.news(), "1 [caught_up]");
      await append(log.path, "2\n");
      assert.equal(await log.news(), "2 [caught_up]");
    }
  }
});

Deno.test("readLog() opens a file anew that was deleted by another machine", async () => {
  const files = refusing("read");
  await using log = await scene("1\n", { files });
  assert.equal(await log.news(), "1 [caught_up]");
  files.code = "ESTALE";
  assert.equal(await log.news(), "[gap]");
  files.code = undefined;
  await append(log.path, "2\n");
  assert.equal(await log.news(), "2 [caught_up]");
  files.code = "ESTALE";
  await Deno.rename(log.path, `${log.path}.1`);
  await Deno.writeTextFile(log.path, "");
  assert.equal(await log.news(), "[gap]");
});

Deno.test("readLog() without following ends with the error, and keeps the cursor for later", async () => {
  for (const operation of ["open", "read"] as const) {
    await using log = await readOnce("1\n");
    await append(log.log, "2\n");
    const files = refusing(operation);
    files.code = "EACCES";
    const start = { at: "cursor", cursor: log.cursor } as const;
    const items = await Array.fromAsync(readLog(log.log, { start, files }));
    assert.deepEqual(items.map(({ kind }) => kind), ["error"]);
    assert.equal(items[0]?.kind === "error" && items[0].isFinal, true);
  }
});

Deno.test("readLog() ends when it is told, also while it waits", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  await Deno.writeTextFile(path, "1\n");
  const stop = new AbortController();
  const items: string[] = [];
  for await (
    const item of readLog(path, { start: FROM_START, follow: true, signal: stop.signal })
  ) {
    items.push(...shorten(item));
    if (item.kind === "caught_up") stop.abort();
  }
  assert.deepEqual(items, ["1", "[caught_up]"]);
});

Deno.test("readLog() sees what is appended to a real log, without being woken", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  const lines: string[] = [];
  for await (const item of readLog(path, { start: FROM_START, follow: true })) {
    lines.push(...shorten(item));
    if (lines.length > 20) break;
    if (item.kind === "caught_up") await append(path, `${lines.length}\n`);
  }
  assert.deepEqual(lines.slice(0, 6), [
    "[missing]",
    "[caught_up]",
    "2",
    "[caught_up]",
    "4",
    "[caught_up]",
  ]);
});

Deno.test("LogLines.cursorAt() is for each line of the chunk, as long as it is valid", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  await Deno.writeTextFile(path, "1\n22\n333\n");
  let old: LogLines | undefined;
  for await (const item of readLog(path, { start: FROM_START })) {
    if (item.kind !== "chunk") continue;
    old = item;
    for (const [stop, rest] of [[0, "1 22 333"], [2, "22 333"], [5, "333"], [9, ""]] as const) {
      const expected = rest === "" ? "[caught_up]" : `${rest} [caught_up]`;
      assert.equal(await resume(path, item.cursorAt(stop)), expected);
    }
    assert.throws(() => item.cursorAt(10), RangeError);
    assert.throws(() => item.cursorAt(-1), RangeError);
  }
  assert.throws(() => old!.cursorAt(2), TypeError);
});

Deno.test("LogLines.cursorAt() of a torn line is at the end of its file", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a.json");
  await Deno.writeTextFile(`${path}.1`, "1\nhalf");
  await Deno.writeTextFile(path, "2\n");
  const cursors: LogCursor[] = [];
  for await (const item of readLog(path, { start: FROM_START, settle: 0 })) {
    if (item.kind === "chunk") cursors.push(item.cursorAt(item.end));
  }
  assert.deepEqual(cursors.map(({ offset }) => offset), [2, 6, 2]);
  assert.equal(await resume(path, cursors[0]!), "half~ [rotated] 2 [caught_up]");
  assert.equal(await resume(path, cursors[1]!), "[rotated] 2 [caught_up]");
});
