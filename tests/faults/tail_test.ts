/** `decnet tail` when disks, files, writers and readers do not do as they should. */
import assert from "node:assert/strict";
import { decnet } from "../support/decnet.ts";
import {
  hasLines,
  numberedLine,
  numberedLines,
  numbersOf,
  upTo,
} from "../support/numbered_events.ts";
import { MAY_TRACE, testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** nobody, who may read little. */
const NOBODY = 65534;

/** Runs `decnet tail` on a log while `act` does things to it; gives the numbers that came and what was said. */
async function during(
  flags: readonly string[],
  act: (path: string, running: RunningDecnet, folder: string) => Promise<void>,
): Promise<{ numbers: number[]; stderr: string }> {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, numberedLines(0, 3));
  await using running = new RunningDecnet(["tail", path, "--from-start", ...flags]);
  await running.stdout.until(hasLines(3));
  await act(path, running, folder.path);
  running.kill("SIGINT");
  const { code, stdout, stderr } = await running.end();
  assert.equal(code, 0, stderr);
  return { numbers: numbersOf(stdout), stderr };
}

for (
  const [how, directive] of [["rename and create", "create"], [
    "copytruncate",
    "copytruncate",
  ]] as const
) {
  testNeeding(["logrotate"], `decnet tail follows logrotate's ${how}`, async () => {
    const { numbers } = await during([], async (path, running, folder) => {
      const configuration = `${folder}/logrotate.conf`;
      await Deno.writeTextFile(
        configuration,
        `${path} {\n rotate 3\n ${directive}\n compress\n su root root\n}\n`,
      );
      await Deno.chmod(configuration, 0o644);
      for (let turn = 1; turn <= 3; turn++) {
        await systemCommand(toolPath("logrotate"), ["-f", "-s", `${folder}/state`, configuration]);
        await Deno.writeTextFile(path, numberedLines(turn * 3, 3), { append: true });
        await running.stdout.until(hasLines(turn * 3 + 3));
      }
    });
    assert.deepEqual(numbers, upTo(12));
  });
}

Deno.test("decnet tail reads a file that took the place, and the inode, of one that was deleted", async () => {
  const { numbers } = await during([], async (path, running) => {
    for (let turn = 1; turn <= 3; turn++) {
      await Deno.remove(path);
      await Deno.writeTextFile(path, numberedLines(turn * 3, 3));
      await running.stdout.until(hasLines(turn * 3 + 3));
    }
  });
  assert.deepEqual(numbers, upTo(12));
});

Deno.test("decnet tail waits for a file that is deleted, and says so", async () => {
  const { numbers, stderr } = await during([], async (path, running) => {
    await Deno.remove(path);
    await running.stderr.until((text) => text.includes("no such log yet"));
    await Deno.writeTextFile(path, numberedLines(3, 1));
    await running.stdout.until(hasLines(4));
  });
  assert.deepEqual(numbers, upTo(4));
  assert.equal(stderr.match(/no such log yet/g)?.length, 1);
});

Deno.test("decnet tail follows a link that comes to lead elsewhere", async () => {
  await using folder = await tempFolder();
  const link = `${folder.path}/current.json`;
  for (const [name, first] of [["a.json", 0], ["b.json", 3]] as const) {
    await Deno.writeTextFile(`${folder.path}/${name}`, numberedLines(first, 3));
  }
  await Deno.symlink("a.json", link);
  await using running = new RunningDecnet(["tail", "--from-start", link]);
  await running.stdout.until(hasLines(3));
  await Deno.symlink("b.json", `${link}.new`);
  await Deno.rename(`${link}.new`, link);
  await running.stdout.until(hasLines(6));
  running.kill("SIGTERM");
  assert.deepEqual(numbersOf((await running.end()).stdout), upTo(6));
});

Deno.test("decnet tail gives a line when its end has come, in however many pieces", async () => {
  const { numbers } = await during([], async (path, running) => {
    const whole = `${numberedLine(3)}\n`;
    for (let at = 0; at < whole.length; at += 40) {
      await Deno.writeTextFile(path, whole.slice(at, at + 40), { append: true });
    }
    await running.stdout.until(hasLines(4));
  });
  assert.deepEqual(numbers, upTo(4));
});

