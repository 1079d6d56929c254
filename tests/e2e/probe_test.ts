/** `decnet probe` as users, cron and pipes run it. */
import assert from "node:assert/strict";
import { parseRfc5424 } from "../../lib/event/rfc5424_parser.ts";
import {
  decnet,
  decnetOnTerminal,
  parseEvents,
  printedEvents,
  startDecnet,
} from "../support/decnet.ts";
import { testNeeding } from "../support/requirements.ts";
import { closing, serve, silent } from "../support/scripted_server.ts";
import { startOpenssl } from "../support/tls_servers.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Ports 1 and 2 (tcpmux, compressnet): no system hands them out, and nothing listens there. */
const CLOSED_PORT = 1;

/** One probe of one port, nothing remembered. */
function quick(port: number, ...flags: string[]): string[] {
  return ["probe", "--no-state", "--probe", "jarm", "--port", `jarm=${port}`, ...flags];
}

/** Those that need no right to send packets of their own. */
const TALKING_PROBES = "jarm,hassh,tlscert,http,banner";

testNeeding(
  ["openssl"],
  "probe prints events in JSON when piped and keeps them with --out",
  async () => {
    await using folder = await tempFolder();
    await using server = await startOpenssl([]);
    const target = `127.0.0.1:${server.port}`;
    const run = await decnet([
      ...["probe", "--no-state", "--probe", TALKING_PROBES],
      ...["--out", `${folder.path}/sub/ev.log`, target],
    ]);
    const events = printedEvents(run);
    assert.deepEqual(events.map((event) => event.event_type), [
      "jarm_fingerprint",
      "tls_certificate",
      "http_fingerprint",
    ]);
    assert.deepEqual(
      Object.keys(events[0]!),
      [
        ...["timestamp", "event_id", "schema", "sensor", "decky", "service", "event_type"],
        ...["attacker_ip", "fields", "msg"],
      ],
    );
    const { ja4s, ja4x, ja3s, tls_version, self_signed } = events[1]!.fields;
    assert.ok(ja4s && ja4x && ja3s);
    assert.deepEqual([tls_version, self_signed], ["TLS 1.3", true]);

    const kept = parseEvents(await Deno.readTextFile(`${folder.path}/sub/ev.json`));
    assert.deepEqual(kept.map((event) => event.event_id), events.map((event) => event.event_id));
    const lines = (await Deno.readTextFile(`${folder.path}/sub/ev.log`)).trim().split("\n");
    assert.deepEqual(
      lines.map((line) => parseRfc5424(line)?.fields["target_port"]),
      lines.map(() => `${server.port}`),
    );
    assert.match(run.stderr, /^decnet: 1 target in .*: 3 ok, 1 not_ssh, 1 silent\n$/);
  },
);

testNeeding(["openssl"], "probe leaves JA4+ out with --no-ja4plus", async () => {
  await using server = await startOpenssl([]);
  const target = `127.0.0.1:${server.port}`;
  const run = await decnet(["probe", "--no-state", "--no-ja4plus", "--probe", "tlscert", target]);
  const [event] = printedEvents(run);
  assert.ok("ja3s" in event!.fields);
  assert.deepEqual(Object.keys(event!.fields).filter((name) => name.startsWith("ja4")), []);
});

