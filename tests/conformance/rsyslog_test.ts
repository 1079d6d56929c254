/** Round trips with rsyslog: it sends to `decnet collect`, and reads what decnet has written. */
import assert from "node:assert/strict";
import { createEvent } from "../../lib/event/create.ts";
import { parseRfc5424 } from "../../lib/event/rfc5424_parser.ts";
import { writeRfc5424 } from "../../lib/event/rfc5424_writer.ts";
import { eventually } from "../support/eventually.ts";
import { makeKeyPair } from "../support/key_pair.ts";
import { type Requirement, testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { type Server, startServer } from "../support/server_process.ts";
import { toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

const COUNT = 500;

/** Datagrams at a time: a divisor of that. */
const BURST = 50;

/** rsyslog with GnuTLS. */
const RSYSLOG_TLS: Requirement = {
  unmet: () => {
    for (const folder of ["/usr/lib", "/usr/lib64"]) {
      for (const path of [folder, ...subfolders(folder)]) {
        try {
          Deno.statSync(`${path}/rsyslog/lmnsd_gtls.so`);
          return undefined;
        } catch {
          // Not there.
        }
      }
    }
    return "no rsyslog-gnutls";
  },
};

function subfolders(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => `${path}/${name}`);
  } catch {
    return [];
  }
}

/** rsyslog with a configuration of its own, which takes syslog over TCP at a port of its own. */
function startRsyslog(folder: string, config: string, global = ""): Promise<Server> {
  return startServer({
    command: toolPath("rsyslogd"),
    args: async (port) => {
      const path = `${folder}/rsyslog.conf`;
      await Deno.writeTextFile(
        path,
        `global(workDirectory="${folder}" ${global})
module(load="imptcp")
module(load="imfile")
input(type="imptcp" address="127.0.0.1" port="${port}")
${config}
`,
      );
      return ["-n", "-f", path, "-i", `${folder}/rsyslog.pid`];
    },
  });
}

/** What values must come through: all that is escaped, and what looks like the end of something. */
const VALUES = [
  "plain",
  'quote " backslash \\ bracket ] all "\\]',
  '] [x@1 a="b"] -',
  "\\\\\\",
  "\u00e9\u4e2d\u{1f41d}",
  "a=b c='d'",
  "",
] as const;

/** Lines as decnet writes them, with numbers. */
function writtenLines(count: number): string[] {
  return Array.from({ length: count }, (_, number) =>
    writeRfc5424(createEvent({
      time: 1_777_785_171_000_000 + number,
      sensor: "s",
      decky: `decky-${number % 7}`,
      service: "ssh",
      eventType: "auth_attempt",
      attackerIp: "192.0.2.7",
      fields: { src_ip: "192.0.2.7", n: number, value: VALUES[number % VALUES.length] },
      msg: `message ${number}`,
    })));
}

async function sendTo(port: number, lines: readonly string[]): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const text = lines.map((line) => `${line}\n`).join("");
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}

async function linesOf(path: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(path)).split("\n").slice(0, -1);
  } catch {
    return [];
  }
}

const WAYS: readonly (readonly [what: string, url: string, forward: string])[] = [
  ["UDP", "udp", 'protocol="udp"'],
  ["TCP, octet counting", "tcp", 'protocol="tcp" TCP_Framing="octet-counted"'],
  ["TCP, line feeds", "tcp", 'protocol="tcp" TCP_Framing="traditional"'],
  [
    "TLS",
    "tls",
    'protocol="tcp" TCP_Framing="octet-counted" StreamDriver="gtls" StreamDriverMode="1" ' +
    'StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="collector"',
  ],
];