Deno.test("F21: --flush-partial gives a last line without its newline, once, also to the next run", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const flags = ["tail", path, "--cursor", `${folder.path}/cursor`, "--flush-partial", "50ms"];
  const append = (text: string) => Deno.writeTextFile(path, text, { append: true });
  await Deno.writeTextFile(path, numberedLines(0, 3) + numberedLine(3));
  {
    await using running = new RunningDecnet(flags);
    await running.stdout.until(hasLines(4));
    await append(`\n${numberedLine(4)}`);
    await running.stdout.until(hasLines(5));
    running.kill("SIGTERM");
    const { stdout, stderr } = await running.end();
    assert.deepEqual(numbersOf(stdout), upTo(5));
    assert.equal(stderr, "");
  }
  // The newline that was missing, a whole line, and half of one, which is no event.
  const half = numberedLine(6).slice(0, 100);
  await append(`\n${numberedLines(5, 1)}${half}`);
  const again = await decnet([...flags, "--no-follow"]);
  assert.deepEqual([numbersOf(again.stdout), again.stderr], [[5], ""]);
  await append(`${numberedLine(6).slice(half.length)} \n`);
  const last = await decnet([...flags, "--no-follow"]);
  assert.deepEqual([numbersOf(last.stdout), last.stderr], [[6], ""]);
});

Deno.test("F21: --flush-partial says what a line goes on with that it took for whole", async () => {
  const { stderr } = await during(["--flush-partial", "50ms"], async (path, running) => {
    await Deno.writeTextFile(path, numberedLine(3), { append: true });
    await running.stdout.until(hasLines(4));
    await Deno.writeTextFile(path, `, and more\n${numberedLines(4, 1)}`, { append: true });
    await running.stdout.until(hasLines(5));
  });
  assert.match(stderr, /11 bytes left out: a line that was taken for whole went on/);
});

Deno.test("decnet tail leaves out a line of 40 MB, says so, and needs no memory for it", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, numberedLines(0, 1));
  const piece = new Uint8Array(1024 * 1024).fill(0x78);
  for (let count = 0; count < 40; count++) await Deno.writeFile(path, piece, { append: true });
  await Deno.writeTextFile(path, `\n${numberedLines(1, 1)}`, { append: true });
  const { stdout, stderr, peakMemory } = await decnet([
    "tail",
    "--no-follow",
    "--from-start",
    path,
  ]);
  assert.deepEqual(numbersOf(stdout), [0, 1]);
  assert.match(stderr, /41943041 bytes left out/);
  assert.ok(peakMemory < 250e6, `${peakMemory} bytes`);
});

Deno.test("decnet tail finds its events among garbage", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const garbage = new Uint8Array(65536 * 8);
  for (let at = 0; at < garbage.length; at += 65536) {
    crypto.getRandomValues(garbage.subarray(at, at + 65536));
  }
  const hostile = '{"timestamp":\n{}\nnull\n[1]\n<134>1\n<134>1 - - - - - -\n\u0000\u0000{"\n';
  await Deno.writeTextFile(path, numberedLines(0, 2));
  await Deno.writeFile(path, garbage, { append: true });
  await Deno.writeTextFile(path, `\n${hostile}${numberedLines(2, 2)}`, { append: true });
  const { code, stdout } = await decnet(["tail", "--no-follow", "--from-start", path]);
  assert.equal(code, 0);
  assert.deepEqual(numbersOf(stdout), upTo(4));
});

Deno.test("decnet tail begins anew, and says so, when the file of --cursor is damaged", async () => {
  await using folder = await tempFolder();
  const [path, cursor] = [`${folder.path}/events.json`, `${folder.path}/cursor`];
  await Deno.writeTextFile(path, numberedLines(0, 3));
  for (const text of ["", "{", "\u0000\u0001", '{"v":1,"logs":[]}']) {
    await Deno.writeTextFile(cursor, text);
    const run = await decnet(["tail", "--no-follow", "--cursor", cursor, path]);
    assert.deepEqual([run.code, numbersOf(run.stdout)], [0, upTo(3)]);
    assert.match(run.stderr, /is damaged: reading begins anew/);
    const aside = /put aside as (.+)/.exec(run.stderr)?.[1] ?? "";
    assert.equal(await Deno.readTextFile(aside), text);
    await Deno.remove(`${cursor}.old`).catch(() => {});
  }
});

Deno.test("decnet tail --no-follow gives a last line without its newline that nobody touches", async () => {
  await using folder = await tempFolder();
  const [path, cursor] = [`${folder.path}/events.json`, `${folder.path}/cursor`];
  await Deno.writeTextFile(path, numberedLines(0, 2).trimEnd());
  const args = ["tail", "--no-follow", "--from-start", path];
  const old = new Date(Date.now() - 60_000);
  await Deno.utime(path, old, old);
  assert.deepEqual(numbersOf((await decnet(args)).stdout), upTo(2));
  // Who comes back for it gets it when it is whole.
  const shipped = await decnet(["tail", "--no-follow", "--cursor", cursor, path]);
  assert.deepEqual(numbersOf(shipped.stdout), upTo(1));
  await Deno.utime(path, new Date(Date.now() + 3600_000), new Date(Date.now() + 3600_000));
  assert.deepEqual(numbersOf((await decnet(args)).stdout), upTo(1));
});

