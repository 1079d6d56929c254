/** `decnet tail` on disks that are full or read-only, and without descriptors for more files (F4 to F6, F35). */
import assert from "node:assert/strict";
import { decnet } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { hasLines, numberedLines, numbersOf, upTo } from "../support/numbered_events.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { MAY_MOUNT, SmallDisk } from "../support/small_disk.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** A disk that holds what a test writes to it at first, in KiB. */
const DISK = 1024;

/** Descriptors that suffice for the runtime, and not for so many logs. */
const FEW_FILES = 32;
const LOGS = 40;

const CANNOT_WRITE = /cannot be written, so events may come again: /g;
const WRITTEN_AGAIN = /cursor is written again/g;
const TOO_MANY = /Too many open files/g;

/** Text that has so many matches, and no more. */
function assertTold(text: string, pattern: RegExp, times = 1): void {
  assert.equal(text.match(pattern)?.length, times, text);
}

/** A log, and a disk of its own for the file of `--cursor`. */
async function cursorOnSmallDisk() {
  const folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, numberedLines(0, 3));
  const disk = await SmallDisk.mount(`${folder.path}/state`, DISK);
  const cursor = `${folder.path}/state/cursor`;
  const storedOffset = () => {
    try {
      const stored = JSON.parse(Deno.readTextFileSync(`${disk.root}${cursor}`));
      return stored.logs[path].offset;
    } catch (error) {
      // It is gone for a moment each time it is replaced.
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  };
  return {
    disk,
    options: { under: disk.enter },
    [Symbol.asyncDispose]: async () => {
      await disk[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
    flags: ["tail", path, "--cursor", cursor],
    append: (first: number, count: number) =>
      Deno.writeTextFile(path, numberedLines(first, count), { append: true }),
    /** Waits until the place of all that is in the log is stored. */
    stored: () => eventually(() => storedOffset() === Deno.statSync(path).size),
  };
}

for (
  const [fault, cause, reason] of [
    ["F5: the disk of --cursor is full", "full", /No space left on device/],
    ["F6: the disk of --cursor is read-only", "read-only", /Read-only file system/],
  ] as const
) {
  testNeeding(
    [MAY_MOUNT],
    `${fault}: events come on, it is said once, and once it is over none comes twice`,
    async () => {
      await using scene = await cursorOnSmallDisk();
      const { disk, options, flags, append, stored } = scene;
      {
        await using running = new RunningDecnet(flags, options);
        await running.stdout.until(hasLines(3));
        await stored();
        await (cause === "full" ? disk.fill(0) : disk.makeReadOnly());
        for (let first = 3; first < 9; first += 3) {
          await append(first, 3);
          await running.stdout.until(hasLines(first + 3));
        }
        await running.stderr.until((text) => reason.test(text));
        await (cause === "full" ? disk.free() : disk.makeWritable());
        await running.stderr.until((text) => WRITTEN_AGAIN.test(text));
        await stored();
        running.kill("SIGKILL");
        const { stdout, stderr } = await running.end();
        assert.deepEqual(numbersOf(stdout), upTo(9));
        assertTold(stderr, CANNOT_WRITE);
        assertTold(stderr, WRITTEN_AGAIN);
      }
      await append(9, 1);
      const { code, stdout } = await decnet([...flags, "--no-follow"], options);
      assert.deepEqual([code, numbersOf(stdout)], [0, [9]]);
    },
  );
}

testNeeding(
  [MAY_MOUNT],
  "F5: stopped while the disk of --cursor is full it fails, and the next run begins at the stored place",
  async () => {
    await using scene = await cursorOnSmallDisk();
    const { disk, options, flags, append, stored } = scene;
    {
      await using running = new RunningDecnet(flags, options);
      await running.stdout.until(hasLines(3));
      await stored();
      await disk.fill(0);
      await append(3, 3);
      await running.stdout.until(hasLines(6));
      running.kill("SIGTERM");
      const { code, stderr } = await running.end();
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^decnet: .*cursor is not up to date\n {2}hint: /m);
    }
    await disk.free();
    const { code, stdout } = await decnet([...flags, "--no-follow"], options);
    assert.deepEqual([code, numbersOf(stdout)], [0, [3, 4, 5]]);
  },
);

testNeeding(
  [MAY_MOUNT],
  "F5: what is shipped goes on while the disk of --cursor is full, each event once",
  async () => {
    await using scene = await cursorOnSmallDisk();
    const { disk, options, flags, append, stored } = scene;
    let received = "";
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        received += await request.text();
        return new Response();
      },
    );
    const to = ["--to", `http://127.0.0.1:${server.addr.port}/`];
    await using running = new RunningDecnet([...flags, ...to], options);
    await eventually(() => hasLines(3)(received));
    await stored();
    await disk.fill(0);
    await append(3, 3);
    await running.stderr.until((text) => text.includes("cannot be written"));
    await append(6, 3);
    await eventually(() => hasLines(9)(received));
    await disk.free();
    await stored();
    running.kill("SIGTERM");
    const { code, stderr } = await running.end();
    assert.equal(code, 0, stderr);
    assert.deepEqual(numbersOf(received), upTo(9));
    assertTold(stderr, CANNOT_WRITE);
  },
);

/** The start of a command line whose standard output is the file `path`. */
function into(path: string): readonly string[] {
  return ["sh", "-c", 'out="$1"; shift; exec "$@" > "$out"', "sh", path];
}