testNeeding(
  ["openssl"],
  "probe writes RFC 5424 with its own SD-ID, and raw lines in JSON",
  async () => {
    await using server = await startOpenssl([]);
    const target = "127.0.0.1";
    const syslog = await decnet(
      quick(server.port, "--format", "rfc5424", "--sd-id", "mine@32473", target),
    );
    assert.match(
      syslog.stdout,
      /^<134>1 \S+Z decnet-prober prober - jarm_fingerprint \[mine@32473 /,
    );
    const [event] = printedEvents(
      await decnet(quick(server.port, "--raw", "--sensor", "s1", target)),
    );
    const { raw_line, sensor } = event as unknown as Record<string, string>;
    assert.equal(sensor, "s1");
    assert.equal(parseRfc5424(raw_line!)?.fields["jarm_hash"], event!.fields["jarm_hash"]);
  },
);

testNeeding(
  ["openssl", "script"],
  "probe shows a table on a terminal, in colour only if wanted",
  async () => {
    await using server = await startOpenssl([]);
    const args = quick(server.port, "127.0.0.1");
    const coloured = await decnetOnTerminal(args);
    assert.ok(coloured.includes("\x1b[1m127.0.0.1"));
    assert.match(coloured, new RegExp(`${server.port}/tcp.*jarm.*[0-9a-f]{62}`));
    const plain = await decnetOnTerminal(args, { NO_COLOR: "1" });
    assert.match(plain, new RegExp(`^  ${server.port}/tcp +jarm +[0-9a-f]{62}`, "m"));
    assert.ok(!plain.includes("\x1b[1m") && !plain.includes("\x1b[3"));
    assert.match(await decnetOnTerminal([...args, "--json"], { NO_COLOR: "1" }), /^\{"timestamp"/m);
  },
);

testNeeding(["openssl"], "probe takes names, blocks, spans and lists", async () => {
  await using server = await startOpenssl([]);
  const { port } = server;
  const named = printedEvents(await decnet(quick(port, `localhost:${port}`)));
  assert.deepEqual(
    named.map(({ attacker_ip, fields }) => [attacker_ip, fields["target_host"]]),
    [["127.0.0.1", "localhost"]],
  );
  const outcomes = async (...targets: string[]) =>
    printedEvents(await decnet(quick(port, "--outcomes", ...targets)))
      .map(({ attacker_ip, fields }) => `${attacker_ip} ${fields["outcome"] ?? "ok"}`).sort();
  assert.deepEqual(await outcomes("127.0.0.0/30"), [
    ...["127.0.0.0 refused", "127.0.0.1 ok", "127.0.0.2 refused", "127.0.0.3 refused"],
  ]);
  assert.deepEqual(await outcomes("127.0.0.1-2"), ["127.0.0.1 ok", "127.0.0.2 refused"]);
});

testNeeding(
  ["openssl"],
  "probe leaves special-purpose addresses of a list alone, unless allowed",
  async () => {
    await using folder = await tempFolder();
    await using server = await startOpenssl([]);
    const list = `${folder.path}/list`;
    await Deno.writeTextFile(list, "# seen\r\n127.0.0.1\r\nnot a target\n127.0.0.2 # other");
    const outcomes = async (...flags: string[]) => {
      const args = quick(server.port, "--outcomes", "--targets", list, ...flags);
      const run = await decnet(args);
      assert.match(run.stderr, /warning: .*list line 3 left out: "not a target"/);
      return printedEvents(run).map(({ fields }) => fields["outcome"] ?? "ok").sort();
    };
    assert.deepEqual(await outcomes(), ["denied", "denied"]);
    assert.deepEqual(await outcomes("--allow", "127.0.0.1"), ["denied", "ok"]);
    assert.deepEqual(
      await outcomes("--allow", "127.0.0.0/8", "--deny", "127.0.0.2"),
      ["denied", "ok"],
    );
    const stdin = await decnet(quick(server.port, "--allow", "127.0.0.0/8", "-"), {
      stdin: "127.0.0.1\n",
    });
    assert.equal(printedEvents(stdin).length, 1);
    const denyFile = `${folder.path}/deny`;
    await Deno.writeTextFile(denyFile, "127.0.0.0/8 ; all of it\n");
    const denied = await decnet(quick(server.port, "-v", "--deny", denyFile, "127.0.0.1"));
    assert.match(denied.stderr, /127\.0\.0\.1 denied: in a --deny range/);
  },
);

Deno.test("probe tells every outcome with -v, and as JSON on stderr when asked", async () => {
  const port = CLOSED_PORT;
  const run = await decnet(quick(port, "-v", "127.0.0.1", "nosuch.invalid"));
  assert.equal(run.code, 0);
  assert.match(run.stderr, new RegExp(`127\\.0\\.0\\.1:${port} jarm refused: `));
  assert.match(run.stderr, /nosuch\.invalid unresolved: /);
  assert.match(run.stderr, /2 targets in .*: (1 refused, 1 unresolved|1 unresolved, 1 refused)/);
  const json = await decnet(quick(port, "--log-format", "json", "127.0.0.1"));
  const summary = JSON.parse(json.stderr);
  assert.deepEqual(summary.properties.outcomes, { refused: 1 });
  assert.equal((await decnet(quick(port, "--quiet", "127.0.0.1"))).stderr, "");
});

Deno.test("an empty DECNET_PROBE_PORTS variable turns a probe off, another sets its ports", async () => {
  const port = CLOSED_PORT;
  const run = await decnet(["probe", "--no-state", "-v", "127.0.0.1"], {
    env: {
      DECNET_PROBE_PORTS_JARM: String(port),
      DECNET_PROBE_PORTS_HASSH: "",
      DECNET_PROBE_PORTS_TLSCERT: "",
      DECNET_PROBE_PORTS_HTTP: "",
      DECNET_PROBE_PORTS_BANNER: "",
      DECNET_PROBE_PORTS_TCPFP: "",
      DECNET_PROBE_PORTS_ICMP_ERROR: "",
      DECNET_PROBE_PORTS_ICMP6_ERROR: "",
      DECNET_PROBE_PORTS_IPV6_LEAK: "",
    },
  });
  assert.match(run.stderr, new RegExp(`:${port} jarm refused[^]*: 1 refused\n$`));
});

Deno.test("DECNET_INGEST_LOG_FILE names the log where --out does not", async () => {
  await using folder = await tempFolder();
  const env = { DECNET_INGEST_LOG_FILE: `${folder.path}/decnet.log` };
  await decnet(quick(CLOSED_PORT, "--outcomes", "127.0.0.1"), { env });
  await decnet(quick(CLOSED_PORT, "--outcomes", "--out", `${folder.path}/other`, "127.0.0.1"), {
    env,
  });
  const files = (await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name)).sort();
  assert.deepEqual(files, ["decnet.json", "decnet.log", "other.json", "other.log"]);
});

Deno.test("probe connects from --source-ip", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const sources: string[] = [];
  const accepting = (async () => {
    for await (const client of listener) {
      sources.push(client.remoteAddr.hostname);
      client.close();
    }
  })();
  await decnet(quick(listener.addr.port, "--source-ip", "127.0.0.9", "127.0.0.1"));
  listener.close();
  await accepting;
  assert.deepEqual(sources, Array(10).fill("127.0.0.9"));
});

