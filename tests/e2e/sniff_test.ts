/** `decnet sniff` as users meet it: captures in, events out. */
import assert from "node:assert/strict";
import { parseRfc5424 } from "../../lib/event/rfc5424_parser.ts";
import { pcap } from "../support/capture_builder.ts";
import {
  decnet,
  decnetOnTerminal,
  type DecnetRun,
  parseEvents,
  type PrintedEvent,
  printedEvents,
  startDecnet,
} from "../support/decnet.ts";
import { HAS_LIBPCAP } from "../support/live_capture.ts";
import { text } from "../support/packet_builder.ts";
import { testNeeding } from "../support/requirements.ts";
import { nameLists, sshOpening } from "../support/ssh_script.ts";
import { helloFor, TcpTalk } from "../support/tcp_talk.ts";
import { sharedFolder, type TempFolder, tempFolder } from "../support/temp_folder.ts";

const CLIENT = "192.0.2.1";
const SERVER = "198.51.100.2";

/** A few connections of different protocols. */
const CAPTURE = pcap([
  ...new TcpTalk({ clientPort: 1001 }).open().say("client", helloFor("one.example")).packets,
  ...new TcpTalk({ clientPort: 1002 }).open().say("client", helloFor("two.example", 2000)).packets,
  ...new TcpTalk({ clientPort: 1003, serverPort: 22 }).open()
    .say("client", sshOpening("SSH-2.0-client", nameLists("a"))).packets,
  ...new TcpTalk({ clientPort: 1004, serverPort: 80 }).open()
    .say("client", text("GET /x HTTP/1.1\r\nHost: web.example\r\nUser-Agent: ua\r\n\r\n")).packets,
]);

async function written(folder: TempFolder, name: string, bytes: Uint8Array): Promise<string> {
  const path = `${folder.path}/${name}`;
  await Deno.writeFile(path, bytes);
  return path;
}

/** The one capture that most tests read. */
function sharedCapture(): string {
  const path = `${sharedFolder()}/capture.pcap`;
  Deno.writeFileSync(path, CAPTURE);
  return path;
}

function sniff(...args: string[]): Promise<DecnetRun> {
  return decnet(["sniff", "--quiet", "--sensor", "s1", ...args]);
}

const types = (events: readonly PrintedEvent[]) =>
  [...new Set(events.map(({ event_type }) => event_type))].sort();

Deno.test("sniff with wrong usage says so in one line, with exit code 2", async (test) => {
  const cases: [args: string[], message: RegExp][] = [
    [[], /nothing to read[^]*hint: decnet sniff -r.*-i INTERFACE.*--list-interfaces/],
    [["-r", "x.pcap", "tcp", "port", "22"], /a capture filter \("tcp port 22"\) needs -i/],
    [["-r", "x.pcap", "--format", "xml"], /xml/],
    [["-r", "x.pcap", "--dedup", "soon"], /soon/],
    [["-r", "x.pcap", "--home", "not/a/block"], /"not\/a\/block" is neither/],
    [["-r", "x.pcap", "--decoys", "/nonexistent/state.json"], /--decoys: \/nonexistent/],
    [["-r", "x.pcap", "--p0f-db", "/nonexistent/p0f.fp"], /--p0f-db: \/nonexistent/],
    [["-r", "x.pcap", "--count", "0"], /--count: "0" is not a whole number from 1/],
    [["-r", "x.pcap", "-w", "-"], /--write: events are on stdout\n {2}hint: /],
    [["-r", sharedCapture(), "-w", sharedCapture()], /--write: .* is to be read/],
    [
      ["-r", "x.pcap", "--only", "dhcp,ssh_clint"],
      /"ssh_clint"; there are .*\n.*mean ssh_client\?/,
    ],
    [["-r", "x.pcap", "--only", "everything"], /"everything"; there are .*scan_detected\n$/],
  ];
  for (const [args, message] of cases) {
    await test.step(args.join(" "), async () => {
      const { code, stdout, stderr } = await sniff(...args);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m, "a stack trace");
    });
  }
});

