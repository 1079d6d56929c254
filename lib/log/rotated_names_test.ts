import assert from "node:assert/strict";
import { compareAge, isPackedName, parseRotatedName } from "./rotated_names.ts";

function oldestFirst(live: string, names: readonly string[]): string[] {
  return names.flatMap((name) => parseRotatedName(name, live) ?? [])
    .sort(compareAge).map(({ name }) => name);
}

Deno.test("parseRotatedName() reads what rotators write", () => {
  const expected: readonly [string, string, string, boolean][] = [
    ["a.json.1", "a.json.1", "number", false],
    ["a.json.12.gz", "a.json.12", "number", true],
    ["a.json.0.zst", "a.json.0", "number", true],
    ["a.1.json", "a.1.json", "number", false],
    ["a.1.json.gz", "a.1.json", "number", true],
    ["a.json-20260101", "a.json-20260101", "date", false],
    ["a.json-20260101.gz", "a.json-20260101", "date", true],
    ["a.json-2026-01-01.xz", "a.json-2026-01-01", "date", true],
    ["a.json.20260101-120000", "a.json.20260101-120000", "date", false],
    ["a.json.20260101T120000Z", "a.json.20260101T120000Z", "date", false],
    ["a.json-1767225600", "a.json-1767225600", "date", false],
    ["a-20260101.json", "a-20260101.json", "date", false],
    ["a-2026010112.json.gz", "a-2026010112.json", "date", true],
  ];
  for (const [name, stem, kind, isPacked] of expected) {
    const read = parseRotatedName(name, "a.json");
    assert.deepEqual([read?.stem, read?.kind, read?.isPacked], [stem, kind, isPacked], name);
  }
});

Deno.test("parseRotatedName() returns undefined for what is no predecessor", () => {
  const others = [
    "a.json",
    "a.json.gz",
    "a.json.bak",
    "a.json.1.tmp",
    "a.json.1~",
    "a.json1",
    "a.json-1",
    "a.json.lock",
    "a.json.1a",
    "a-2.json",
    "a2.json",
    "a.log.1",
    "b.json.1",
    "xa.json.1",
    "",
  ];
  for (const name of others) assert.equal(parseRotatedName(name, "a.json"), undefined, name);
});

Deno.test("parseRotatedName() reads names of logs without an extension", () => {
  assert.equal(parseRotatedName("syslog.1", "syslog")?.kind, "number");
  assert.equal(parseRotatedName(".hidden.1", ".hidden")?.kind, "number");
  assert.equal(parseRotatedName("sys.1.log", "syslog"), undefined);
});

Deno.test("compareAge() puts high numbers first", () => {
  assert.deepEqual(oldestFirst("a", ["a.2", "a.10.gz", "a.1", "a.9"]), [
    "a.10.gz",
    "a.9",
    "a.2",
    "a.1",
  ]);
});

Deno.test("compareAge() puts early dates first", () => {
  const names = ["a-20260102", "a-20260101-2", "a-20260101", "a-20260101-10", "a-20251231.gz"];
  assert.deepEqual(oldestFirst("a", names), [
    "a-20251231.gz",
    "a-20260101",
    "a-20260101-2",
    "a-20260101-10",
    "a-20260102",
  ]);
});

Deno.test("isPackedName() goes by the end of the name", () => {
  assert.equal(isPackedName("/var/log/a.json.1.gz"), true);
  assert.equal(isPackedName("/var/log/a.gz/a.json"), false);
});
