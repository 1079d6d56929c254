import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { openAppendFile } from "../lib/event/append_file.ts";
import { LogPair } from "../lib/event/log_pair.ts";
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { SqliteStore } from "../lib/store/sqlite_store.ts";
import { styleFor } from "../lib/terminal/style.ts";
import { FailingStore } from "../tests/support/failing_store.ts";
import { endingIn, finding } from "../tests/support/fake_probe.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { ProbeOutput } from "./probe_output.ts";
import { ProbeRecorder } from "./probe_recorder.ts";
import { ProbeTally } from "./probe_tally.ts";

const TARGET = { host: "192.0.2.7", address: "192.0.2.7", named: false };
const PROBE = endingIn("jarm", "tls", "closed");

/** A system call that fails with `code`. */
function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: no`), { code });
}

/** A recorder whose disk, state and standard output fail when the test says so. */
function world(folder: string) {
  const failing = { disk: false, stdout: false };
  const log = new LogPair(`${folder}/out`, {
    open: (path) => {
      const file = openAppendFile(path);
      return {
        ...file,
        write: (bytes) => {
          if (failing.disk) throw systemError("ENOSPC");
          return file.write(bytes);
        },
      };
    },
  });
  const clock = { now: Date.parse("2026-01-02T00:00:00Z") };
  const told: string[] = [];
  const printed: string[] = [];
  const stdout = new StdoutSink({
    output: {
      writeSync: (bytes) => {
        if (failing.stdout) throw systemError("EIO");
        printed.push(new TextDecoder().decode(bytes));
        return bytes.length;
      },
    },
  });
  const output = new ProbeOutput({
    stdout,
    format: "native",
    style: styleFor({ terminal: false, noColor: undefined, term: undefined }),
    raw: false,
    sdId: undefined,
    log,
    onLogFailure: () => told.push("log"),
    onStdoutFailure: () => told.push("stdout"),
    above: (write) => write(),
  });
  const store = new FailingStore(new SqliteStore(":memory:"));
  const recorder = new ProbeRecorder({
    sensor: "s",
    output,
    tally: new ProbeTally(),
    store,
    log,
    messages: getLogger("test"),
    outcomes: false,
    showEmptyHosts: false,
    recentSince: undefined,
    onStateFailure: () => told.push("state"),
    now: () => clock.now,
  });
  const measure = (hash: string) =>
    recorder.measurement({
      target: TARGET,
      port: 443,
      probe: PROBE,
      result: finding(hash),
      at: clock.now++,
    });
  const rotationsIn = async (extension: string) =>
    (await Deno.readTextFile(`${folder}/out.${extension}`)).split("\n")
      .filter((line) => line.includes("FP rotation")).length;
  return { failing, clock, told, printed, store, output, recorder, measure, rotationsIn };
}

Deno.test("ProbeRecorder writes a rotation once that a full disk has held back", async () => {
  await using folder = await tempFolder();
  const { failing, clock, output, told, recorder, measure, rotationsIn } = world(folder.path);
  await measure("a");
  failing.disk = true;
  assert.equal(await measure("b"), true);
  assert.equal(await recorder.recover(), 0);
  assert.deepEqual(told, ["log"]);
  failing.disk = false;
  assert.equal(output.flush(), true);
  // Far more than what is looked through for an event that may be there.
  const noise = `${"x".repeat(1023)}\n`.repeat(5 * 1024);
  for (const extension of ["log", "json"]) {
    await Deno.writeTextFile(`${folder.path}/out.${extension}`, noise, { append: true });
  }
  // The note may be taken over when it is some seconds old.
  clock.now += 60_000;
  assert.equal(await recorder.recover(), 0);
  assert.deepEqual([await rotationsIn("log"), await rotationsIn("json")], [1, 1]);
  assert.equal(await measure("b"), true);
  assert.equal(await rotationsIn("json"), 1);
});

Deno.test("ProbeRecorder.measurement() says when a finding could not be kept", async () => {
  await using folder = await tempFolder();
  const { store, told, measure, rotationsIn } = world(folder.path);
  assert.equal(await measure("a"), true);
  store.fails = "writing";
  assert.deepEqual([await measure("b"), await measure("b")], [false, false]);
  assert.deepEqual(told, ["state"]);
  store.fails = false;
  assert.equal(await measure("b"), true);
  assert.equal(await rotationsIn("json"), 1);
});

Deno.test("ProbeRecorder goes on when standard output fails, and the log gets everything", async () => {
  await using folder = await tempFolder();
  const { failing, told, printed, measure, rotationsIn } = world(folder.path);
  failing.stdout = true;
  for (const hash of ["a", "b", "c"]) assert.equal(await measure(hash), true);
  assert.deepEqual(told, ["stdout"]);
  failing.stdout = false;
  await measure("d");
  assert.equal(printed.length, 2);
  failing.stdout = true;
  await measure("e");
  assert.deepEqual(told, ["stdout", "stdout"]);
  assert.equal(await rotationsIn("json"), 4);
});
