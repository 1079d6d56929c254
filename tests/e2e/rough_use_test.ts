/** The executable where it gets what it does not want: a line that says so, the right exit code, never a trace. */
import assert from "node:assert/strict";
import { decnet, DECNET_COMMAND, type DecnetRun } from "../support/decnet.ts";
import { hasLines, numberedLines, numbersOf, upTo } from "../support/numbered_events.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { systemCommand } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** As every error looks: one line or more, and a hint. */
const ERROR = /^(decnet: .*\n)+( {2}hint: .*\n)?$/;

function assertTold({ code, stderr }: DecnetRun, expected: number, message: RegExp): void {
  assert.equal(code, expected, stderr);
  assert.match(stderr, message);
  assert.match(stderr, ERROR, "not lines and a hint");
  assert.doesNotMatch(stderr, /os error|run again with/, "words of the runtime");
}

/** Wrong command lines, and what must be said of each. */
const WRONG: readonly (readonly [args: string, message: RegExp])[] = [
  ["--config", /^decnet: --config needs a value\n/],
  ["--config /nonexistent tail", /no file \/nonexistent/],
  ["--config / tail", /\/ is no settings file/],
  ["tial", /did you mean tail\?/],
  ["config nope", /no verb "nope"/],
  ["man nope", /no command "nope"/],
  ["tail --flush-partial 0", /--flush-partial: "0" is no time at all/],
  ["tail --every 1s", /--every needs --count-by/],
  ["tail --where a==", /--where: column 4/],
  ["tail --ip 1.2.3", /"1\.2\.3" is no address/],
  ["tail --to gopher://x", /--to: "gopher:\/\/x" is none of/],
  ["tail --hub nope", /"nope" is no address of a NATS hub/],
  ["tail --metrics nope", /"nope" is no address and port/],
  ["tail --cursor c -", /--cursor: there is no place to come back to in -/],
];

Deno.test("wrong usage of tail, config and man is said in a line, and is exit code 2", async (t) => {
  for (const [args, message] of WRONG) {
    await t.step(args, async () => {
      const run = await decnet(args.split(" "));
      assertTold(run, 2, message);
      assert.equal(run.stdout, "");
    });
  }
});

Deno.test("files that are none, cannot be used or are not there are named, and are exit code 1", async (t) => {
  await using folder = await tempFolder();
  const log = `${folder.path}/events.json`;
  await Deno.writeTextFile(log, numberedLines(0, 1));
  const { path } = folder;
  const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["tail", "--no-follow", `${path}/none`], /none: there is no such log/],
    [["tail", path], /: a directory\n/],
    [["tail", "--no-follow", log, path], /: a directory\n/],
    [["tail", log, "--cursor", path], /: Is a directory\n/],
    [["tail", log, "--cursor", `${path}/none/cursor`], /No such file or directory\n/],
    [["tail", log, "--cursor", "/dev/none"], /\/dev\/none: this program may not use it\n/],
    [["tail", log, "--to", "https://x", "--ca", `${path}/none`], /--ca .*none: No such file/],
    [["tail", log, "--to", "https://x", "--header", `@${path}/none`], /--header .*none: No such/],
    [["probe", "--targets", `${path}/none`], /cannot read targets from .*none: No such file/],
  ];
  for (const [args, message] of cases) {
    await t.step(args.join(" ").replaceAll(path, "FOLDER"), async () => {
      assertTold(await decnet(args), 1, message);
    });
  }
});

Deno.test("a disk that takes no answer is an error, also of questions about decnet itself", async (t) => {
  for (const args of ["--help", "tail --help", "man", "completions fish", "config --show-origin"]) {
    await t.step(args, async () => {
      const under = ["sh", "-c", 'exec "$@" > /dev/full', "sh"];
      const run = await decnet(args.split(" "), { under });
      assertTold(run, 1, /^decnet: standard output: No space left on device\n$/);
    });
  }
});

Deno.test("a log that may grow no further (RLIMIT_FSIZE) is an error of probe, not its end", async () => {
  await using folder = await tempFolder();
  // Without blocks, and larger than anything that the runtime writes for itself.
  const size = 1024 ** 3;
  using log = await Deno.open(`${folder.path}/log.json`, { write: true, create: true });
  await log.seek(size - 1, Deno.SeekMode.Start);
  await log.write(new TextEncoder().encode("\n"));
  const under = ["sh", "-c", `ulimit -f ${size / 512}; exec "$@"`, "sh"];
  const args = ["probe", "--no-state", "--probe", "hassh", "--outcomes", "--out"];
  const run = await decnet([...args, `${folder.path}/log`, "127.0.0.1:1"], { under });
  assertTold(run, 1, /log\.json: File too large\n(.*\n)*decnet: 1 events could not be written/);
});

Deno.test("nobody to be told of an error changes nothing about its exit code", async () => {
  for (const stderr of [">&-", "> /dev/full"]) {
    const under = ["sh", "-c", `exec "$@" 2${stderr}`, "sh"];
    const { code } = await decnet(["tail", "--no-follow", "/nonexistent"], { under });
    assert.equal(code, 1, stderr);
    assert.equal((await decnet(["tail", "--nope"], { under })).code, 2, stderr);
  }
});

Deno.test("decnet tail reads a FIFO to its end, and one that nobody writes to holds up nothing", async () => {
  await using folder = await tempFolder();
  const fifo = `${folder.path}/fifo`;
  await systemCommand("mkfifo", [fifo]);
  {
    await using running = new RunningDecnet(["tail", fifo]);
    await Deno.writeTextFile(fifo, numberedLines(0, 3));
    const { code, stdout } = await running.end();
    assert.deepEqual([code, numbersOf(stdout)], [0, upTo(3)]);
  }
  const log = `${folder.path}/events.json`;
  await Deno.writeTextFile(log, numberedLines(0, 1));
  await using running = new RunningDecnet(["tail", log, fifo]);
  await running.stdout.until(hasLines(1));
  running.kill("SIGTERM");
  const { code, stdout } = await running.end();
  assert.deepEqual([code, numbersOf(stdout)], [0, [0]]);
});

Deno.test("decnet tail takes an empty device, garbage and a line without an end for no events", async () => {
  await using folder = await tempFolder();
  const [garbage, endless] = [`${folder.path}/garbage`, `${folder.path}/endless`];
  await Deno.writeFile(garbage, new Uint8Array(65536).map((_, index) => (index * 7919) >> 3));
  await Deno.writeTextFile(endless, "x".repeat(3_000_000));
  for (const path of ["/dev/null", garbage, endless]) {
    const { code, stdout, stderr } = await decnet(["tail", "--no-follow", path]);
    assert.deepEqual([code, stdout], [0, ""], path);
    assert.match(stderr, /^(decnet: warning: \d+ of \d+ lines are no events\n)?$/);
  }
});

Deno.test("the reader of any answer may go at any time", async () => {
  for (const args of ["--help", "man tail", "completions bash", "config --show-origin", "doctor"]) {
    const line = `set -o pipefail; "$@" ${args} | true`;
    const { code, stderr } = await new Deno.Command("bash", {
      args: ["-c", line, "bash", ...DECNET_COMMAND],
      env: { DECNET_CONFIG: "" },
      stdin: "null",
    }).output();
    assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""], args);
  }
});
