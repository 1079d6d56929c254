import assert from "node:assert/strict";
import fc from "fast-check";
import { join } from "node:path";
import { sharedFolder } from "../../tests/support/temp_folder.ts";
import { REAL_FILES } from "./log_files.ts";
import { Place } from "./place.ts";
import { placeIn, PlainSource } from "./plain_source.ts";
import type { LogSource } from "./source.ts";

const ORIGIN = { dev: 1, ino: 2, before: [] };

let files = 0;

function newPath(): string {
  return join(sharedFolder(), `plain-${files++}`);
}

/** A file with `content`, open at its start. */
function open(content: string, maxLine = 100): { path: string; source: LogSource } & Disposable {
  const path = newPath();
  Deno.writeTextFileSync(path, content);
  const source = new PlainSource(path, REAL_FILES.open(path), new Place(ORIGIN), maxLine);
  return { path, source, [Symbol.dispose]: () => source.close() };
}

/** One look in short: its lines together, or `[kind]`. */
async function look(source: LogSource): Promise<string> {
  while (true) {
    const reading = await source.read();
    if (reading.kind === "more") continue;
    if (reading.kind === "skipped") return `[skipped ${reading.offset}+${reading.bytes}]`;
    if (reading.kind !== "lines") return `[${reading.kind}]`;
    const text = new TextDecoder().decode(reading.bytes.subarray(0, reading.end));
    source.place.advance(reading.bytes, reading.end);
    return text;
  }
}

function append(path: string, text: string): void {
  Deno.writeTextFileSync(path, text, { append: true });
}

Deno.test("PlainSource gives whole lines only, and half ones when they are whole", async () => {
  using file = open("a\nb\nhal");
  assert.equal(await look(file.source), "a\nb\n");
  assert.equal(await look(file.source), "[end]");
  append(file.path, "f");
  assert.equal(await look(file.source), "[end]");
  append(file.path, "\nc");
  assert.equal(await look(file.source), "half\n");
  assert.equal(await look(file.source), "[end]");
});

Deno.test("PlainSource.rest() gives the line that lacks its newline", async () => {
  using file = open("a\nhalf");
  await look(file.source);
  await look(file.source);
  const rest = file.source.rest();
  assert.ok(rest.kind === "lines");
  assert.equal(new TextDecoder().decode(rest.bytes), "half\n");
  file.source.place.advance(rest.bytes, rest.end - 1);
  assert.equal(file.source.place.offset, 6);
  assert.equal(await look(file.source), "[end]");
  assert.equal(file.source.rest().kind, "end");
});

Deno.test("PlainSource takes the line that replaces a half one", async () => {
  using file = open("a\nhalf a line");
  await look(file.source);
  await look(file.source);
  await Deno.truncate(file.path, 2);
  assert.equal(await look(file.source), "[end]");
  append(file.path, "b\n");
  assert.equal(await look(file.source), "b\n");
});

Deno.test("PlainSource notices a file that was cut below its place", async () => {
  using file = open("a\nb\n");
  await look(file.source);
  await Deno.truncate(file.path, 2);
  assert.equal(await look(file.source), "[changed]");
});

Deno.test("PlainSource notices a file that was emptied and is longer again", async () => {
  using file = open("a\nb\n");
  await look(file.source);
  await Deno.truncate(file.path, 0);
  append(file.path, "c\nd\ne\n");
  assert.equal(await look(file.source), "[changed]");
});

Deno.test("PlainSource notices the hole of a writer that does not append", async () => {
  using file = open("a\nb\n");
  await look(file.source);
  await Deno.truncate(file.path, 0);
  await Deno.truncate(file.path, 4);
  append(file.path, "c\n");
  assert.equal(await look(file.source), "[changed]");
});

Deno.test("PlainSource reads on in a file that was renamed or deleted", async () => {
  using file = open("a\n");
  const late = await Deno.open(file.path, { append: true });
  await look(file.source);
  await Deno.rename(file.path, `${file.path}.1`);
  await late.write(new TextEncoder().encode("b\n"));
  assert.equal(await look(file.source), "b\n");
  await Deno.remove(`${file.path}.1`);
  await late.write(new TextEncoder().encode("c\n"));
  assert.equal(await look(file.source), "c\n");
  late.close();
});

Deno.test("PlainSource.skip() goes on at an offset of the file, if it has one", async () => {
  using file = open("a\nb\nc\n");
  assert.equal(await file.source.skip(7), false);
  assert.equal(await file.source.skip(4), true);
  assert.equal(await look(file.source), "c\n");
});

