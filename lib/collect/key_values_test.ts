import assert from "node:assert/strict";
import fc from "fast-check";
import { readCommand, readKeyValues } from "./key_values.ts";

function pairs(text: string, read = readKeyValues): [string, string][] | undefined {
  const found = read(text);
  return found?.names.map((name, index) => [name, found.values[index]!]);
}

Deno.test("readKeyValues() reads text that is nothing but pairs", () => {
  assert.deepEqual(
    pairs('src_ip=192.0.2.1 user="a \\"b\\" \\\\c" empty= x.y-z=1  last=]"'.slice(0, -1)),
    [
      ["src_ip", "192.0.2.1"],
      ["user", 'a "b" \\c'],
      ["empty", ""],
      ["x.y-z", "1"],
      ["last", "]"],
    ],
  );
});

Deno.test("readKeyValues() takes no text with other words in it", () => {
  for (
    const text of [
      "Invalid user src_ip=192.0.2.1 from 198.51.100.1",
      "login src_ip=192.0.2.1",
      "src_ip=192.0.2.1 login",
      'a="b"c=d',
      'a="b',
      'a=b"c',
      "1=2",
      "=x",
      " a=b",
      "",
      `a=${"x".repeat(8192)}`,
      "a=b ".repeat(65),
    ]
  ) assert.equal(readKeyValues(text), undefined, text.slice(0, 80));
});

Deno.test("readKeyValues() leaves out a key with two values, for one of them is forged", () => {
  assert.deepEqual(pairs("user=x src_ip=203.0.113.9 src_ip=192.0.2.1 n=1 n=1"), [
    ["user", "x"],
    ["n", "1"],
  ]);
});

Deno.test("readCommand() reads what the shells of decoys print", () => {
  assert.deepEqual(
    pairs("CMD uid=0 user=root src=192.0.2.1 pwd=/a dir cmd=echo src=1.1.1.1 pwd=x", readCommand),
    [
      ["uid", "0"],
      ["user", "root"],
      ["src", "192.0.2.1"],
      ["pwd", "/a dir"],
      ["command", "echo src=1.1.1.1 pwd=x"],
    ],
  );
  assert.deepEqual(pairs("CMD cmd=", readCommand), [["command", ""]]);
  assert.deepEqual(pairs("CMD src=a src=b cmd=x", readCommand), [["src", "a"], ["command", "x"]]);
});

Deno.test("readCommand() takes no source out of a folder's name", () => {
  assert.deepEqual(pairs("CMD uid=0 pwd=/tmp/x src=203.0.113.9 cmd=ls", readCommand), [
    ["uid", "0"],
    ["pwd", "/tmp/x src=203.0.113.9"],
    ["command", "ls"],
  ]);
});

Deno.test("readCommand() takes no other text", () => {
  for (const text of ["CMD", "CMDuid=0", "CMD hello", "CMD uid=0 hello", "cmd=ls", "xCMD uid=0"]) {
    assert.equal(readCommand(text), undefined, text);
  }
});

Deno.test("readKeyValues() and readCommand() are through with hostile text soon", () => {
  const hostile = ['a="', 'a="\\', "a=b ", " ", "CMD ", "CMD uid=", " pwd=", " cmd", "\\", '"'];
  fc.assert(fc.property(fc.constantFrom(...hostile), fc.constantFrom(...hostile), (start, part) => {
    const text = start + part.repeat(8000 / part.length);
    const begin = performance.now();
    readKeyValues(text);
    readCommand(text);
    // Not a matter of speed: a pattern that tries again and again takes hours.
    assert.ok(performance.now() - begin < 10_000);
  }));
});
