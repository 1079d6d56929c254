/** Everything of `deno task compile` that can be checked without the runtime it downloads. */
import assert from "node:assert/strict";
import {
  BUNDLE_FLAGS,
  COMPILE_TARGETS,
  compileArguments,
  executablePath,
  permissionFlags,
} from "../scripts/compile.ts";
import { VERSION } from "../lib/version.ts";
import config from "../deno.json" with { type: "json" };

/** The whole program without comments and unused code; a library by mistake would show here. */
const MAX_BUNDLE_BYTES = 400_000;

async function deno(args: string[], cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("the version in the code is that of deno.json", () => {
  assert.equal(VERSION, config.version);
});

Deno.test("a bundle runs alone, with the permissions of the compiled program and no others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bundle = `${folder}/decnet.js`;
    const repository = new URL("..", import.meta.url).pathname;
    const made = await deno(["bundle", ...BUNDLE_FLAGS, "--output", bundle, "main.ts"], repository);
    assert.equal(made.code, 0, made.stderr);
    assert.ok((await Deno.stat(bundle)).size < MAX_BUNDLE_BYTES);

    const run = (...args: string[]) =>
      deno(
        [
          "run",
          "--no-config",
          "--cached-only",
          "--no-prompt",
          ...permissionFlags(),
          bundle,
          ...args,
        ],
        folder,
      );
    assert.equal((await run("--version")).stdout, `decnet ${VERSION}\n`);
    assert.match((await run("probe", "--help")).stdout, /--reprobe-after TIME/);

    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const server = (async () => {
      for await (const connection of listener) connection.close();
    })();
    const target = `127.0.0.1:${listener.addr.port}`;
    const probes = ["jarm", "hassh", "tlscert", "http", "banner"];
    const choice = ["--probe", probes.join(",")];
    const state = ["--state", `${folder}/state.db`];
    const probed = await run("probe", ...state, ...choice, "--outcomes", target);
    listener.close();
    await server;
    assert.equal(probed.code, 0, probed.stderr);
    const outcomes = probed.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(
      outcomes.map((event) => [event.fields.probe_type, event.fields.outcome]),
      probes.map((probe) => [probe, "closed"]),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno compile is asked for every platform, with a bundle and the least permissions", () => {
  for (const target of COMPILE_TARGETS) {
    const words = compileArguments(target);
    assert.deepEqual(words.slice(0, 2), ["compile", "--bundle"]);
    assert.ok(words.includes("--no-prompt") && !words.includes("-A"));
    assert.equal(words[words.indexOf("--target") + 1], target);
    assert.equal(executablePath(target).endsWith(".exe"), target.includes("windows"));
  }
});

Deno.test("deno compile packs the program; only the base binary is missing here", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const output = `${folder}/decnet`;
    // With itself in the place of the base binary, deno packs without fetching anything.
    const packed = await new Deno.Command(Deno.execPath(), {
      args: compileArguments(Deno.build.target, output),
      cwd: new URL("..", import.meta.url),
      env: { DENORT_BIN: Deno.execPath() },
    }).output();
    assert.equal(packed.code, 0, new TextDecoder().decode(packed.stderr));
    const payload = (await Deno.stat(output)).size - (await Deno.stat(Deno.execPath())).size;
    assert.ok(payload > 0 && payload < 10_000_000, `payload of ${payload} bytes`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