Deno.test("sniff tells of every protocol in a capture", async () => {
  const events = printedEvents(await sniff("-r", sharedCapture()));
  assert.deepEqual(types(events), [
    ...["http_request", "ssh_client", "ssh_session", "tcp_flow_timing"],
    ...["tcp_syn_fingerprint", "tcp_synack_fingerprint", "tls_client_hello"],
  ]);
  for (const { attacker_ip, fields } of events) {
    assert.equal(attacker_ip, CLIENT);
    assert.match(String(fields["community_id"]), /^1:/);
  }
});

Deno.test("sniff of a file that is not there, or is a folder, fails in one line", async () => {
  for (const path of ["/nonexistent/x.pcap", "/"]) {
    const { code, stdout, stderr } = await sniff("-r", path);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, new RegExp(`^decnet: cannot read ${path}: .*\n$`));
  }
});

Deno.test("sniff of what is no capture, or nothing at all, names the damage", async () => {
  await using folder = await tempFolder();
  for (
    const [name, bytes, damage] of [
      ["text", text("this is not a capture"), /neither pcap nor pcapng/],
      ["empty", text(""), /the capture is empty/],
      ["short", CAPTURE.subarray(0, 10), /cut off/],
    ] as const
  ) {
    const { code, stdout, stderr } = await sniff("-r", await written(folder, name, bytes));
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, damage);
  }
});

Deno.test("sniff of a damaged file tells what is before the damage, and of the next file", async () => {
  await using folder = await tempFolder();
  const whole = parseEvents((await sniff("-r", sharedCapture())).stdout);
  const cut = await written(folder, "cut.pcap", CAPTURE.subarray(0, -20));
  const other = await written(
    folder,
    "other.pcap",
    pcap(new TcpTalk({ client: "192.0.2.9" }).open().say("client", helloFor("x.example")).packets),
  );
  const { code, stdout, stderr } = await sniff("-r", cut, "-r", other);
  assert.equal(code, 1);
  assert.match(stderr, /cut\.pcap: offset \d+: cut off/);
  const events = parseEvents(stdout);
  const ofCut = events.filter(({ attacker_ip }) => attacker_ip === CLIENT);
  // Only the request was in the last packet.
  assert.deepEqual(types(ofCut), types(whole).filter((type) => type !== "http_request"));
  assert.ok(events.some(({ attacker_ip }) => attacker_ip === "192.0.2.9"));
});

Deno.test("sniff of several files names one that is not there, and tells of the others", async () => {
  const path = sharedCapture();
  const alone = await sniff("-r", path);
  const { code, stdout, stderr } = await sniff(
    ...["-r", `${sharedFolder()}/none.pcap`, "-r", path, "-r", sharedFolder()],
  );
  assert.deepEqual([code, stdout], [1, alone.stdout]);
  assert.match(
    stderr,
    /^decnet: error: cannot read \S*none\.pcap: .*\ndecnet: error: cannot read .*\ndecnet: .*\n$/,
  );
});

Deno.test("sniff gives the same lines each time", async () => {
  const runs = [await sniff("-r", sharedCapture()), await sniff("-r", sharedCapture())];
  assert.ok(runs[0]!.stdout.length > 1000);
  assert.equal(runs[0]!.stdout, runs[1]!.stdout);
});

Deno.test("sniff --only tells of these types alone", async () => {
  const run = await sniff("-r", sharedCapture(), "--only", "tls_client_hello,ssh_client");
  assert.deepEqual(types(printedEvents(run)), ["ssh_client", "tls_client_hello"]);
});

Deno.test("sniff --dedup 0s tells all, else the same is told once", async () => {
  const hellos = async (...args: string[]) =>
    printedEvents(await sniff("-r", sharedCapture(), "--only", "tcp_syn_fingerprint", ...args))
      .length;
  assert.deepEqual([await hellos(), await hellos("--dedup", "0s")], [1, 4]);
});

