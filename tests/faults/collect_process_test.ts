/** `decnet collect` as a process: signals, pipes, limits, floods (F12, F13, F35 to F37, F42). */
import assert from "node:assert/strict";
import { collectFiles } from "../support/collect_files.ts";
import { decnet, startDecnet } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

const MIB = 1024 * 1024;

function decoyLine(event: string, address: string): string {
  return `<134>1 2026-05-03T05:12:51Z omega ssh - ${event} [r@1 src_ip="${address}"] text\n`;
}

Deno.test("F12: it ends when nobody reads standard output any more", async () => {
  const line = decoyLine("login", "192.0.2.1");
  await using run = new RunningDecnet(["collect", "-", "--no-state"], { stdin: line });
  await run.write(new TextEncoder().encode(line));
  await run.stdout.until((text) => text.includes("\n"));
  await run.stdout.close();
  const input = (async () => {
    try {
      for (;;) await run.write(new TextEncoder().encode(line));
    } catch {
      // It has ended.
    }
  })();
  const { code, stderr } = await run.end();
  await input;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^decnet: \d+ lines, \d+ events\n$/);
});

Deno.test("F13: a reader of standard output that stops holds everything back, not in memory", async () => {
  const count = 200_000;
  const line = new TextEncoder().encode(decoyLine("login", "192.0.2.1"));
  const bytes = new Uint8Array(count * line.length);
  for (let start = 0; start < bytes.length; start += line.length) bytes.set(line, start);
  const child = startDecnet(["collect", "-", "--no-state"], { stdin: "" });
  const kill = setTimeout(() => child.kill("SIGKILL"), 90_000);
  const readSoFar = () =>
    Deno.readTextFile(`/proc/${child.pid}/io`)
      .then((text) => /^rchar: (\d+)$/m.exec(text)?.[1]);
  const writer = child.stdin.getWriter();
  const fed = writer.write(bytes).then(() => writer.close());
  // It has read what it can when it reads no more.
  let before: string | undefined;
  let still = 0;
  await eventually(async () => {
    const now = await readSoFar();
    still = now === before && Number(now) > 0 ? still + 1 : 0;
    before = now;
    return still > 200;
  });
  const memory = Number(
    /^VmHWM:\s+(\d+)/m.exec(await Deno.readTextFile(`/proc/${child.pid}/status`))?.[1],
  );
  assert.ok(memory * 1024 < 250 * MIB, `${memory} KiB`);
  const [{ code, stdout }] = await Promise.all([child.output(), fed]);
  clearTimeout(kill);
  assert.equal(code, 0);
  assert.equal(new TextDecoder().decode(stdout).split("\n").length - 1, count);
});

testNeeding(
  ["prlimit"],
  "F35: without descriptors for more senders it goes on with those it has, and recovers",
  async () => {
    await using folder = await tempFolder();
    const base = `${folder.path}/decnet`;
    const args = ["collect", "--syslog", "tcp://127.0.0.1:0", "--out", base, "--no-state", "-v"];
    await using run = new RunningDecnet(args);
    await run.stderr.until((text) => /listens at tcp:\/\/127\.0\.0\.1:\d+/.test(text));
    const port = Number(/:(\d+)\n/.exec(run.stderr.text)?.[1]);
    await systemCommand(toolPath("prlimit"), ["--pid", String(run.pid), "--nofile=40:40"]);
    const senders: Deno.Conn[] = [];
    const say = async (connection: Deno.Conn, text: string) => {
      await connection.write(new TextEncoder().encode(`<13>1 - h a - ${text} -\n`));
    };
    const said = (text: string) => {
      try {
        return Deno.readTextFileSync(`${base}.log`).includes(` ${text} -`);
      } catch {
        return false;
      }
    };
    const first = await Deno.connect({ hostname: "127.0.0.1", port });
    await say(first, "first");
    await eventually(() => said("first"));
    try {
      for (let count = 0; count < 60; count++) {
        senders.push(await Deno.connect({ hostname: "127.0.0.1", port }));
      }
      await say(first, "meanwhile");
      await eventually(() => said("meanwhile"));
    } finally {
      for (const sender of senders) sender.close();
    }
    await say(first, "afterwards");
    await eventually(() => said("afterwards"));
    first.close();
    const last = await Deno.connect({ hostname: "127.0.0.1", port });
    await say(last, "last");
    await eventually(() => said("last"));
    last.close();
    run.kill("SIGTERM");
    const { code, stderr } = await run.end();
    assert.equal(code, 0, stderr);
  },
);

Deno.test("F36: a flood of attackers, each a new one, keeps memory bounded", async () => {
  await using folder = await tempFolder();
  const count = 200_000;
  const lines = Array.from({ length: count }, (_, index) => {
    const octets = [10, index >> 16, index >> 8 & 255, index & 255];
    return decoyLine("connect", octets.join("."));
  });
  const base = `${folder.path}/decnet`;
  const args = ["collect", "-", "--out", base, "--no-state", "-v"];
  const run = await decnet(args, { stdin: lines.join("") });
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, new RegExp(`${count} lines, ${count} events`));
  assert.ok(run.peakMemory < 300 * MIB, `${run.peakMemory / MIB} MiB`);
});

Deno.test("F42: of a flood each line is counted: events, held back, dropped, malformed", async () => {
  await using folder = await tempFolder();
  const times = 20_000;
  const lines = [
    decoyLine("login", "192.0.2.1"),
    decoyLine("connect", "192.0.2.2"),
    decoyLine("login", "192.0.2.3").replace(" ssh ", " CRON "),
    "what is this\n",
    "\n",
  ];
  const base = `${folder.path}/decnet`;
  const run = await decnet(
    ["collect", "-", "--out", base, "--no-state", "-v", "--drop-apps", "native"],
    { stdin: lines.join("").repeat(times) },
  );
  assert.equal(run.code, 0, run.stderr);
  const held = times - 1;
  assert.match(
    run.stderr,
    new RegExp(
      `${5 * times} lines, ${times + 1} events, ${held} held back, ${times} dropped, ` +
        `${times} malformed\n`,
    ),
  );
  const log = (await Deno.readTextFile(`${base}.log`)).split("\n").slice(0, -1);
  const own = log.filter((line) => line.includes(" rate_limited "));
  assert.equal(log.length - own.length, 5 * times, "the .log is never limited");
  const events = (await Deno.readTextFile(`${base}.json`)).split("\n").slice(0, -1)
    .map((line) => JSON.parse(line));
  const told = events.filter(({ event_type }) => event_type === "rate_limited")
    .reduce((sum, { fields }) => sum + fields.count, 0);
  assert.equal(told, held);
  assert.equal(events.length, times + 1 + own.length);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`F37: on ${signal} all is written and stored before it ends`, async () => {
    await using folder = await tempFolder();
    const files = collectFiles(folder);
    await files.put(500);
    await using run = new RunningDecnet(files.args());
    await files.collected(run);
    await files.put(500);
    run.kill(signal);
    const { code, stderr } = await run.end();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^decnet: \d+ lines, \d+ events\n$/);
    await files.put(10);
    // Each line is known to be there or not: nothing has to be looked up.
    const said = await files.run(files.args("-v"));
    assert.doesNotMatch(said, /written before/);
    files.check();
  });
}
