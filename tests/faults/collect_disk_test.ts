/** `decnet collect` on disks that are full, read-only, slow, broken or not ours: each line once (F4 to F11). */
import assert from "node:assert/strict";
import { CollectFiles, collectFiles } from "../support/collect_files.ts";
import { eventually } from "../support/eventually.ts";
import { MAY_TRACE, testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { MAY_MOUNT, SmallDisk } from "../support/small_disk.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Enough for several writes to each file. */
const LINES = 2500;

/** Far less than these lines take. */
const SMALL = 200_000;

const HOLDS_BACK = /holds everything back/;
const GOES_ON = /is written again/;

/** Nobody whose rights go beyond those of a file's mode. */
const WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] as const;

/** Fields of the last event of a type. */
function lastOf(files: CollectFiles, type: string): Readonly<Record<string, unknown>> {
  const events = files.text("json").split("\n").slice(0, -1).map((line) => JSON.parse(line));
  return events.findLast(({ event_type }) => event_type === type)?.fields;
}

testNeeding(
  [MAY_MOUNT],
  "F4: a full disk holds everything back, and once there is room each line is there once",
  async () => {
    await using folder = await tempFolder();
    await using disk = await SmallDisk.mount(`${folder.path}/out`, 4096);
    await disk.fill(SMALL);
    const files = new CollectFiles(folder.path, disk.root);
    await files.put(LINES);
    await using run = new RunningDecnet(files.args(), { under: disk.enter });
    await run.stderr.until((text) => HOLDS_BACK.test(text));
    assert.ok(files.text("log").endsWith("\n"), "the half line is cut off");
    await files.put(10);
    await disk.free();
    await files.collected(run);
    run.kill("SIGTERM");
    const { code, stderr } = await run.end();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /No space left on device/);
    assert.match(stderr, GOES_ON);
    files.check(["disk_full"]);
    const { path, code: name, attempts, records_held } = lastOf(files, "disk_full");
    assert.match(String(path), /decnet\.(log|json)$/);
    assert.equal(name, "ENOSPC");
    assert.ok(Number(attempts) >= 1 && Number(records_held) >= 1);
  },
);

testNeeding(
  [MAY_MOUNT],
  "F4: collect stopped and killed while the disk is full goes on where it was",
  async () => {
    await using folder = await tempFolder();
    await using disk = await SmallDisk.mount(`${folder.path}/out`, 4096);
    await disk.fill(SMALL);
    const files = new CollectFiles(folder.path, disk.root);
    await files.put(LINES);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await using run = new RunningDecnet(files.args(), { under: disk.enter });
      await run.stderr.until((text) => HOLDS_BACK.test(text));
      run.kill(signal);
      const { code, stderr } = await run.end();
      if (signal === "SIGKILL") continue;
      assert.equal(code, 1, stderr);
      assert.match(stderr, /records could not be written/);
    }
    await disk.free();
    await files.put(10);
    await files.run(files.args(), { under: disk.enter });
    files.check();
  },
);

testNeeding(
  [MAY_MOUNT],
  "F5: when the disk of the state is full it goes on, and says what that means",
  async () => {
    await using folder = await tempFolder();
    await using disk = await SmallDisk.mount(`${folder.path}/state`, 1024);
    const files = new CollectFiles(folder.path, disk.root);
    await files.put(100);
    await using run = new RunningDecnet(files.args(), { under: disk.enter });
    await files.collected(run);
    await disk.fill(0);
    await files.put(LINES);
    await run.stderr.until((text) => /until that is over a crash may double lines/.test(text));
    await files.collected(run);
    await disk.free();
    run.kill("SIGTERM");
    const { code, stderr } = await run.end();
    assert.equal(code, 0, stderr);
    await files.put(10);
    await files.run(files.args(), { under: disk.enter });
    files.check();
  },
);