for (const [what, transport, forward] of WAYS) {
  testNeeding(
    ["rsyslogd", ...transport === "tls" ? ["openssl" as const, RSYSLOG_TLS] : []],
    `collect receives from rsyslog what was sent to it: ${what}`,
    async () => {
      await using folder = await tempFolder();
      const base = `${folder.path}/decnet`;
      const args = [
        ...["collect", "--syslog", `${transport}://127.0.0.1:0`, "--out", base, "--no-state", "-v"],
      ];
      let global = "";
      if (transport === "tls") {
        const { certificate, key } = await makeKeyPair("rsyslog", [
          ...["-subj", "/CN=collector", "-addext", "subjectAltName=DNS:collector"],
        ]);
        args.push("--syslog-cert", certificate, "--syslog-key", key);
        global = `DefaultNetstreamDriverCAFile="${certificate}"`;
      }
      await using run = new RunningDecnet(args);
      await run.stderr.until((text) => /listens at \S+:\d+\n/.test(text));
      const port = /listens at \S+:(\d+)\n/.exec(run.stderr.text)?.[1];
      await using rsyslog = await startRsyslog(
        folder.path,
        `action(type="omfwd" target="127.0.0.1" port="${port}" ${forward}
  template="RSYSLOG_SyslogProtocol23Format")`,
        global,
      );
      const lines = writtenLines(COUNT);
      const events = async () =>
        (await linesOf(`${base}.json`)).map((line) => JSON.parse(line))
          .filter(({ event_type }) => event_type === "auth_attempt");
      // What a socket's buffer does not hold of a burst of datagrams the system throws away.
      const burst = transport === "udp" ? BURST : COUNT;
      for (let sent = 0; sent < COUNT; sent += burst) {
        await sendTo(rsyslog.port, lines.slice(sent, sent + burst));
        await eventually(async () => (await events()).length >= sent + burst);
      }
      run.kill("SIGTERM");
      assert.equal((await run.end()).code, 0);
      const got = await events();
      assert.equal(got.length, COUNT);
      for (const [number, event] of got.entries()) {
        const sent = parseRfc5424(lines[number]!)!;
        assert.deepEqual(event.fields, { ...sent.fields });
        const { timestamp, decky, service, msg } = event;
        assert.deepEqual([timestamp, decky, service, msg], [
          ...[sent.timestamp, sent.decky, sent.service, sent.msg],
        ]);
      }
    },
  );
}

testNeeding(["rsyslogd"], "rsyslog finds in decnet's lines what decnet has written", async () => {
  await using folder = await tempFolder();
  const out = `${folder.path}/parsed`;
  await using rsyslog = await startRsyslog(
    folder.path,
    `template(name="parsed" type="string"
  string="%HOSTNAME% %APP-NAME% %PROCID% %MSGID% %STRUCTURED-DATA% %msg%\\n")
action(type="omfile" file="${out}" template="parsed")`,
  );
  const lines = writtenLines(COUNT);
  await sendTo(rsyslog.port, lines);
  const found = async () => (await linesOf(out)).filter((line) => line.startsWith("decky-"));
  await eventually(async () => (await found()).length >= COUNT);
  const wanted = lines.map((line) => line.split(" ").slice(2).join(" "));
  assert.deepEqual(await found(), wanted);
});

testNeeding(
  ["rsyslogd"],
  "rsyslog follows BASE.log and passes its lines on unchanged",
  async () => {
    await using folder = await tempFolder();
    const base = `${folder.path}/decnet`;
    const out = `${folder.path}/followed`;
    const lines = writtenLines(COUNT);
    const args = ["collect", "-", "--out", base, "--no-state", "--quiet"];
    await using run = new RunningDecnet(args, { stdin: "" });
    await Deno.writeTextFile(`${base}.log`, "");
    await using _ = await startRsyslog(
      folder.path,
      `input(type="imfile" File="${base}.log" Tag="decnet" ruleset="followed")
template(name="line" type="string" string="%msg%\\n")
ruleset(name="followed") { action(type="omfile" file="${out}" template="line") }`,
    );
    await run.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
    await run.endInput();
    assert.equal((await run.end()).code, 0);
    await eventually(async () => (await linesOf(out)).length >= COUNT);
    assert.deepEqual(await linesOf(out), lines);
  },
);