Deno.test("sniff --home and --decoys say who is the decoy", async () => {
  await using folder = await tempFolder();
  const state = {
    config: { deckies: [{ name: "web", ip: SERVER, unknown: 1 }], interface: "eth0" },
  };
  const path = await written(folder, "state.json", text(JSON.stringify(state)));
  const roles = async (...args: string[]) => {
    const events = printedEvents(await sniff("-r", sharedCapture(), ...args));
    return [
      ...new Set(events.map((event) => {
        const { decky, attacker_ip, fields } = event as PrintedEvent & { decky: string };
        return `${decky} ${attacker_ip} ${fields["direction"] ?? "inbound"}`;
      })),
    ];
  };
  assert.deepEqual(await roles("--decoys", path), [`web ${CLIENT} inbound`]);
  assert.deepEqual(await roles("--home", "198.51.100.0/24"), [`${SERVER} ${CLIENT} inbound`]);
  assert.deepEqual(await roles("--home", CLIENT), [`${CLIENT} Unknown outbound`]);
  assert.deepEqual(await roles("--home", "203.0.113.0/24"), []);
});

Deno.test("sniff --decoys without a decoy in it is an error, unless --home says who is one", async () => {
  await using folder = await tempFolder();
  const path = await written(folder, "state.json", text('{"config": {"deckies": [{"name": 7}]}}'));
  const alone = await sniff("-r", sharedCapture(), "--decoys", path);
  assert.deepEqual([alone.code, alone.stdout], [2, ""]);
  assert.match(alone.stderr, /state\.json holds no decoy\n {2}hint: --home/);
  const run = await sniff("-r", sharedCapture(), "--decoys", path, "--home", SERVER);
  assert.ok(printedEvents(run).length > 8);
  assert.match(run.stderr, /^decnet: warning: .*state\.json holds no decoy: those of --home/);
});

Deno.test("sniff never takes DECNET's own interface for the one that decoys are on", async () => {
  await using folder = await tempFolder();
  for (const name of ["decnet_macvlan0", "decnet_ipvlan1"]) {
    const state = { config: { interface: name, deckies: [{ name: "web", ip: SERVER }] } };
    const path = await written(folder, "state.json", text(JSON.stringify(state)));
    const { code, stderr } = await sniff("--decoys", path);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`nothing to read: .*${name}.*\n {2}hint: -i`));
  }
});

Deno.test("sniff --count stops after so many packets, within a file and over several", async () => {
  const packets = (count: number) =>
    Array.from(
      { length: count },
      (_, index) => new TcpTalk({ clientPort: 1 + index }).syn().packets[0]!,
    );
  await using folder = await tempFolder();
  const one = await written(folder, "one.pcap", pcap(packets(5)));
  // What is wrong behind the last packet that is wanted is nobody's business.
  const two = await written(folder, "two.pcap", pcap(packets(5)).subarray(0, -1));
  const read = ["-r", one, "-r", two, "-r", "/nonexistent/three.pcap", "--dedup", "0"];
  for (const count of [1, 4, 5, 6, 9]) {
    assert.equal(printedEvents(await sniff(...read, "-c", String(count))).length, count);
  }
  assert.equal((await sniff(...read, "-c", "10")).code, 1);
});

Deno.test("sniff --count tells of open connections as at the end", async () => {
  // The second connection has five packets, of which four come through.
  const events = printedEvents(await sniff("-r", sharedCapture(), "-c", "8", "--dedup", "0"));
  const timings = events.filter(({ event_type }) => event_type === "tcp_flow_timing");
  assert.deepEqual(timings.map(({ fields }) => fields["packets"]), [4, 4]);
});

Deno.test("sniff --stats tells all counts at the end, with --quiet too", async () => {
  const { code, stdout, stderr } = await sniff("-r", sharedCapture(), "--stats");
  assert.equal(code, 0);
  const count = parseEvents(stdout).length;
  const [packets, events, ...rest] = stderr.split("\n");
  assert.match(packets!, /^decnet: packets 17, bytes \d+, seconds \d+\.\d\d, packets\/s \d+$/);
  assert.match(events!, new RegExp(`^decnet: events ${count}: \\w+ \\d+, .*tls_client_hello 2`));
  assert.match(rest.join("\n"), /^decnet: .*flows 4.*sightings told before \d+$/m);
  assert.match(rest.join("\n"), /^decnet: most at a time: flows 4, .*sightings remembered \d+$/m);
});

