/** `decnet collect` while its output and its input are rotated, emptied, removed and replaced (F14 to F21). */
import assert from "node:assert/strict";
import { type CollectFiles, collectFiles, numberedLines } from "../support/collect_files.ts";
import { eventually } from "../support/eventually.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

const LINES = 500;

const KINDS = ["log", "json"] as const;

/** Lets logrotate rotate the output now, whether it is time or not. */
async function logrotate(files: CollectFiles, folder: string, how: string): Promise<void> {
  const config = `${folder}/logrotate.conf`;
  const paths = KINDS.map((kind) => `"${files.base}.${kind}"`).join(" ");
  await Deno.writeTextFile(config, `${paths} {\n  rotate 50\n  missingok\n  ${how}\n}\n`);
  await Deno.chmod(config, 0o600);
  await systemCommand(toolPath("logrotate"), ["-f", "-s", `${folder}/logrotate.state`, config]);
}

for (const how of ["create", "nocreate"]) {
  testNeeding(["logrotate"], `F14: logrotate with ${how} while lines come`, async () => {
    await using folder = await tempFolder();
    const files = collectFiles(folder);
    await files.put(LINES);
    await using run = new RunningDecnet(files.args());
    await files.collected(run);
    for (let rotation = 0; rotation < 5; rotation++) {
      await files.put(LINES);
      await logrotate(files, folder.path, how);
      await files.put(LINES);
      if (rotation % 2 === 0) run.kill("SIGHUP");
    }
    await files.collected(run);
    run.kill("SIGTERM");
    assert.equal((await run.end()).code, 0);
    files.check();
    assert.ok(files.text("log").startsWith("<134>1 "), "the oldest file is there");
  });
}

testNeeding(
  ["logrotate"],
  "F15: logrotate with copytruncate between lines leaves no NUL and loses none",
  async () => {
    await using folder = await tempFolder();
    const files = collectFiles(folder);
    await using run = new RunningDecnet(files.args());
    for (let rotation = 0; rotation < 4; rotation++) {
      await files.put(LINES);
      // What comes between its copy and its truncation is lost by logrotate itself.
      await files.collected(run);
      await logrotate(files, folder.path, "copytruncate");
    }
    await files.put(10);
    await files.collected(run);
    run.kill("SIGKILL");
    await run.end();
    await files.put(10);
    await files.run();
    assert.ok(!files.text("log").includes("\0") && !files.text("json").includes("\0"));
    files.check();
  },
);

Deno.test("--max-size rotates both files by rename, and --keep removes the oldest", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  const args = files.args("--max-size", "64K", "--keep", "50");
  await using run = new RunningDecnet(args);
  const exists = async (path: string) => {
    try {
      return (await Deno.stat(path)).isFile;
    } catch {
      return false;
    }
  };
  for (let round = 1; round <= 3; round++) {
    await files.put(LINES);
    await files.collected(run);
    await eventually(() => exists(`${files.base}.log.${round}`));
  }
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
  files.check();
  assert.ok(await exists(`${files.base}.json.3`), "both are rotated together");

  await files.put(LINES);
  await using last = new RunningDecnet(files.args("--max-size", "64K", "--keep", "2"));
  // The path leads to nothing then, until there is more to be written.
  await eventually(async () =>
    !(await exists(`${files.base}.json`)) && files.text("json").includes(`"n":"${4 * LINES - 1}"`)
  );
  last.kill("SIGTERM");
  assert.equal((await last.end()).code, 0);
  const second = await Deno.readTextFile(`${files.base}.log.2`);
  assert.ok(second.includes(`n="${3 * LINES - 1}"`), "the last but one");
});

