import assert from "node:assert/strict";
import { join } from "node:path";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { headOfFile, isSameFile, LogFileError, readFully, REAL_FILES } from "./log_files.ts";

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof LogFileError, String(error));
    return error.code;
  }
}

Deno.test("REAL_FILES tells which file a path leads to, also by a link", async () => {
  await using folder = await tempFolder();
  const [path, link] = [join(folder.path, "a"), join(folder.path, "b")];
  await Deno.writeTextFile(path, "abc");
  await Deno.symlink("a", link);
  const facts = REAL_FILES.facts(link)!;
  assert.equal(facts.size, 3);
  assert.equal(facts.type, "file");
  assert.ok(isSameFile(facts, REAL_FILES.facts(path)!));
  assert.equal(REAL_FILES.realPath(link), REAL_FILES.realPath(path));
  assert.equal(REAL_FILES.facts(folder.path)!.type, "folder");
  assert.deepEqual(REAL_FILES.names(folder.path).sort(), ["a", "b"]);
});

Deno.test("REAL_FILES takes what is not there for nothing", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(join(folder.path, "file"), "");
  await Deno.symlink("nowhere", join(folder.path, "dangling"));
  for (const name of ["none", "none/none", "file/none", "dangling"]) {
    const path = join(folder.path, name);
    assert.equal(REAL_FILES.facts(path), undefined);
    assert.deepEqual(REAL_FILES.names(join(path, "x")), []);
    assert.equal(codeOf(() => REAL_FILES.open(path))?.startsWith("ENO"), true);
  }
  assert.equal(REAL_FILES.realPath(join(folder.path, "none")), join(folder.path, "none"));
});

Deno.test("REAL_FILES opens regular files only, and does not wait at a FIFO", async () => {
  await using folder = await tempFolder();
  assert.equal(codeOf(() => REAL_FILES.open(folder.path)), "EISDIR");
  assert.equal(codeOf(() => REAL_FILES.open("/dev/null")), "EINVAL");
  const fifo = join(folder.path, "fifo");
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  assert.equal(codeOf(() => REAL_FILES.open(fifo)), "EINVAL");
});

Deno.test("REAL_FILES reads at any position, and what comes later", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a");
  await Deno.writeTextFile(path, "abcdef");
  const file = REAL_FILES.open(path);
  const bytes = new Uint8Array(4);
  assert.equal(file.read(bytes, 3), 3);
  assert.equal(new TextDecoder().decode(bytes.subarray(0, 3)), "def");
  assert.equal(file.read(bytes, 6), 0);
  await Deno.writeTextFile(path, "g", { append: true });
  assert.equal(file.read(bytes, 6), 1);
  assert.equal(file.facts().size, 7);
  await Deno.remove(path);
  assert.equal(file.read(bytes, 0), 4);
  file.close();
});

Deno.test("readFully() goes on after short reads", () => {
  const content = new TextEncoder().encode("abcdefgh");
  const file = {
    read: (bytes: Uint8Array, position: number) => {
      const part = content.subarray(position, position + Math.min(3, bytes.length));
      bytes.set(part);
      return part.length;
    },
    facts: () => assert.fail(),
    close: () => {},
  };
  const bytes = new Uint8Array(6);
  assert.equal(readFully(file, bytes, 1), 6);
  assert.equal(new TextDecoder().decode(bytes), "bcdefg");
  assert.equal(readFully(file, bytes, 5), 3);
});

Deno.test("headOfFile() leaves out a hole in front, and ends at the end", async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, "a");
  const text = "abcdefghij".repeat(200);
  for (const hole of [0, 5, 64 * 1024, 100_000]) {
    await Deno.writeTextFile(path, "\0".repeat(hole) + text);
    const file = REAL_FILES.open(path);
    const head = (end: number) => new TextDecoder().decode(headOfFile(file, end));
    assert.equal(head(hole + text.length), text.slice(0, 1024));
    assert.equal(head(hole + 7), "abcdefg");
    assert.equal(head(hole), "");
    assert.equal(head(hole + 9999), text.slice(0, 1024));
    file.close();
  }
});
