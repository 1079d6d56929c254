/** `decnet collect` from end to end: lines in by every way but Docker's, both files out. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { decnet, type DecnetRun, parseEvents } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { makeKeyPair } from "../support/key_pair.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

const LOGIN =
  '<134>1 2026-05-03T05:12:51.123456+00:00 omega ssh - auth_attempt [relay@55555 src_ip="192.0.2.7" username="root"] failed';

/** An event as it stands in `BASE.json`. */
interface Recorded {
  readonly timestamp: string;
  readonly sensor: string;
  readonly decky: string;
  readonly service: string;
  readonly event_type: string;
  readonly attacker_ip: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly msg?: string;
  readonly raw_line: string;
}

/** Collects what is on standard input, without state. */
async function collect(
  { path }: TempFolder,
  lines: readonly string[],
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<
  { readonly log: string; readonly events: readonly Recorded[]; readonly run: DecnetRun }
> {
  const base = `${path}/decnet`;
  const run = await decnet(
    ["collect", "-", "--out", base, "--no-state", "--sensor", "s", ...args],
    { stdin: lines.map((line) => `${line}\n`).join(""), env },
  );
  assert.deepEqual([run.code, run.stdout], [0, ""], run.stderr);
  const log = await Deno.readTextFile(`${base}.log`);
  return { log, events: parseJson(await Deno.readTextFile(`${base}.json`)), run };
}

function parseJson(text: string): Recorded[] {
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

function typesOf(events: readonly Recorded[]): string[] {
  return events.map(({ event_type }) => event_type);
}

Deno.test("collect takes lines from stdin to both files", async () => {
  await using folder = await tempFolder();
  const { log, events, run } = await collect(folder, [LOGIN, "no event at all"]);
  assert.equal(log, `${LOGIN}\nno event at all\n`);
  assert.equal(events.length, 1);
  const { event_id: id, ...event } = events[0] as Recorded & { event_id: string };
  assert.match(id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.deepEqual(event, {
    timestamp: "2026-05-03T05:12:51.123456Z",
    schema: 1,
    sensor: "s",
    decky: "omega",
    service: "ssh",
    event_type: "auth_attempt",
    attacker_ip: "192.0.2.7",
    fields: { src_ip: "192.0.2.7", username: "root" },
    msg: "failed",
    raw_line: LOGIN,
  });
  assert.equal(run.stderr, "decnet: 2 lines, 1 event, 1 malformed\n");
});

Deno.test("collect refuses to collect what it writes, and a state in its place", async () => {
  await using folder = await tempFolder();
  const base = `${folder.path}/decnet`;
  await Deno.writeTextFile(`${base}.log`, `${LOGIN}\n`);
  await Deno.symlink(`${base}.log`, `${folder.path}/link`);
  for (
    const args of [
      ...[`${base}.log`, `${folder.path}/link`, `${base}.json`].map((path) => ["--file", path]),
      ["--file", `${folder.path}/other`, "--state", `${base}.log`],
    ]
  ) {
    const run = await decnet(["collect", ...args, "--out", base]);
    assert.deepEqual([run.code, run.stdout], [2, ""], run.stderr);
    assert.match(run.stderr, /it is written by --out\n {2}hint: /);
  }
  assert.equal(await Deno.readTextFile(`${base}.log`), `${LOGIN}\n`);
});

Deno.test("without --out the events go to stdout, and nothing is written", async () => {
  await using folder = await tempFolder();
  const env = { XDG_STATE_HOME: folder.path };
  const run = await decnet(["collect", "-", "--quiet"], { stdin: `${LOGIN}\nnothing\n`, env });
  assert.deepEqual([run.code, run.stderr], [0, ""]);
  const [event, ...others] = parseEvents(run.stdout);
  assert.deepEqual([event?.event_type, event?.attacker_ip], ["auth_attempt", "192.0.2.7"]);
  assert.deepEqual(others, []);
  const names = [];
  for await (const { name } of Deno.readDir(folder.path)) names.push(name);
  assert.deepEqual(names, []);
});

Deno.test("$DECNET_INGEST_LOG_FILE names the files as DECNET's own collector has them", async () => {
  await using folder = await tempFolder();
  const env = { DECNET_INGEST_LOG_FILE: `${folder.path}/honey.log` };
  const run = await decnet(["collect", "-", "--no-state"], { stdin: `${LOGIN}\n`, env });
  assert.deepEqual([run.code, run.stdout], [0, ""], run.stderr);
  assert.equal(await Deno.readTextFile(`${folder.path}/honey.log`), `${LOGIN}\n`);
  assert.equal(parseJson(await Deno.readTextFile(`${folder.path}/honey.json`)).length, 1);
});

Deno.test("collect follows files beside each other, and tells where a second run goes on", async () => {
  await using folder = await tempFolder();
  const inputs = ["one", "two"].map((name) => `${folder.path}/${name}.log`);
  const base = `${folder.path}/decnet`;
  const args = [
    ...["collect", "--out", base, "--state", `${folder.path}/state.db`],
    ...inputs.flatMap((input) => ["--file", input]),
  ];
  for (let round = 1; round <= 2; round++) {
    for (const input of inputs) await Deno.writeTextFile(input, `${LOGIN}\n`, { append: true });
    await using run = new RunningDecnet(args);
    await eventually(async () => {
      try {
        return (await Deno.readTextFile(`${base}.json`)).split("\n").length > 2 * round;
      } catch {
        return false;
      }
    });
    run.kill("SIGTERM");
    const { code, stderr } = await run.end();
    assert.deepEqual([code, stderr], [0, "decnet: 2 lines, 2 events\n"]);
  }
  assert.equal(await Deno.readTextFile(`${base}.log`), `${LOGIN}\n`.repeat(4));
  const ids = (await Deno.readTextFile(`${base}.json`)).match(/"event_id":"[^"]+"/g);
  assert.equal(new Set(ids).size, 4, "equal lines are events of their own");
});

/** What listens, at a free port, and both files. */
async function listening(
  { path }: TempFolder,
  url: string,
  ...args: string[]
): Promise<{ run: RunningDecnet; port: number; events: () => Recorded[] }> {
  const base = `${path}/decnet`;
  const run = new RunningDecnet([
    ...["collect", "--syslog", url, "--out", base, "--no-state", "-v", ...args],
  ]);
  try {
    await run.stderr.until((text) => /listens at \S+:\d+\n/.test(text));
  } catch (error) {
    await run[Symbol.asyncDispose]();
    throw error;
  }
  const port = Number(/listens at \S+:(\d+)\n/.exec(run.stderr.text)?.[1]);
  const events = () => {
    try {
      return parseJson(Deno.readTextFileSync(`${base}.json`));
    } catch {
      return [];
    }
  };
  return { run, port, events };
}

for (const transport of ["udp", "tcp"]) {
  Deno.test(`collect receives RFC 5424 and RFC 3164 over ${transport}, on IPv4 and IPv6`, async () => {
    await using folder = await tempFolder();
    for (const [host, address] of [["127.0.0.1", "127.0.0.1"], ["[::1]", "::1"]] as const) {
      const { run, port, events } = await listening(folder, `${transport}://${host}:0`);
      await using _ = run;
      const before = events().length;
      const bsd =
        "<86>May  3 05:12:51 omega sshd[7]: Failed password for root from 192.0.2.9 port 22";
      for (const line of [LOGIN, bsd]) await send(transport, address, port, `${line}\n`);
      await eventually(() => events().length === before + 2);
      run.kill("SIGTERM");
      const { code, stderr } = await run.end();
      assert.equal(code, 0, stderr);
      const got = events().slice(before).toSorted((a, b) => a.service < b.service ? -1 : 1);
      assert.deepEqual(typesOf(got), ["auth_attempt", "raw_line"]);
      assert.deepEqual(got.map(({ decky, service }) => [decky, service]), [
        ["omega", "ssh"],
        ["omega", "sshd"],
      ]);
      assert.equal(got[1]?.attacker_ip, "Unknown", "no address is guessed out of free text");
      assert.equal(got[1]?.raw_line, bsd);
    }
  });
}

async function send(
  transport: string,
  hostname: string,
  port: number,
  text: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  if (transport === "tcp") {
    using connection = await Deno.connect({ hostname, port });
    await connection.write(bytes);
    return;
  }
  const socket = createSocket(hostname.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((sent) => socket.send(bytes, port, hostname, () => sent()));
  socket.close();
}

/** More than the largest buffer holds, of datagrams that the loopback interface carries whole. */
const BURST = 20_000;
const DATAGRAM = 1000;

Deno.test({
  name: "collect tells how many datagrams found no room in the system",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using folder = await tempFolder();
    const { run, port, events } = await listening(folder, "udp://127.0.0.1:0");
    await using _ = run;
    // Nothing is taken meanwhile.
    run.kill("SIGSTOP");
    const socket = createSocket("udp4");
    const bytes = new TextEncoder().encode(`${LOGIN} `.padEnd(DATAGRAM, "x"));
    for (let count = 0; count < BURST; count++) {
      await new Promise<void>((sent) => socket.send(bytes, port, "127.0.0.1", () => sent()));
    }
    socket.close();
    run.kill("SIGCONT");
    const lost = () =>
      events().filter(({ event_type }) => event_type === "gap")
        .reduce((sum, { fields }) => sum + Number(fields["messages"]), 0);
    const taken = () => events().filter(({ event_type }) => event_type === "auth_attempt").length;
    await eventually(() => lost() > 0 && taken() + lost() === BURST);
    run.kill("SIGTERM");
    const { code, stderr } = await run.end();
    assert.equal(code, 0, stderr);
    assert.ok(events().some(({ fields }) => /receive buffer was full/.test(`${fields["reason"]}`)));
    assert.match(stderr, /warning: udp:\S+: \d+ messages came faster than they are taken/);
    assert.match(stderr, new RegExp(`, ${lost()} lost\n`));
  },
});

testNeeding(["openssl"], "collect receives over TLS from openssl, and only over TLS", async () => {
  await using folder = await tempFolder();
  const { certificate, key } = await makeKeyPair("collect", [
    ...["-subj", "/CN=collector", "-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
  ]);
  const { run, port, events } = await listening(
    folder,
    "tls://127.0.0.1:0",
    ...["--syslog-cert", certificate, "--syslog-key", key],
  );
  await using _ = run;
  await send("tcp", "127.0.0.1", port, `${LOGIN}\n`);
  // RFC 5425 4.3: octets of the message, a space, the message.
  const message = LOGIN.replace("root", "admin");
  await systemCommand(toolPath("openssl"), [
    ...["s_client", "-quiet", "-no_ign_eof", "-verify_return_error", "-CAfile", certificate],
    ...["-connect", `127.0.0.1:${port}`],
  ], { stdin: `${message.length} ${message}` });
  await eventually(() => events().length > 0);
  run.kill("SIGTERM");
  const { code, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  assert.deepEqual(events().map(({ fields }) => fields["username"]), ["admin"]);
});

const CONNECTS = [1, 2, 3].map((second) =>
  `<134>1 2026-05-03T05:12:5${second}.000000Z omega ssh - connect [r@1 src_ip="192.0.2.7"]`
);

/** How many events of each type there are, and the counts that were held back. */
function totals(events: readonly Recorded[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { event_type: type, fields } of events) {
    const count = type === "rate_limited" ? Number(fields["count"]) : 1;
    counts[type] = (counts[type] ?? 0) + count;
  }
  return counts;
}

const LIMITS: readonly (readonly [
  what: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  connects: number,
])[] = [
  // The default: a second, by the lines' own time.
  ["by default", [], {}, 3],
  ["--rate-limit", ["--rate-limit", "10s"], {}, 1],
  ["--rate-limit 0", ["--rate-limit", "0s"], { DECNET_COLLECTOR_RL_WINDOW_SEC: "10" }, 3],
  ["its variable", [], { DECNET_COLLECTOR_RL_WINDOW_SEC: "10" }, 1],
  ["its variable, 1.5 s", [], { DECNET_COLLECTOR_RL_WINDOW_SEC: "1.5" }, 2],
  ["a negative variable", [], { DECNET_COLLECTOR_RL_WINDOW_SEC: "-1" }, 3],
  ["other types", ["--rate-limit", "10s", "--rate-limit-types", "login,close"], {}, 3],
  ["other types by variable", ["--rate-limit", "10s"], {
    DECNET_COLLECTOR_RL_EVENT_TYPES: "login, close",
  }, 3],
];

Deno.test("the limiter holds back by flags and DECNET's variables, and totals stay true", async (t) => {
  for (const [what, args, env, connects] of LIMITS) {
    await t.step(what, async () => {
      await using folder = await tempFolder();
      const { log, events } = await collect(folder, CONNECTS, args, env);
      const { connect, rate_limited: held = 0 } = totals(events);
      assert.deepEqual([connect, held], [connects, 3 - connects]);
      assert.equal(log.split("\n").filter((line) => line.includes(" connect [")).length, 3);
      const told = events.find(({ event_type }) => event_type === "rate_limited");
      if (held === 0) return assert.equal(told, undefined);
      assert.deepEqual([told?.decky, told?.service, told?.attacker_ip], [
        ...["omega", "ssh", "192.0.2.7"],
      ]);
      assert.equal(told?.fields["limited_type"], "connect");
      // The others are held back by the one before.
      assert.equal(told?.fields["first"], "2026-05-03T05:12:52.000000Z");
      // DECNET's own readers find it in the .log as well.
      assert.ok(log.includes(`${told?.raw_line}\n`));
    });
  }
});

Deno.test("a window that is no number is warned of", async () => {
  await using folder = await tempFolder();
  const env = { DECNET_COLLECTOR_RL_WINDOW_SEC: "soon" };
  const { run } = await collect(folder, CONNECTS, [], env);
  assert.match(run.stderr, /DECNET_COLLECTOR_RL_WINDOW_SEC: soon is no number of seconds, 1 is/);
});

Deno.test("--drop-apps leaves programs out of the .json, never out of the .log", async () => {
  const lines = ["ssh", "CRON", "sudo"].map((app) => LOGIN.replace(" ssh ", ` ${app} `));
  const services = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    await using folder = await tempFolder();
    const { log, events } = await collect(folder, lines, args, env);
    assert.equal(log.split("\n").length - 1, 3);
    return events.map(({ service }) => service);
  };
  assert.deepEqual(await services([]), ["ssh", "CRON", "sudo"]);
  assert.deepEqual(await services(["--drop-apps", "native"]), ["ssh"]);
  assert.deepEqual(await services(["--drop-apps", "ssh,sudo"]), ["CRON"]);
  const env = { DECNET_COLLECTOR_DROP_APPS: "CRON" };
  assert.deepEqual(await services([], env), ["ssh", "sudo"]);
  assert.deepEqual(await services(["--drop-apps", "ssh"], env), ["CRON", "sudo"]);
});

Deno.test("--guess-ip alone takes an attacker's address out of free text", async () => {
  const lines = [
    "<134>1 2026-05-03T05:12:51Z omega ssh - auth - Failed password for root from 192.0.2.9 port 22",
  ];
  for (const [args, attacker] of [[[], "Unknown"], [["--guess-ip"], "192.0.2.9"]] as const) {
    await using folder = await tempFolder();
    const { events } = await collect(folder, lines, args);
    assert.deepEqual(events.map(({ attacker_ip }) => attacker_ip), [attacker]);
  }
});

Deno.test("lines of DECNET's relays, wrapped twice, and commands are what they say", async () => {
  await using folder = await tempFolder();
  const inner = '2026-05-03T05:12:50.5+00:00 decky-03 ssh 77 auth_attempt [x@1 src="192.0.2.3"] m';
  const { events } = await collect(folder, [
    `<134>1 2026-05-03T05:12:51+00:00 relay syslog - - - ${inner}`,
    "<134>1 2026-05-03T05:12:51Z decky-04 bash - - - CMD uid=0 user=root src=192.0.2.4 cmd=id -a",
    '<134>1 2026-05-03T05:12:51Z d a 42 login [a@1 x="1"][b@2 remote_addr="192.0.2.5:4711"] m',
  ]);
  assert.deepEqual(
    events.map(({ decky, service, event_type, attacker_ip }) => [
      ...[decky, service, event_type, attacker_ip],
    ]),
    [
      ["decky-03", "ssh", "auth_attempt", "192.0.2.3"],
      ["decky-04", "bash", "command", "192.0.2.4"],
      ["d", "a", "login", "192.0.2.5"],
    ],
  );
  assert.equal(events[2]?.fields["remote_port"], "4711");
});

Deno.test("--sensor and --sd-id name who has seen it, and the element of own lines", async () => {
  await using folder = await tempFolder();
  const args = ["--rate-limit", "10s", "--sd-id", "decnet@32473"];
  const { log, events } = await collect(folder, CONNECTS, args);
  assert.match(log, / rate_limited \[decnet@32473 /);
  assert.ok(events.every(({ sensor }) => sensor === "s"));
});

Deno.test("--stats tells counts each second, also with --quiet", async () => {
  await using folder = await tempFolder();
  const base = `${folder.path}/decnet`;
  const args = ["collect", "-", "--out", base, "--no-state", "--stats", "--quiet"];
  await using run = new RunningDecnet(args, { stdin: "" });
  await run.write(new TextEncoder().encode(`${LOGIN}\n`));
  await run.stderr.until((text) =>
    /^decnet: \d+ lines\/s, 1 stream, lag \d+\.\d s, 1 line, 1 event\n/m.test(text)
  );
  await run.endInput();
  const { code, stdout } = await run.end();
  assert.deepEqual([code, stdout], [0, ""]);
});

/** Wrong command lines, and what the one line about each must name. */
const WRONG: readonly (readonly [args: string, message: RegExp])[] = [
  ["/var/log/x.log", /"\/var\/log\/x\.log" is no source[^]*hint: .*--file \/var\/log\/x\.log/],
  ["- --label a=b", /--label is for containers[^]*hint: add --docker/],
  ["- --all", /--all is for containers/],
  ["--file x --stderr", /--stderr is for containers/],
  ["--syslog http://x", /--syslog: "http:\/\/x" is no udp:\/\/HOST:PORT/],
  ["--syslog udp://127.0.0.1:70000", /--syslog: "udp:\/\/127\.0\.0\.1:70000" is no/],
  ["--syslog tls://127.0.0.1:0", /--syslog tls:.*: needs a certificate[^]*hint: --syslog-cert/],
  ["--syslog tls://127.0.0.1:0 --syslog-cert /none --syslog-key /none", /--syslog-cert: .*none/],
  ["- --rate-limit 5", /--rate-limit: "5" is not a duration/],
  ["- --max-size 1", /--max-size: "1" is not a size from 65536/],
  ["- --max-line 1G", /--max-line: "1G"/],
  ["- --keep 0", /--keep: "0" is not a whole number from 1/],
  ["- --fiel x", /no flag --fiel[^]*did you mean --file/],
];

Deno.test("wrong usage is one line on stderr that names it, and exit code 2", async (t) => {
  for (const [args, message] of WRONG) {
    await t.step(args, async () => {
      const run = await decnet(["collect", ...args.split(" "), "--no-state"], { stdin: "" });
      assert.equal(run.code, 2, run.stderr);
      assert.equal(run.stdout, "");
      assert.match(run.stderr, message);
      assert.match(run.stderr, /^decnet: .*\n( {2}hint: .*\n)?$/, "not one line and a hint");
    });
  }
});

Deno.test("what cannot be done is one line, and exit code 1", async () => {
  await using folder = await tempFolder();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const out = ["--out", `${folder.path}/decnet`, "--no-state", "--quiet"];
  const runs: [readonly string[], RegExp][] = [
    [["--syslog", `tcp://127.0.0.1:${port}`, ...out], /^decnet: error: tcp:\/\/.*in use/],
    [["--file", folder.path, ...out], /^decnet: error: .*directory/i],
    [["-", "--no-state", "--out", "/proc/none/x"], /^decnet: \/proc\/none\/x\.log: /],
    [["-", "--out", `${folder.path}/decnet`, "--state", folder.path], /^decnet: .*state/],
  ];
  for (const [args, message] of runs) {
    const { code, stdout, stderr } = await decnet(["collect", ...args], { stdin: "" });
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m, "a stack trace");
  }
});