testNeeding(
  [MAY_MOUNT],
  "F6: a disk that becomes read-only holds everything back until it is not",
  async () => {
    await using folder = await tempFolder();
    await using disk = await SmallDisk.mount(`${folder.path}/out`, 4096);
    const files = new CollectFiles(folder.path, disk.root);
    await files.put(100);
    await using run = new RunningDecnet(files.args(), { under: disk.enter });
    await files.collected(run);
    await disk.makeReadOnly();
    // What is open can be written still: the kernel makes no mount read-only before that is closed.
    run.kill("SIGHUP");
    await eventually(async () => {
      await files.put(1);
      return HOLDS_BACK.test(run.stderr.text);
    });
    await disk.makeWritable();
    await files.collected(run);
    run.kill("SIGTERM");
    const { code, stderr } = await run.end();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /read-only file system/i);
    files.check(["disk_error"]);
  },
);

testNeeding(["setpriv"], "F7: files that may not be written are told in one line", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await Deno.mkdir(`${folder.path}/out`, { mode: 0o500 });
  await using run = new RunningDecnet(files.args(), { under: WITHOUT_RIGHTS });
  const { code, stderr } = await run.end();
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^decnet: .*decnet\.log: .*\n( {2}hint: .*\n)?$/);
});

testNeeding(
  ["setpriv"],
  "F7: when the folder may not be written any more it waits until it may",
  async () => {
    await using folder = await tempFolder();
    const files = collectFiles(folder);
    await files.put(100);
    await using run = new RunningDecnet(files.args(), { under: WITHOUT_RIGHTS });
    await files.collected(run);
    const out = `${folder.path}/out`;
    // A rotation, and no right to make the new file.
    for (const kind of ["log", "json"]) {
      await Deno.rename(`${files.base}.${kind}`, `${files.base}.${kind}.1`);
    }
    await Deno.chmod(out, 0o500);
    await files.put(100);
    await run.stderr.until((text) => HOLDS_BACK.test(text));
    await Deno.chmod(out, 0o700);
    await files.collected(run);
    run.kill("SIGTERM");
    assert.equal((await run.end()).code, 0);
    files.check(["disk_error"]);
  },
);

testNeeding(["prlimit"], "F8: a file at its greatest size is a full disk, no death", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(10);
  const prlimit = toolPath("prlimit");
  await using run = new RunningDecnet(files.args());
  await files.collected(run);
  const limit = (await Deno.stat(`${files.base}.log`)).size + SMALL;
  await systemCommand(prlimit, ["--pid", String(run.pid), `--fsize=${limit}:`]);
  await files.put(LINES);
  await run.stderr.until((text) => HOLDS_BACK.test(text));
  await systemCommand(prlimit, ["--pid", String(run.pid), "--fsize=unlimited"]);
  await files.collected(run);
  run.kill("SIGTERM");
  const { code, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  files.check(["disk_full"]);
});

/** The start of a command line under which calls that concern `paths` meet `inject`. */
function injecting(inject: string, paths: readonly string[]): string[] {
  const call = inject.split(":", 1)[0]!;
  return [
    ...["strace", "-D", "-f", "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${inject}`],
    ...paths.flatMap((path) => ["-P", path]),
  ];
}

testNeeding(
  [MAY_TRACE],
  "F9: what cannot be brought on the disk is told and counted, and nothing is written twice",
  async () => {
    await using folder = await tempFolder();
    const files = collectFiles(folder);
    await files.put(LINES);
    const calls = "fsync,fdatasync";
    const outputs = [`${files.base}.log`, `${files.base}.json`];
    const stderr = await files.run(files.args(), {
      under: injecting(`${calls}:error=EIO`, outputs),
    });
    assert.match(stderr, /cannot bring all on the disk: .*[Ii]nput\/output error/);
    files.check();
  },
);

for (
  const [what, inject] of [
    ["F10: writes that signals interrupt", "write:error=EINTR:when=1+2"],
    ["F9: writes that fail now and then", "write:error=EIO:when=3+4"],
    ["F11: a slow disk", "write:delay_exit=20000"],
  ] as const
) {
  testNeeding([MAY_TRACE], `${what}: each line once`, async () => {
    await using folder = await tempFolder();
    const files = collectFiles(folder);
    await files.put(LINES);
    const outputs = [`${files.base}.log`, `${files.base}.json`];
    await files.run(files.args(), { under: injecting(inject, outputs) });
    files.check(inject.includes("EIO") ? ["disk_error"] : []);
  });
}
