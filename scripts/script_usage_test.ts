/** What the scripts say to wrong usage, before they begin with work of many minutes. */
import assert from "node:assert/strict";

/** More than either needs to start; a benchmark that runs all the same takes longer. */
const LIMIT_MS = 30_000;

async function run(script: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const path = new URL(script, import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", path, ...args],
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("bench --help tells the names and runs nothing", async () => {
  const { code, text } = await run("bench.ts", "--help");
  assert.equal(code, 0);
  assert.match(text, /^usage: deno task bench .*\nnames: startup, .*\n.*\n$/);
});

Deno.test("bench looks at all names before it runs the first", async () => {
  const { code, text } = await run("bench.ts", "startup", "nosuch");
  assert.equal(code, 2);
  assert.match(text, /^no benchmark "nosuch"; there are startup, .*\n$/);
});

Deno.test("compile turns down what is no target, and says what is", async () => {
  const { code, text } = await run("compile.ts", "--help");
  assert.equal(code, 2);
  assert.match(text, /^no target "--help"; there are x86_64-unknown-linux-gnu, .*\n$/);
});
