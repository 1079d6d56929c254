/** `decnet tail` as users run it. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { toJsonLine } from "../../lib/event/json.ts";
import { writeRfc5424 } from "../../lib/event/rfc5424_writer.ts";
import { createEvent } from "../../lib/event/create.ts";
import { decnet, DECNET_COMMAND, parseEvents, printedEvents } from "../support/decnet.ts";
import { eventSamples } from "../support/event_samples.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

function made(number: number, ip = "203.0.113.7", service = "ssh") {
  return createEvent({
    time: Date.UTC(2026, 10, 21, 12) * 1000 + number * 1_000_000,
    sensor: "sensor-1",
    decky: "web-1",
    service,
    eventType: "auth_attempt",
    fields: { src_ip: ip, number, username: "root" },
    origin: `${number}`,
  });
}

function lines(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `${toJsonLine(made(first + index))}\n`).join(
    "",
  );
}

function numbersOf(stdout: string): unknown[] {
  return parseEvents(stdout).map(({ fields }) => fields["number"]);
}

Deno.test("decnet tail gives the last ten events, as they stand in the file, and the default file", async () => {
  await using folder = await tempFolder();
  const log = lines(0, 30);
  await Deno.writeTextFile(`${folder.path}/decnet.json`, log);
  const env = { DECNET_INGEST_LOG_FILE: `${folder.path}/decnet.log` };
  const { stdout, code } = await decnet(["tail", "--no-follow"], { env });
  assert.equal(code, 0);
  assert.equal(stdout, log.split("\n").slice(20).join("\n"));
});

Deno.test("decnet tail merges JSON, RFC 5424 and compressed files by time", async () => {
  await using folder = await tempFolder();
  const paths = ["a.json", "b.log", "c.json.gz"].map((name) => `${folder.path}/${name}`);
  await Deno.writeTextFile(paths[0]!, [0, 3].map((n) => `${toJsonLine(made(n))}\n`).join(""));
  await Deno.writeTextFile(
    paths[1]!,
    `not syslog\n${[1, 4].map((n) => `${writeRfc5424(made(n))}\n`).join("")}`,
  );
  await Deno.writeFile(
    paths[2]!,
    gzipSync([2, 5].map((n) => `${toJsonLine(made(n))}\n`).join("")),
  );
  const run = await decnet(["tail", "--no-follow", "--from-start", ...paths]);
  assert.deepEqual(printedEvents(run).map(({ fields }) => Number(fields["number"])), [
    0,
    1,
    2,
    3,
    4,
    5,
  ]);
  assert.match(run.stderr, /1 of 7 lines are no events/);
});

Deno.test("decnet tail reads lines of old DECNET records, of a pipe and of stdin", async () => {
  const old =
    '{"timestamp": "2026-05-03 05:12:51", "decky": "d", "service": "ssh", "event_type": ' +
    '"connect", "attacker_ip": "Unknown", "fields": {"remote_addr": "1.2.3.4:5"}, "msg": "", "raw_line": "x"}\n';
  const [event] = printedEvents(await decnet(["tail", "-", "--ip", "1.2.3.4"], { stdin: old }));
  assert.deepEqual([event!.timestamp, event!.attacker_ip], [
    "2026-05-03T05:12:51.000000Z",
    "1.2.3.4",
  ]);
});

Deno.test("decnet tail filters, samples, counts and picks fields", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const events = [0, 1, 2, 3, 4, 5].map((n) =>
    made(n, `203.0.113.${n % 3}`, n === 5 ? "http" : "ssh")
  );
  await Deno.writeTextFile(path, events.map((event) => `${toJsonLine(event)}\n`).join(""));
  const numbers = async (...flags: string[]) =>
    numbersOf((await decnet(["tail", "--no-follow", path, ...flags])).stdout);
  assert.deepEqual(await numbers("--ip", "203.0.113.1"), [1, 4]);
  assert.deepEqual(await numbers("--service", "!ssh"), [5]);
  assert.deepEqual(await numbers("--where", "number >= 2 && number < 4"), [2, 3]);
  assert.deepEqual(await numbers("--since", "2026-11-21T12:00:04Z"), [4, 5]);
  assert.deepEqual(await numbers("--until", "2026-11-21T12:00:01Z", "--from-start"), [0]);
  assert.deepEqual(await numbers("--unique-by", "attacker_ip"), [0, 1, 2]);
  assert.deepEqual(await numbers("--grep", '"number":4,'), [4]);
  assert.deepEqual(await numbers("-n", "1", "--ip", "203.0.113.0"), [3]);
  const counts = await decnet(["tail", "--no-follow", path, "--count-by", "service"]);
  assert.deepEqual(
    counts.stdout.trim().split("\n").map((line) => {
      const { value, count } = JSON.parse(line);
      return [value, count];
    }),
    [["ssh", 5], ["http", 1]],
  );
  const csv = await decnet([
    ...["tail", "--no-follow", path, "-n", "1", "--format", "csv", "--fields", "number,service"],
  ]);
  assert.equal(csv.stdout, "number,service\n5,http\n");
  const json = await decnet(["tail", "--no-follow", path, "-n", "1", "--fields", "number,service"]);
  assert.equal(json.stdout, '{"number":5,"service":"http"}\n');
});

for (
  const [args, reason] of [
    [["--where", "ttl <"], "--where: column 6"],
    [["--ip", "x"], '"x" is no address'],
    [["--since", "yesterday"], "--since"],
    [["--every", "1s"], "--every needs"],
    [["--from-start", "-n", "1"], "--from-start"],
    [["--to", "nowhere"], "--to"],
    [["--to", "https://x/", "--format", "csv"], "csv"],
    [["--shape", "loki"], "need --to"],
    [["--cursor", "x", "-"], "--cursor"],
  ] as const
) {
  Deno.test(`decnet tail ${args.join(" ")} is told what is wrong in a line`, async () => {
    const { code, stderr, stdout } = await decnet(["tail", ...args]);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.ok(stderr.startsWith("decnet: ") && stderr.includes(reason), stderr);
  });
}

Deno.test("decnet tail shows no terminal a control character, whatever attackers wrote", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const samples = [...eventSamples(), made(1, "\u001b]0;x\u0007", "\u009b31m")];
  await Deno.writeTextFile(path, samples.map((event) => `${toJsonLine(event)}\n`).join(""));
  for (const flags of [[], ["--full"], ["--fields", "username,password,service"], ["--local"]]) {
    const { stdout } = await decnet(
      ["tail", "--no-follow", "--from-start", "--full", ...flags, path]
        .filter((flag, index, all) => all.indexOf(flag) === index),
    );
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]/);
    assert.ok(stdout.includes("\\x1b"));
  }
});

Deno.test("decnet tail follows through rotation and ends with what --cursor goes on from", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const flags = ["tail", path, "--cursor", `${folder.path}/cursor`];
  await Deno.writeTextFile(path, lines(0, 5));
  await using running = new RunningDecnet(flags);
  await running.stdout.until((text) => text.split("\n").length > 5);
  await Deno.rename(path, `${path}.1`);
  await Deno.writeTextFile(`${path}.1`, lines(5, 1), { append: true });
  await Deno.writeTextFile(path, lines(6, 4));
  await running.stdout.until((text) => text.split("\n").length > 10);
  running.kill("SIGTERM");
  const { code, stdout } = await running.end();
  assert.equal(code, 0);
  assert.deepEqual(numbersOf(stdout), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

  // Rotated and compressed while nobody looked.
  await Deno.writeTextFile(path, lines(10, 2), { append: true });
  await Deno.writeFile(`${path}.2.gz`, gzipSync(await Deno.readFile(`${path}.1`)));
  await Deno.rename(path, `${path}.1`);
  await Deno.writeTextFile(path, lines(12, 1));
  const again = await decnet([...flags, "--no-follow"]);
  assert.deepEqual(numbersOf(again.stdout), [10, 11, 12]);
  assert.equal((await decnet([...flags, "--no-follow"])).stdout, "");
});

/** What a shell command prints, and how it ends. */
async function shell(script: string, ...args: string[]) {
  const { code, stdout } = await new Deno.Command("timeout", {
    args: ["20", "bash", "-c", `set -o pipefail; ${script}`, "shell", ...args],
    stdin: "null",
    stderr: "null",
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

Deno.test("decnet tail | head -1 ends at once, though nothing more comes", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, lines(0, 3));
  const command = [...DECNET_COMMAND, "tail", path].map((word) => `'${word}'`).join(" ");
  const { code, stdout } = await shell(`${command} | head -1`);
  assert.deepEqual([code, stdout], [0, lines(0, 1)]);
});

Deno.test("decnet tail ends on a signal, though its reader has stopped", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, lines(0, 5000));
  const command = [...DECNET_COMMAND, "tail", "-n", "5000", path].map((word) => `'${word}'`).join(
    " ",
  );
  // The pipe is full long before the end; nobody reads it.
  const { code, stdout } = await shell(
    `mkfifo "$1"; sleep 15 < "$1" & ${command} > "$1" & sleep 1.5; kill -TERM $!; wait $!; echo "code $?"; kill %1`,
    `${folder.path}/fifo`,
  );
  assert.equal(code, 0);
  assert.equal(stdout, "code 0\n");
});