Deno.test("--max-size rotates where no places are kept, too", async () => {
  await using folder = await tempFolder();
  const base = `${folder.path}/decnet`;
  const args = ["collect", "-", "--out", base, "--no-state", "--max-size", "64K", "--quiet"];
  const textOf = (path: string) => Deno.readTextFile(path).catch(() => "");
  await using run = new RunningDecnet(args, { stdin: "" });
  const encoder = new TextEncoder();
  await run.write(encoder.encode(numberedLines(LINES)));
  await eventually(async () => await textOf(`${base}.log.1`) !== "");
  const last = numberedLines(1, LINES);
  await run.write(encoder.encode(last));
  await eventually(async () => (await textOf(`${base}.log`)).endsWith(last));
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 143);
});

Deno.test("F19: files that are removed are made anew, with their mode", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(10);
  await using run = new RunningDecnet(files.args());
  await files.collected(run);
  for (const kind of KINDS) await Deno.remove(`${files.base}.${kind}`);
  await files.put(1);
  await eventually(() =>
    KINDS.every((kind) =>
      files.text(kind).includes('n=\\"10\\"') || files.text(kind).includes('n="10"')
    )
  );
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
  for (const kind of KINDS) {
    assert.equal(files.text(kind).split("\n").length, 2, files.text(kind));
    assert.equal((await Deno.stat(`${files.base}.${kind}`)).mode! & 0o777, 0o640);
  }
});

Deno.test("F20: a symbolic link in the place of a file is not followed", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(10);
  await using run = new RunningDecnet(files.args());
  await files.collected(run);
  const elsewhere = `${folder.path}/elsewhere`;
  await Deno.writeTextFile(elsewhere, "not yours\n");
  await Deno.rename(`${files.base}.log`, `${files.base}.log.1`);
  await Deno.symlink(elsewhere, `${files.base}.log`);
  await files.put(10);
  await run.stderr.until((text) => /a symbolic link is not followed/.test(text));
  await Deno.remove(`${files.base}.log`);
  await files.collected(run);
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
  assert.equal(await Deno.readTextFile(elsewhere), "not yours\n");
  files.check(["disk_error"]);
});

Deno.test("F20: a folder that is moved away is made anew", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(10);
  await using run = new RunningDecnet(files.args());
  await files.collected(run);
  await Deno.rename(`${folder.path}/out`, `${folder.path}/old`);
  await files.put(10);
  const lines = numberedLines(10, 10);
  await eventually(() => files.text("log") === lines && files.text("json").split("\n").length > 10);
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
  assert.equal(await Deno.readTextFile(`${folder.path}/old/decnet.log`), numberedLines(10));
});

Deno.test("F16 F17: a log that was rotated twice and packed while nobody looked", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(LINES);
  await files.run();
  const { input } = files;
  await files.put(LINES);
  await Deno.rename(input, `${input}.1`);
  await systemCommand("gzip", [`${input}.1`]);
  await Deno.rename(`${input}.1.gz`, `${input}.2.gz`);
  await files.put(LINES);
  await Deno.rename(input, `${input}.1`);
  await files.put(LINES);
  await files.run();
  files.check();
});

Deno.test("F18: a new log in the place of one that was removed, with its inode or another", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(LINES);
  await using run = new RunningDecnet(files.args());
  for (let round = 0; round < 3; round++) {
    await files.collected(run);
    await Deno.remove(files.input);
    await files.put(LINES);
  }
  await files.collected(run);
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
  files.check();
});

Deno.test("F21: a line is taken when its newline is there, not before", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(1);
  const [half, rest] = ["<134>1 2026-05-03T05:12:51Z half ssh - lo", 'gin [r@1 a="b"]'];
  await Deno.writeTextFile(files.input, half, { append: true });
  await using run = new RunningDecnet(files.args());
  await files.collected(run);
  run.kill("SIGKILL");
  await run.end();
  assert.equal(files.text("log"), numberedLines(1));
  await Deno.writeTextFile(files.input, `${rest}\n`, { append: true });
  await using next = new RunningDecnet(files.args());
  await eventually(() =>
    files.text("json").includes('"event_type":"login","attacker_ip":"Unknown"')
  );
  next.kill("SIGTERM");
  assert.equal((await next.end()).code, 0);
  assert.equal(files.text("log"), `${numberedLines(1)}${half}${rest}\n`);
});