Deno.test("PlainSource gives lines up to the limit and leaves out longer ones, however they lie", async () => {
  const line = fc.oneof(fc.nat(30), fc.integer({ min: 95, max: 105 }), fc.nat(500));
  await fc.assert(
    fc.asyncProperty(fc.array(line), async (lengths) => {
      const lines = lengths.map((length, index) =>
        String.fromCharCode(97 + index % 26).repeat(length)
      );
      using file = open(lines.map((text) => `${text}\n`).join(""));
      let given = "";
      for (let text = await look(file.source); text !== "[end]"; text = await look(file.source)) {
        if (!text.startsWith("[skipped")) given += text;
      }
      const kept = lines.filter(({ length }) => length <= 100);
      assert.equal(given, kept.map((text) => `${text}\n`).join(""));
    }),
    { numRuns: 50 },
  );
});

Deno.test("PlainSource counts the bytes of a line that is too long, also when it comes bit by bit", async () => {
  using file = open("a\n" + "x".repeat(150));
  assert.equal(await look(file.source), "a\n");
  assert.equal(await look(file.source), "[end]");
  append(file.path, "x".repeat(1000));
  assert.equal(await look(file.source), "[end]");
  assert.equal(file.source.place.offset, 2);
  append(file.path, "\nb\n");
  assert.equal(await look(file.source), "[skipped 2+1151]");
  assert.equal(await look(file.source), "b\n");
});

Deno.test("PlainSource.rest() counts a long line that nobody ends", async () => {
  using file = open("a\n" + "x".repeat(1000));
  await look(file.source);
  assert.equal(await look(file.source), "[end]");
  assert.deepEqual(file.source.rest(), { kind: "skipped", offset: 2, bytes: 1000 });
  assert.equal(file.source.place.offset, 1002);
});

Deno.test("PlainSource takes what replaces a long line that was taken back", async () => {
  using file = open("a\n" + "x".repeat(1000));
  await look(file.source);
  await look(file.source);
  await Deno.truncate(file.path, 2);
  append(file.path, "b\n");
  assert.equal(await look(file.source), "b\n");
  append(file.path, "x".repeat(1000));
  await look(file.source);
  await Deno.truncate(file.path, 4);
  append(file.path, "c\n".repeat(600));
  assert.match(await look(file.source), /^(c\n)+$/);
});

Deno.test("PlainSource notices that the file was emptied while it looked for the end of a line", async () => {
  using file = open("a\n" + "x".repeat(1000));
  await look(file.source);
  await look(file.source);
  await Deno.truncate(file.path, 0);
  append(file.path, "b\n" + "y".repeat(2000));
  assert.equal(await look(file.source), "[changed]");
});

Deno.test("PlainSource leaves out a large hole and gives the line behind it", async () => {
  using file = open("\0".repeat(5000) + "a\nb\n");
  assert.equal(await look(file.source), "[skipped 0+5000]");
  assert.equal(await look(file.source), "a\nb\n");
});

Deno.test("PlainSource gives a small hole as part of the line behind it", async () => {
  using file = open("\0".repeat(50) + "a\nb\n");
  assert.equal(await look(file.source), "\0".repeat(50) + "a\nb\n");
});

Deno.test("PlainSource.hasGrown() tells of bytes that no look has seen", async () => {
  using file = open("a\nhalf");
  await look(file.source);
  await look(file.source);
  assert.equal(file.source.hasGrown(), false);
  append(file.path, "x");
  assert.equal(file.source.hasGrown(), true);
});

Deno.test("PlainSource reads a file that is many times its window", async () => {
  const text = Array.from({ length: 40_000 }, (_, index) => `line ${index} ${"x".repeat(20)}\n`)
    .join("");
  using file = open(text, 1024 * 1024);
  let given = "";
  for (let part = await look(file.source); part !== "[end]"; part = await look(file.source)) {
    given += part;
  }
  assert.ok(given === text);
});

Deno.test("placeIn() is where reading byte by byte leads", () => {
  const path = newPath();
  const text = "\0".repeat(7) + "abc\n".repeat(1000);
  Deno.writeTextFileSync(path, text);
  const file = REAL_FILES.open(path);
  const bytes = new TextEncoder().encode(text);
  for (const offset of [0, 3, 7, 9, 255, 256, 1031, 4007]) {
    const place = new Place(ORIGIN);
    place.advance(bytes, offset);
    assert.ok(placeIn(file, ORIGIN, offset)!.isAt(place.cursor()), String(offset));
  }
  assert.equal(placeIn(file, ORIGIN, 4008), undefined);
  file.close();
});