testNeeding(
  ["tmux"],
  "decnet tail keeps to the lines of a narrow terminal, without colours too",
  async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/events.json`;
    const samples = eventSamples().slice(0, 12);
    await Deno.writeTextFile(path, samples.map((event) => `${toJsonLine(event)}\n`).join(""));
    const command = [...DECNET_COMMAND, "tail", "--no-follow", "-n", "12", path]
      .map((word) => `'${word}'`).join(" ");
    for (
      const [columns, environment] of [[40, "NO_COLOR=1"], [60, ""], [100, ""], [
        160,
        "NO_COLOR=1",
      ]] as const
    ) {
      const screen = await onTmux(folder.path, columns, `${environment} ${command}`);
      const shown = screen.plain.split("\n").filter((line) => line.includes("203.0.113.7"));
      // A line that wrapped would take two rows.
      assert.equal(shown.length, samples.length, screen.plain);
      assert.ok(screen.plain.split("\n").every((line) => line.length < columns), screen.plain);
      assert.match(shown[0]!, columns >= 111 ? /^11-21 12:34:56\.123 / : /^12:34:56 /);
      assert.equal(screen.coloured.includes("\u001b["), environment === "");
    }
  },
);

/** What a terminal of so many columns shows once `command` has ended. */
async function onTmux(folder: string, columns: number, command: string) {
  const socket = ["-S", `${folder}/tmux-${columns}`, "-f", "/dev/null"];
  const tmux = async (...args: string[]) => {
    const { stdout } = await new Deno.Command("tmux", { args: [...socket, ...args], stdin: "null" })
      .output();
    return new TextDecoder().decode(stdout);
  };
  const script = `${command}; tmux ${socket.slice(0, 2).join(" ")} wait-for -S done; sleep 30`;
  try {
    await tmux("new-session", "-d", "-x", String(columns), "-y", "50", script);
    const { success } = await new Deno.Command("timeout", {
      args: ["20", "tmux", ...socket, "wait-for", "done"],
    }).output();
    assert.ok(success, "the command hangs");
    return {
      plain: await tmux("capture-pane", "-p"),
      coloured: await tmux("capture-pane", "-p", "-e"),
    };
  } finally {
    await tmux("kill-server");
  }
}