Deno.test("probe --dry-run says what would be sent and opens no connection", async () => {
  await using server = serve(closing);
  const { stdout, code } = await decnet(quick(server.port, "--dry-run", "127.0.0.1", "a.invalid"));
  assert.equal(code, 0);
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ target, probe }) => [target, probe]), [
    ...[["127.0.0.1", "jarm"], ["a.invalid", "jarm"]],
  ]);
  assert.match(lines[0].sends, /10 connections/);
  assert.equal(server.connections, 0);
});

Deno.test("probe leaves out what --reprobe-after covers, by target, probe and port", async () => {
  await using folder = await tempFolder();
  const port = CLOSED_PORT;
  const state = ["--state", `${folder.path}/state.db`, "--reprobe-after", "1h", "-v"];
  const run = async (ports: string) => {
    const args = ["probe", ...state, "--probe", "jarm", "--port", ports, "127.0.0.1"];
    return (await decnet(args)).stderr;
  };
  assert.match(await run(`${port}`), /1 refused/);
  assert.match(await run(`${port}`), /127\.0\.0\.1 recent[^]*1 recent/);
  assert.match(await run(`${port},${CLOSED_PORT + 1}`), /2 refused/);
});

Deno.test("probe ends quietly when the reader of its output goes", async () => {
  const port = CLOSED_PORT;
  // A closed port each 10 ms: the whole block would take minutes.
  const child = startDecnet(quick(port, "--outcomes", "--rate", "100", "127.1.0.0/16"));
  const stderr = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  assert.equal((await child.status).code, 0);
  assert.equal(await stderr, "");
});

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends a probe at once, with every event written`, async () => {
    await using folder = await tempFolder();
    await using server = serve(silent);
    const refused = CLOSED_PORT;
    const child = startDecnet([
      ...["probe", "--no-state", "--outcomes", "--out", `${folder.path}/ev`, "--timeout", "60s"],
      ...["--probe", "jarm", "--port", `${server.port},${refused}`, "127.0.0.1"],
    ]);
    const stderr = new Response(child.stderr).text();
    const reader = child.stdout.getReader();
    // The first event is out, so the handlers are there and the other port is being waited for.
    const first = new TextDecoder().decode((await reader.read()).value);
    child.kill(signal);
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rest += new TextDecoder().decode(part.value);
    }
    assert.equal((await child.status).code, exitCode, await stderr);
    const printed = parseEvents(first + rest);
    assert.deepEqual(
      printed.map(({ fields }) => fields["outcome"]).sort(),
      ["interrupted", "refused"],
    );
    const kept = parseEvents(await Deno.readTextFile(`${folder.path}/ev.json`));
    assert.deepEqual(kept.map(({ event_id }) => event_id), printed.map(({ event_id }) => event_id));
    assert.match(await stderr, /1 target in .*1 interrupted/);
  });
}
