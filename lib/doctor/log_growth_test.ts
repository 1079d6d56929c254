import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { checkLog } from "./log_growth.ts";

const START = Date.parse("2026-05-03T00:00:00Z");
const DAY_MS = 86_400_000;
const LINE = '{"timestamp":"2026-05-03T00:00:00.000000Z"}\n';

async function withLog<T>(
  size: number,
  look: (path: string, rules: string) => T,
): Promise<T> {
  await using folder = await tempFolder();
  const path = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(path, LINE);
  // A hole: it has a size, and takes no room.
  if (size > LINE.length) await Deno.truncate(path, size);
  await Deno.mkdir(`${folder.path}/rules`);
  return look(path, `${folder.path}/rules`);
}

Deno.test("checkLog() finds nothing where there is no log", () => {
  assert.deepEqual(checkLog("all", "/nowhere/decnet.json", START), []);
});

Deno.test("checkLog() finds nothing in what is no file", async () => {
  await using folder = await tempFolder();
  assert.deepEqual(checkLog("all", folder.path, START), []);
});

Deno.test({
  name: "checkLog() does not wait for a pipe",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await tempFolder();
    const path = `${folder.path}/decnet.json`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    // Open at both ends, so that what would wait does not wait for ever.
    using pipe = await Deno.open(path, { read: true, write: true });
    await pipe.write(new TextEncoder().encode(LINE));
    assert.deepEqual(checkLog("all", path, START), []);
  },
});

Deno.test("checkLog() tells size and growth of a log", async () => {
  await withLog(2 * 1024 ** 2, (path, rules) => {
    const [finding] = checkLog("all", path, START + 2 * DAY_MS, rules);
    assert.equal(finding?.status, "ok");
    assert.match(finding.found, /: 2 MiB, 1 MiB a day$/);
  });
});

Deno.test("checkLog() warns of a large log that nothing rotates", async () => {
  await withLog(101 * 1024 ** 2, (path, rules) => {
    const now = START + 100 * DAY_MS;
    assert.equal(checkLog("all", path, now, rules)[0]?.status, "warning");
    Deno.writeTextFileSync(`${path}.1`, "");
    assert.equal(checkLog("all", path, now, rules)[0]?.status, "ok");
  });
});

Deno.test("checkLog() warns of a rule that copies and truncates", async () => {
  await withLog(0, (path, rules) => {
    Deno.writeTextFileSync(`${rules}/decnet`, `${path} {\n  daily\n  copytruncate\n}\n`);
    const findings = checkLog("all", path, START, rules);
    assert.deepEqual(findings.map(({ check, status }) => [check, status]), [
      ["log growth", "ok"],
      ["log rotation", "warning"],
    ]);
  });
});
