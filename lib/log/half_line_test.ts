import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LogFollower, shorten, shortenAll } from "../../tests/support/log_follower.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import type { LogCursor } from "./cursor.ts";
import type { LogItem, LogNotice } from "./item.ts";
import { readLog, type ReadLogOptions } from "./read_log.ts";

/** When everything was written, in seconds since the epoch, and what is waited for, in milliseconds. */
const WRITTEN = 1_700_000_000;
const AFTER = 5000;

const FROM_START = { at: "start", rotated: true } as const;

/** Half a JSON object is none. */
const halfLines = {
  after: AFTER,
  isWhole: (line: Uint8Array) => !/^\{.*[^}]$/s.test(new TextDecoder().decode(line)),
};

/** A log that is followed on a clock of its own. */
class Scene implements AsyncDisposable {
  /** Milliseconds since the log was written to. */
  age = 0;
  readonly notices: LogNotice[] = [];
  readonly path: string;
  readonly #folder: AsyncDisposable;
  readonly #follower: LogFollower;
  readonly #items: string[] = [];

  private constructor(path: string, folder: AsyncDisposable, options: Partial<ReadLogOptions>) {
    this.path = path;
    this.#folder = folder;
    const onItem = (item: LogItem) => {
      this.#items.push(...shorten(item));
      if (item.kind !== "chunk") this.notices.push(item);
    };
    const now = () => WRITTEN * 1000 + this.age;
    const all = { start: FROM_START, follow: true, halfLines, ...options };
    this.#follower = new LogFollower(path, all, onItem, { now });
  }

  static async open(text: string, options: Partial<ReadLogOptions> = {}): Promise<Scene> {
    const folder = await tempFolder();
    const scene = new Scene(join(folder.path, "a.json"), folder, options);
    await scene.append(text);
    return scene;
  }

  async append(text: string, path = this.path): Promise<void> {
    await Deno.writeTextFile(path, text, { append: true });
    await Deno.utime(path, WRITTEN, WRITTEN);
    this.age = 0;
  }

  /** What came since the last call, in short. */
  async news(): Promise<string> {
    await this.#follower.read();
    return this.#items.splice(0).join(" ");
  }

  /** What came, once nobody has written for long enough. */
  lateNews(): Promise<string> {
    this.age = AFTER;
    return this.news();
  }

  /** Behind all that has been given. */
  get cursor(): LogCursor {
    const notice = this.notices.findLast(({ kind }) => kind === "caught_up");
    assert.ok(notice?.kind === "caught_up");
    return notice.cursor;
  }

  /** Bytes that the last notice tells to be left out. */
  get leftOut(): number | undefined {
    const notice = this.notices.findLast(({ kind }) => kind === "skipped");
    return notice?.kind === "skipped" && notice.isRest ? notice.bytes : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#follower.stop();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** What a run gives that starts at `cursor`, in short. */
async function resume(path: string, cursor: LogCursor): Promise<string> {
  const start = { at: "cursor", cursor } as const;
  const options = { start, settle: 0, halfLines };
  return (await shortenAll(readLog(path, options))).join(" ");
}

Deno.test("readLog() gives a last line without its newline once nobody has written for long, once", async () => {
  await using log = await Scene.open("1\n2");
  assert.equal(await log.news(), "1 [caught_up]");
  log.age = AFTER - 1;
  assert.equal(await log.news(), "");
  assert.equal(await log.lateNews(), "2~ [caught_up]");
  assert.equal(await log.lateNews(), "");
  await log.append("\n3\n");
  assert.equal(await log.news(), "3 [caught_up]");
  assert.equal(log.leftOut, undefined);
});

Deno.test("readLog() leaves out, and tells, what a line goes on with that was given", async () => {
  await using log = await Scene.open("one");
  await log.news();
  assert.equal(await log.lateNews(), "one~ [caught_up]");
  await log.append(" and");
  assert.equal(await log.lateNews(), "");
  await log.append(" more\n2\n");
  assert.equal(await log.news(), "[skipped] 2 [caught_up]");
  assert.equal(log.leftOut, " and more\n".length);
});

Deno.test("readLog() waits on for a last line that cannot be whole, and without the option for any", async () => {
  await using log = await Scene.open('1\n{"a":');
  await log.news();
  assert.equal(await log.lateNews(), "");
  await log.append("2}");
  assert.equal(await log.lateNews(), '{"a":2}~ [caught_up]');
  await using without = await Scene.open("1\n2", { halfLines: undefined });
  await without.news();
  assert.equal(await without.lateNews(), "");
});

Deno.test("readLog() does not take NULs at the end for a line", async () => {
  await using log = await Scene.open("1\n2\0\0");
  await log.news();
  assert.equal(await log.lateNews(), "");
});

Deno.test("readLog() goes on behind a line that was given without its newline, from the cursor too", async () => {
  await using log = await Scene.open("1\n2");
  await log.news();
  await log.lateNews();
  const { cursor, path } = log;
  assert.equal(cursor.offset, 3);
  assert.equal(await resume(path, cursor), "[caught_up]");
  await log.append("\n3\n");
  assert.equal(await resume(path, cursor), "3 [caught_up]");
  await Deno.rename(path, `${path}.1`);
  await Deno.writeTextFile(path, "4\n");
  assert.equal(await resume(path, cursor), "3 [rotated] 4 [caught_up]");
  await Deno.writeFile(`${path}.1.gz`, gzipSync("1\n2\n3\n"));
  await Deno.remove(`${path}.1`);
  assert.equal(await resume(path, cursor), "3 [rotated] 4 [caught_up]");
});

Deno.test("readLog() gives no second time a line without a newline when its file is rotated", async () => {
  await using log = await Scene.open("1\n2");
  await log.news();
  await log.lateNews();
  await Deno.rename(log.path, `${log.path}.1`);
  await log.append("3\n");
  assert.equal(await log.lateNews(), "[rotated] 3 [caught_up]");
  await log.append("4");
  await log.news();
  assert.equal(await log.lateNews(), "4~ [caught_up]");
  await Deno.rename(log.path, `${log.path}.1`);
  await log.append(" goes on", `${log.path}.1`);
  await log.append("5\n");
  assert.equal(await log.lateNews(), "[skipped] [rotated] 5 [caught_up]");
  assert.equal(log.leftOut, " goes on".length);
});

Deno.test("readLog() repeats no more than its line when a writer takes back what was given of it", async () => {
  const before = `${"x".repeat(100)}\n`.repeat(20);
  await using log = await Scene.open(`${before}half`);
  await log.news();
  assert.equal(await log.lateNews(), "half~ [caught_up]");
  await Deno.truncate(log.path, before.length);
  await log.append("whole\n");
  assert.equal(await log.news(), "[truncated] [restarted] whole [caught_up]");
});