Deno.test("decnet tail reads a log once, by whatever path it is named", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, numberedLines(0, 3));
  const run = await decnet(["tail", "--no-follow", path, `${folder.path}/./events.json`, path]);
  assert.deepEqual(numbersOf(run.stdout), upTo(3));
});

Deno.test("decnet tail gives each event once of a rotated log in a folder behind a link", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/log/events.json`;
  await Deno.mkdir(`${folder.path}/real`);
  await Deno.symlink("real", `${folder.path}/log`);
  await Deno.writeTextFile(`${path}.2`, numberedLines(0, 2));
  await Deno.writeTextFile(`${path}.1`, numberedLines(2, 2));
  await Deno.writeTextFile(path, numberedLines(4, 2));
  const run = await decnet(["tail", "--no-follow", "--from-start", path]);
  assert.deepEqual(numbersOf(run.stdout), upTo(6));
});

Deno.test("decnet tail refuses a --cursor that is the log", async () => {
  await using folder = await tempFolder();
  const [path, link] = [`${folder.path}/events.json`, `${folder.path}/link`];
  await Deno.writeTextFile(path, numberedLines(0, 3));
  await Deno.symlink(path, link);
  for (const cursor of [path, link]) {
    const run = await decnet(["tail", "--no-follow", "--cursor", cursor, path]);
    assert.deepEqual([run.code, run.stdout], [2, ""]);
    assert.match(run.stderr, /that is a log/);
  }
  assert.equal(await Deno.readTextFile(path), numberedLines(0, 3));
});

Deno.test("decnet tail goes on when the file of --cursor can no longer be written", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const state = `${folder.path}/state`;
  await Deno.mkdir(state);
  await Deno.writeTextFile(path, numberedLines(0, 3));
  await using running = new RunningDecnet(["tail", "--cursor", `${state}/cursor`, path]);
  await running.stdout.until(hasLines(3));
  // In one step: to remove it would race with who writes into it.
  await Deno.rename(state, `${state}-elsewhere`);
  await Deno.writeTextFile(path, numberedLines(3, 3), { append: true });
  await running.stdout.until(hasLines(6));
  await running.stderr.until((text) =>
    text.includes("cannot be written, so events may come again")
  );
  running.kill("SIGTERM");
  assert.deepEqual(numbersOf((await running.end()).stdout), upTo(6));
});

Deno.test("decnet tail lets nobody else use its --cursor", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const flags = ["tail", "--cursor", `${folder.path}/cursor`, path];
  await Deno.writeTextFile(path, numberedLines(0, 3));
  await using running = new RunningDecnet(flags);
  await running.stdout.until(hasLines(3));
  const { code, stderr } = await decnet(flags);
  assert.equal(code, 75);
  assert.match(stderr, /another decnet tail uses/);
  running.kill("SIGTERM");
  await running.end();
});

testNeeding(["setpriv"], "decnet tail tells of a log that it may not read", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, numberedLines(0, 3));
  await Deno.chmod(path, 0o000);
  const isRoot = Deno.uid() === 0;
  if (isRoot) await Deno.chown(path, NOBODY, NOBODY);
  // Root without its capabilities is a user like others.
  const under = isRoot ? [toolPath("setpriv"), "--bounding-set=-all", "--inh-caps=-all", "--"] : [];
  const { code, stderr } = await decnet(["tail", "--no-follow", path], { under });
  assert.equal(code, 1);
  assert.match(stderr, /events\.json: Permission denied/);
});

testNeeding(
  [MAY_TRACE],
  "decnet tail prints every byte despite writes that are interrupted",
  async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/events.json`;
    const out = `${folder.path}/out`;
    await Deno.writeTextFile(path, numberedLines(0, 2000));
    // Only writes to this file are interrupted.
    const trace = 'out="$1"; shift; exec strace -D -f -o /dev/null -P "$out" ' +
      '-e trace=write -e inject=write:error=EINTR:when=1+2 "$@" > "$out"';
    const { code, stderr } = await decnet(["tail", "--no-follow", "--from-start", path], {
      under: ["bash", "-c", trace, "bash", out],
    });
    assert.equal(code, 0, stderr);
    assert.equal(await Deno.readTextFile(out), numberedLines(0, 2000));
  },
);
