/** Everything of `deno task compile` that can be checked without the runtime it downloads. */
import assert from "node:assert/strict";
import {
  bundleArguments,
  COMPILE_TARGETS,
  compileArguments,
  executablePath,
  permissionFlags,
} from "../scripts/compile.ts";
import { fromHex } from "../lib/bytes.ts";
import { DockerWorld } from "./support/docker_world.ts";
import { FakeDocker } from "./support/fake_docker.ts";
import { startNatsHub } from "./support/nats_server.ts";
import { numberedLines } from "./support/numbered_events.ts";
import { testNeeding } from "./support/requirements.ts";
import { tempFolder } from "./support/temp_folder.ts";
import { VERSION } from "../lib/version.ts";
import config from "../deno.json" with { type: "json" };

/** All verbs and the client of NATS, without comments and unused code; a library by mistake would show. */
const MAX_PROGRAM_BYTES = 1_400_000;

/** What only `collect` loads, in a file of its own. */
const DOCKER_CLIENT = /^docker-[A-Z0-9]+\.js$/;

async function deno(args: string[], cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("the version in the code is that of deno.json", () => {
  assert.equal(VERSION, config.version);
});

/** Bundles a module and gives a function that runs it as the compiled program would be run. */
async function bundled(folder: string, entry: string) {
  const repository = new URL("..", import.meta.url).pathname;
  const made = await deno(bundleArguments(`${folder}/bundle`, entry), repository);
  assert.equal(made.code, 0, made.stderr);
  const main = `${folder}/bundle/${entry.replace(/^.*\//, "").replace(/\.ts$/, ".js")}`;
  const flags = ["--no-config", "--cached-only", "--no-prompt", ...permissionFlags()];
  return (...args: string[]) => deno(["run", ...flags, main, ...args], folder);
}

Deno.test("a bundle runs alone, with the permissions of the compiled program and no others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const run = await bundled(folder, "main.ts");
    let size = 0;
    let clients = 0;
    for await (const { name } of Deno.readDir(`${folder}/bundle`)) {
      if (DOCKER_CLIENT.test(name)) clients++;
      else size += (await Deno.stat(`${folder}/bundle/${name}`)).size;
    }
    assert.equal(clients, 1);
    assert.ok(size < MAX_PROGRAM_BYTES, `${size} bytes`);
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

/** A MaxMind DB that knows the country of 0.0.0.0/1: one node, one record, its metadata. */
const COUNTRY_DB = "00001100000100000000000000000000000000000000" +
  "e147636f756e747279e14869736f5f636f6465424e4c" +
  "abcdef4d61784d696e642e636f6d" +
  "e34a6e6f64655f636f756e74c4000000014b7265636f72645f73697a65c4000000184a69705f76657273696f6ec400000004";

Deno.test("MaxMind DBs are read in a bundle", async () => {
  await using folder = await tempFolder();
  const run = await bundled(folder.path, "main.ts");
  const [db, log] = [`${folder.path}/db.mmdb`, `${folder.path}/log.json`];
  await Deno.writeFile(db, fromHex(COUNTRY_DB));
  await Deno.writeTextFile(log, numberedLines(0, 1));
  const { code, stderr } = await run("profile", "--mmdb", db, log);
  assert.equal(code, 0, stderr);
});

testNeeding(["nats-server"], "the client of NATS works in a bundle", async () => {
  await using folder = await tempFolder();
  await using hub = await startNatsHub();
  const run = await bundled(folder.path, "main.ts");
  const log = `${folder.path}/log.json`;
  await Deno.writeTextFile(log, numberedLines(0, 3));
  const told = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    return stdout.split("\n").filter(Boolean);
  };
  await told("tail", log, "--no-follow", "--from-start", "--to", hub.url);
  assert.equal((await told("tail", hub.url, "--no-follow", "--from-start")).length, 3);
  assert.deepEqual(await told("workers", "--hub", hub.url), []);
  const state = ["--state", `${hub.url}/fleet`];
  await told("probe", ...state, "--probe", "hassh", "127.0.0.1:1");
  assert.deepEqual(await told("probe", ...state, "--history", "127.0.0.1"), []);
});

Deno.test("the Docker client works in a bundle, with the permissions of the compiled program", async () => {
  await using folder = await tempFolder();
  const world = new DockerWorld();
  world.create("omega-ssh");
  await using docker = await FakeDocker.start(world, `${folder.path}/d.sock`);
  const run = await bundled(folder.path, "tests/support/docker_list_child.ts");
  const { code, stdout, stderr } = await run(docker.host);
  assert.deepEqual([code, stdout], [0, "omega-ssh\n"], stderr);
});

Deno.test("deno compile is asked for every platform, with the least permissions", () => {
  for (const target of COMPILE_TARGETS) {
    const words = compileArguments("folder", target);
    assert.equal(words[0], "compile");
    assert.equal(words.at(-1), "folder/main.js");
    assert.ok(words.includes("--no-prompt") && !words.includes("-A"));
    assert.ok(words.some((word) => word.startsWith("--v8-flags=--")), "as the task has them");
    assert.equal(words[words.indexOf("--target") + 1], target);
    assert.equal(executablePath(target).endsWith(".exe"), target.includes("windows"));
  }
});

Deno.test("deno compile packs the program; only the base binary is missing here", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const repository = new URL("..", import.meta.url).pathname;
    assert.equal((await deno(bundleArguments(`${folder}/bundle`), repository)).code, 0);
    const output = `${folder}/decnet`;
    // With itself in the place of the base binary, deno packs without fetching anything.
    const packed = await new Deno.Command(Deno.execPath(), {
      args: compileArguments(`${folder}/bundle`, Deno.build.target, output),
      env: { DENORT_BIN: Deno.execPath() },
    }).output();
    assert.equal(packed.code, 0, new TextDecoder().decode(packed.stderr));
    const payload = (await Deno.stat(output)).size - (await Deno.stat(Deno.execPath())).size;
    assert.ok(payload > 0 && payload < 10_000_000, `payload of ${payload} bytes`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