Deno.test("sniff --stats is one JSON object with --log-format json", async () => {
  const { stdout, stderr } = await sniff(
    ...["-r", sharedCapture(), "--stats", "--log-format", "json", "--only", "tls_client_hello"],
  );
  const { level, message, properties } = JSON.parse(stderr);
  assert.deepEqual([level, message], ["INFO", "statistics"]);
  const { packets, bytes, events, counters } = properties;
  assert.deepEqual([packets, events], [17, { tls_client_hello: 2 }]);
  assert.equal(parseEvents(stdout).length, 2);
  assert.ok(bytes > 1000 && counters.flowsHighWater === 4 && counters.dedupHighWater > 4);
});

testNeeding([HAS_LIBPCAP], "sniff --list-interfaces prints JSON lines when piped", async () => {
  const { code, stdout, stderr } = await decnet(["sniff", "--list-interfaces"]);
  assert.equal(code, 0, stderr);
  const found = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  assert.ok(found.some(({ loopback, addresses }) => loopback && addresses.includes("127.0.0.1")));
});

testNeeding(
  [HAS_LIBPCAP, "script"],
  "sniff --list-interfaces prints a table on a terminal, and JSON there with --json",
  async () => {
    const plain = { NO_COLOR: "1" };
    const table = await decnetOnTerminal(["sniff", "--list-interfaces"], plain);
    assert.match(
      table,
      /^NAME +STATE +ADDRESSES +DESCRIPTION\r\n[^]*^lo\w* +loopback +127\.0\.0\.1/m,
    );
    for (const flag of ["--json", "--format=json", "--format=native"]) {
      const json = await decnetOnTerminal(["sniff", "--list-interfaces", flag], plain);
      assert.match(json, /^\{"name":"lo/m);
    }
  },
);

Deno.test("sniff --out appends RFC 5424 and JSON lines", async () => {
  await using folder = await tempFolder();
  const base = `${folder.path}/log`;
  const { code, stdout, stderr } = await sniff("-r", sharedCapture(), "--out", base);
  assert.equal(code, 0, stderr);
  const lines = (await Deno.readTextFile(`${base}.log`)).split("\n").slice(0, -1);
  const json = (await Deno.readTextFile(`${base}.json`)).split("\n").slice(0, -1);
  const events = parseEvents(stdout);
  assert.deepEqual(
    lines.map((line) => parseRfc5424(line)?.eventType),
    events.map(({ event_type }) => event_type),
  );
  assert.deepEqual(
    json.map((line) => JSON.parse(line).event_type),
    events.map(({ event_type }) => event_type),
  );
});

Deno.test("sniff --out on a full disk tells every event on stdout, and how many the log lacks", async () => {
  await using folder = await tempFolder();
  const packets = Array.from(
    { length: 500 },
    (_, index) => new TcpTalk({ clientPort: 1 + index }).syn().packets[0]!,
  );
  const path = await written(folder, "many.pcap", pcap(packets));
  const base = `${folder.path}/log`;
  // Files of 64 blocks at most.
  const under = ["sh", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$@"', "-"];
  const args = ["sniff", "--quiet", "--dedup", "0", "-r", path, "--out", base];
  const { code, stdout, stderr } = await decnet(args, { under });
  assert.equal(code, 1);
  assert.equal(parseEvents(stdout).length, packets.length);
  const lost = /^decnet: error: .*log\.log: .*large.*\ndecnet: (\d+) events could not be/.exec(
    stderr,
  );
  const logged = parseEvents(await Deno.readTextFile(`${base}.json`)).length;
  assert.equal(logged + Number(lost?.[1]), packets.length, stderr);
});

Deno.test("sniff --format rfc5424 writes lines that parse, with the same fields", async () => {
  const syslog = await sniff("-r", sharedCapture(), "--format", "rfc5424");
  const events = printedEvents(await sniff("-r", sharedCapture()));
  const parsed = syslog.stdout.split("\n").slice(0, -1).map((line) => parseRfc5424(line)!);
  assert.equal(parsed.length, events.length);
  for (const [index, { service, damaged, eventType, fields }] of parsed.entries()) {
    const event = events[index]!;
    assert.deepEqual([service, damaged, eventType], ["sniffer", false, event.event_type]);
    assert.equal(fields["src_port"], String(event.fields["src_port"]));
    assert.equal(fields["ja4"], event.fields["ja4"]);
  }
});

Deno.test("sniff --format fingerprints names the file of each record", async () => {
  const path = sharedCapture();
  const { stdout } = await sniff("-r", path, "--format", "fingerprints");
  const records = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  assert.ok(
    records.every(({ file, src, proto }) => file === path && src === CLIENT && proto === "tcp"),
  );
  const kinds = new Set(records.map(({ kind }) => kind));
  for (const kind of ["ja3", "ja4", "sni", "alpn", "hassh", "ja4h", "ja4t", "community_id"]) {
    assert.ok(kinds.has(kind), kind);
  }
});

Deno.test("hostile names in packets never forge a line, a field or a terminal command", async () => {
  const evil = 'x"]\n<134>1 2024-01-01T00:00:00Z d s - forged [a b="c"]\x1b[2J\x9b\u202e';
  const talks = [
    new TcpTalk({ clientPort: 1 }).open().say("client", helloFor(evil)),
    new TcpTalk({ clientPort: 2 }).open()
      .say("client", sshOpening('SSH-2.0-x"]\x1b[2J forged="1', nameLists('k"]\nforged'))),
    new TcpTalk({ clientPort: 3 }).open().say(
      "client",
      text('GET /"]\x1b[2J\x85 HTTP/1.1\r\nHost: a"] forged="1\r\nX"]\x1b[1m: y\r\n\r\n'),
    ),
  ];
  await using folder = await tempFolder();
  const packets = talks.flatMap((talk) => talk.packets);
  const path = await written(folder, "evil.pcap", pcap(packets));
  const forms = [["rfc5424"], ["native"], ["fingerprints"]];
  const [syslog, native, records] = await Promise.all(
    forms.map(([format]) => sniff("-r", path, "--format", format!, "--out", `${path}.${format}`)),
  );
  const events = printedEvents(native!);
  assert.ok(types(events).includes("tls_client_hello"), "the hello is not there");
  assert.ok(types(events).includes("ssh_client"), "the banner is not there");
  assert.ok(!types(events).includes("forged"));
  const written5424 = await Deno.readTextFile(`${path}.native.log`);
  for (const output of [syslog!.stdout, written5424]) {
    const lines = output.split("\n").slice(0, -1);
    assert.equal(lines.length, events.length);
    for (const [index, line] of lines.entries()) {
      const parsed = parseRfc5424(line);
      assert.deepEqual([parsed?.damaged, parsed?.eventType], [false, events[index]!.event_type]);
      assert.deepEqual(
        Object.keys(parsed!.fields).filter((name) => name.includes("forged")),
        [],
      );
    }
  }
  for (const { stdout } of [syslog!, native!, records!]) {
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  }
});

Deno.test("sniff ends quietly when nobody reads on", async () => {
  await using folder = await tempFolder();
  // More than a pipe holds.
  const packets = Array.from(
    { length: 3000 },
    (_, index) => new TcpTalk({ clientPort: 1 + index, clientIsn: index }).syn().packets[0]!,
  );
  const path = await written(folder, "many.pcap", pcap(packets));
  const child = startDecnet(["sniff", "--quiet", "--dedup", "0s", "-r", path]);
  const reader = child.stdout.getReader();
  assert.ok((await reader.read()).value!.length > 0);
  // As head does when it has its line.
  await reader.cancel();
  const stderr = await new Response(child.stderr).text();
  assert.deepEqual([(await child.status).code, stderr], [0, ""]);
});

Deno.test("sniff ends in good order on SIGINT: open connections are told", async () => {
  const child = startDecnet(["sniff", "--quiet", "--dedup", "0s", "-r", "-"], { stdin: "" });
  const writer = child.stdin.getWriter();
  await writer.write(CAPTURE);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let output = "";
  let interrupted = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    output += value;
    // All that can be told before the end has been told.
    if (!interrupted && output.includes("http_request")) {
      interrupted = true;
      child.kill("SIGINT");
    }
  }
  const { code } = await child.status;
  await child.stderr.cancel();
  await writer.close().catch(() => {});
  assert.equal(code, 130);
  assert.equal(
    parseEvents(output).filter(({ event_type }) => event_type === "tcp_flow_timing").length,
    4,
  );
});