testNeeding(
  [MAY_MOUNT],
  "F4: events wait while the disk of standard output is full, and each is there once",
  async () => {
    await using folder = await tempFolder();
    await using disk = await SmallDisk.mount(`${folder.path}/out`, DISK);
    await disk.fill(64 * 1024);
    const [path, out] = [`${folder.path}/events.json`, `${folder.path}/out/events.json`];
    const written = () => Deno.readTextFileSync(`${disk.root}${out}`);
    await Deno.writeTextFile(path, numberedLines(0, 1000));
    const under = [...disk.enter, ...into(out)];
    const flags = ["tail", "--from-start", path, "--cursor", `${folder.path}/cursor`];
    await using running = new RunningDecnet(flags, { under });
    await running.stderr.until((text) => text.includes("events wait"));
    await Deno.writeTextFile(path, numberedLines(1000, 10), { append: true });
    await disk.free();
    await running.stderr.until((text) => text.includes("takes events again"));
    await eventually(() => hasLines(1010)(written()));
    running.kill("SIGTERM");
    const { code, stderr } = await running.end();
    assert.equal(code, 0, stderr);
    assert.deepEqual(numbersOf(written()), upTo(1010));
    assertTold(stderr, /standard output: No space left on device; events wait/g);
  },
);

testNeeding(
  [MAY_MOUNT],
  "F4: without anything to follow a full disk of standard output is a failure",
  async () => {
    await using folder = await tempFolder();
    await using disk = await SmallDisk.mount(`${folder.path}/out`, DISK);
    await disk.fill(0);
    const path = `${folder.path}/events.json`;
    await Deno.writeTextFile(path, numberedLines(0, 1000));
    const under = [...disk.enter, ...into(`${folder.path}/out/events.json`)];
    const { code, stderr } = await decnet(["tail", "--no-follow", path], { under });
    assert.equal(code, 1);
    assert.equal(stderr, "decnet: standard output: No space left on device\n");
  },
);

async function limitFiles(pid: number, limit: string): Promise<void> {
  await systemCommand(toolPath("prlimit"), ["--pid", String(pid), `--nofile=${limit}:`]);
}

testNeeding(
  ["prlimit"],
  "F35: without a descriptor for a log that was rotated it waits, says so once, and misses nothing",
  async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/events.json`;
    await Deno.writeTextFile(path, numberedLines(0, 3));
    await using running = new RunningDecnet(["tail", "--from-start", path]);
    await running.stdout.until(hasLines(3));
    await limitFiles(running.pid, "3");
    for (let turn = 1; turn <= 3; turn++) {
      await Deno.rename(path, `${path}.${4 - turn}`);
      await Deno.writeTextFile(path, numberedLines(3 * turn, 3));
    }
    await running.stderr.until((text) => text.includes("Too many open files"));
    await limitFiles(running.pid, "256");
    await running.stdout.until(hasLines(12));
    running.kill("SIGTERM");
    const { code, stdout, stderr } = await running.end();
    assert.equal(code, 0, stderr);
    assert.deepEqual(numbersOf(stdout), upTo(12));
    assertTold(stderr, TOO_MANY);
  },
);

testNeeding(
  ["prlimit"],
  "F35: without descriptors for more logs it shows those it has, says so once for all, and gets to them",
  async () => {
    await using folder = await tempFolder();
    const [first, ...others] = upTo(LOGS).map((number) => `${folder.path}/${number}.json`);
    await Deno.writeTextFile(first!, numberedLines(0, 1));
    await using running = new RunningDecnet(["tail", first!, ...others]);
    await running.stdout.until(hasLines(1));
    await limitFiles(running.pid, "3");
    for (const [index, log] of others.entries()) {
      await Deno.writeTextFile(log, numberedLines(index + 2, 1));
    }
    await running.stderr.until((text) => text.includes("Too many open files"));
    await Deno.writeTextFile(first!, numberedLines(1, 1), { append: true });
    await running.stdout.until(hasLines(2));
    await limitFiles(running.pid, "256");
    await running.stdout.until(hasLines(LOGS + 1));
    running.kill("SIGTERM");
    const { code, stdout, stderr } = await running.end();
    assert.equal(code, 0, stderr);
    const numbers = numbersOf(stdout);
    assert.deepEqual(numbers.slice(0, 2), [0, 1]);
    assert.deepEqual(numbers.sort((a, b) => a - b), upTo(LOGS + 1));
    assertTold(stderr, TOO_MANY);
  },
);

testNeeding(
  ["prlimit"],
  "F35: without descriptors and anything to follow it fails, with a hint",
  async () => {
    await using folder = await tempFolder();
    const logs = upTo(LOGS).map((number) => `${folder.path}/${number}.json`);
    for (const log of logs) await Deno.writeTextFile(log, numberedLines(0, 1));
    const under = [toolPath("prlimit"), `--nofile=${FEW_FILES}:${FEW_FILES}`];
    const { code, stderr } = await decnet(["tail", "--no-follow", ...logs], { under });
    assert.equal(code, 1, stderr);
    assertTold(stderr, TOO_MANY);
    assert.match(stderr, /ulimit -n/);
    assert.doesNotMatch(stderr, /\bat .*:\d+:\d+/);
  },
);
