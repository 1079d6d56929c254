import assert from "node:assert/strict";
import { StdoutSink } from "./stdout_sink.ts";

/** An output whose writes follow `steps`: bytes taken, or an error; then it takes everything. */
function output(steps: (number | Error)[]) {
  const chunks: string[] = [];
  return {
    text: () => chunks.join(""),
    writeSync: (bytes: Uint8Array): number => {
      const step = steps.shift() ?? bytes.length;
      if (step instanceof Error) throw step;
      chunks.push(new TextDecoder().decode(bytes.subarray(0, step)));
      return step;
    },
  };
}

Deno.test("StdoutSink writes lines over short, interrupted and refused writes", () => {
  const to = output([1, new Deno.errors.Interrupted(), 2, new Deno.errors.WouldBlock()]);
  const sink = new StdoutSink({ output: to });
  sink.append(["one", "two"]);
  sink.append([]);
  assert.equal(to.text(), "one\ntwo\n");
});

Deno.test("StdoutSink is closed without an error when its reader has gone, and says so once", () => {
  let told = 0;
  const to = output([2, new Deno.errors.BrokenPipe()]);
  const sink = new StdoutSink({ output: to, onClosed: () => told++ });
  sink.append(["one"]);
  assert.equal(sink.closed, true);
  sink.append(["two"]);
  assert.equal(told, 1);
  assert.equal(to.text(), "on");
});

Deno.test("StdoutSink throws a SinkError when a redirected output is full", () => {
  const full = Object.assign(new Error("no space left"), { code: "ENOSPC" });
  const sink = new StdoutSink({ output: output([5, full]) });
  assert.throws(() => sink.append(["one", "two"]), {
    name: "SinkError",
    path: "stdout",
    code: "ENOSPC",
    written: 1,
  });
  assert.equal(sink.closed, false);
});

Deno.test("StdoutSink ends a process whose reader reads one line", async () => {
  const module = new URL("./stdout_sink.ts", import.meta.url).href;
  const script = `
    import { StdoutSink } from "${module}";
    let told = 0;
    const sink = new StdoutSink({ onClosed: () => told++ });
    for (let count = 0; count < 1e6 && !sink.closed; count++) sink.append(["line " + count]);
    Deno.exit(sink.closed && told === 1 ? 42 : 1);
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", script],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  assert.ok(new TextDecoder().decode(value).startsWith("line 0\n"));
  assert.equal((await child.status).code, 42);
});
