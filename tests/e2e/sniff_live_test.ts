/** `decnet sniff -i` as users meet it: frames on a link in, events out. */
import assert from "node:assert/strict";
import { decnet, parseEvents } from "../support/decnet.ts";
import { LIVE, sendFrames, startLiveSniffer } from "../support/live_sniffer.ts";
import { type NetworkNamespace, networkNamespace } from "../support/network_namespace.ts";
import { testNeeding } from "../support/requirements.ts";
import { helloFor, TcpTalk } from "../support/tcp_talk.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

const CLIENT = "203.0.113.1";
const SERVER = "198.51.100.2";

/** Whom root becomes when nothing else is said: nobody. */
const NOBODY = 65534;

function liveTest(name: string, body: (namespace: NetworkNamespace) => Promise<void>): void {
  testNeeding(LIVE, `sniff -i ${name}`, async () => {
    await using namespace = await networkNamespace();
    await body(namespace);
  });
}

/** A TLS connection from a port of its own. */
function hello(name: string, clientPort: number) {
  return new TcpTalk({ client: CLIENT, server: SERVER, clientPort }).open()
    .say("client", helloFor(name)).packets;
}

/** SYNs that give an event each. */
function syns(count: number, client = CLIENT) {
  return Array.from(
    { length: count },
    (_, index) => new TcpTalk({ client, clientPort: 1 + index }).syn().packets[0]!,
  );
}

async function folderOfNobody(): Promise<TempFolder> {
  const folder = await tempFolder();
  await Deno.chown(folder.path, NOBODY, NOBODY);
  return folder;
}

const typesIn = (output: string) => parseEvents(output).map(({ event_type }) => event_type);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  liveTest(`ends in good order on ${signal}: open connections are told`, async (namespace) => {
    await using run = await startLiveSniffer(namespace, "-i", "far");
    await sendFrames(namespace, "near", hello("one.example", 1));
    await run.stdout.until((text) => text.includes("one.example"));
    run.kill(signal);
    const { code, stdout, stderr } = await run.end();
    assert.equal(code, 0, stderr);
    assert.deepEqual(typesIn(stdout), [
      ...["tcp_syn_fingerprint", "tcp_synack_fingerprint", "tls_client_hello", "tcp_flow_timing"],
    ]);
    assert.match(stderr, /^decnet: captures on far as nobody$/m);
    assert.match(stderr, /^decnet: far: 4 packets, \d+ bytes, 1 flow, 4 events$/m);
    assert.match(stderr, /^decnet: far: 4 packets received by the kernel, 0 dropped$/m);
  });
}

liveTest("--count stops after so many packets of all interfaces", async (namespace) => {
  await using run = await startLiveSniffer(
    namespace,
    ...["-i", "far", "-i", "near", "-i", "far", "-c", "7", "--dedup", "0", "--stats"],
    ...["--log-format", "json"],
  );
  await sendFrames(namespace, "near", syns(5));
  await sendFrames(namespace, "far", syns(5, "203.0.113.2"));
  const { code, stdout, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  assert.deepEqual(typesIn(stdout), Array(7).fill("tcp_syn_fingerprint"));
  const messages = stderr.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  const { properties } = messages.find(({ message }) => message === "statistics");
  assert.equal(properties.packets, 7);
  assert.deepEqual(properties.events, { tcp_syn_fingerprint: 7 });
  assert.ok(properties.kernel.received >= 7);
  assert.equal(properties.kernel.dropped, 0);
});

liveTest("goes on with its log after rotation, without root", async (namespace) => {
  await using folder = await folderOfNobody();
  const base = `${folder.path}/log`;
  const args = ["-i", "far", "--out", base, "--dedup", "0"];
  await using run = await startLiveSniffer(namespace, ...args);
  for (const [index, name] of ["one", "two", "three"].entries()) {
    await sendFrames(namespace, "near", hello(`${name}.example`, index + 1));
    await run.stdout.until((text) => text.includes(`${name}.example`));
    for (const suffix of ["log", "json"]) {
      assert.equal((await Deno.stat(`${base}.${suffix}`)).uid, NOBODY);
      await Deno.rename(`${base}.${suffix}`, `${base}.${suffix}.${name}`);
    }
    run.kill("SIGHUP");
  }
  run.kill("SIGINT");
  const { code, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  for (const name of ["one", "two", "three"]) {
    for (const suffix of ["log", "json"]) {
      const text = await Deno.readTextFile(`${base}.${suffix}.${name}`);
      const names = new Set(text.match(/\w+\.example/g));
      assert.deepEqual([...names], [`${name}.example`]);
    }
  }
  // What was left to say of the open connections.
  const last = parseEvents(await Deno.readTextFile(`${base}.json`));
  assert.deepEqual(last.map(({ event_type }) => event_type), Array(3).fill("tcp_flow_timing"));
});

liveTest("ends quietly when nobody reads on", async (namespace) => {
  await using run = await startLiveSniffer(namespace, "-i", "far", "--dedup", "0");
  await sendFrames(namespace, "near", syns(1));
  await run.stdout.until((text) => text.endsWith("\n"));
  await run.stdout.close();
  await sendFrames(namespace, "near", syns(1));
  const { code, stderr } = await run.end();
  assert.deepEqual([code, stderr], [0, "decnet: captures on far as nobody\n"]);
});

liveTest("warns of packets that the kernel drops while it runs", async (namespace) => {
  await using run = await startLiveSniffer(
    namespace,
    "-i",
    "far",
    "--buffer",
    "64",
    "--dedup",
    "0",
  );
  const [packet] = hello("x".repeat(60), 1).slice(-1);
  run.kill("SIGSTOP");
  await sendFrames(namespace, "near", Array<typeof packet>(3000).fill(packet).map((one) => one!));
  run.kill("SIGCONT");
  await run.stderr.until((text) => /far: the kernel dropped \d+ packets, \d+ in all/.test(text));
  // Behind all that the kernel has kept.
  await sendFrames(namespace, "near", hello("last.example", 2));
  await run.stdout.until((text) => text.includes("last.example"));
  run.kill("SIGINT");
  const { code, stdout, stderr } = await run.end();
  assert.equal(code, 0);
  const [, received, dropped] = /(\d+) packets received by the kernel, (\d+) dropped/.exec(stderr)!;
  const [, seen] = /far: (\d+) packets, /.exec(stderr)!;
  assert.equal(received, "3004");
  assert.equal(Number(seen), Number(received) - Number(dropped));
  const told = parseEvents(stdout).filter(({ event_type }) => event_type === "capture_drops");
  assert.ok(told.every(({ fields }) => fields["interface"] === "far"));
  assert.equal(told.at(-1)?.fields["dropped_total"], Number(dropped));
});

liveTest("ends with an error when an interface goes away", async (namespace) => {
  await using run = await startLiveSniffer(namespace, "-i", "lo", "-i", "far");
  await sendFrames(namespace, "near", hello("one.example", 1));
  await run.stdout.until((text) => text.includes("one.example"));
  await namespace.run("ip", "link", "delete", "near");
  const { code, stdout, stderr } = await run.end();
  assert.equal(code, 1);
  assert.match(stderr, /^decnet: error: far: (?!far: ).*interface/m);
  assert.match(stderr, /^decnet: not every capture could be read to its end$/m);
  assert.equal(typesIn(stdout).at(-1), "tcp_flow_timing");
});

liveTest("captures where --decoys says that the decoys are", async (namespace) => {
  await using folder = await tempFolder();
  const state = `${folder.path}/decnet-state.json`;
  const deckies = [{ name: "web", ip: SERVER }];
  await Deno.writeTextFile(state, JSON.stringify({ config: { interface: "far", deckies } }));
  await using run = await startLiveSniffer(namespace, "--decoys", state, "-c", "4");
  await sendFrames(namespace, "near", hello("one.example", 1));
  const { code, stdout, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^decnet: captures on far /m);
  const [event] = parseEvents(stdout) as unknown as { decky: string; attacker_ip: string }[];
  assert.deepEqual([event!.decky, event!.attacker_ip], ["web", CLIENT]);
});

liveTest("--write keeps the packets that gave an event", async (namespace) => {
  await using folder = await tempFolder();
  const kept = `${folder.path}/kept.pcapng`;
  await using run = await startLiveSniffer(namespace, "-i", "far", "-w", kept, "-c", "4");
  await sendFrames(namespace, "near", hello("one.example", 1));
  const live = await run.end();
  assert.equal(live.code, 0, live.stderr);
  // All but the ACK; of the connection itself there is not enough left to tell.
  const again = await decnet(["sniff", "--quiet", "-r", kept]);
  assert.deepEqual(typesIn(again.stdout), typesIn(live.stdout).slice(0, 3));
});

liveTest("says in one line why it cannot", async (namespace) => {
  await using folder = await tempFolder();
  const cases: [args: string[], message: RegExp][] = [
    [["-i", "none0"], /^decnet: no interface "none0"; there are .*far/],
    [["-i", "far", "tcp", "prot", "80"], /^decnet: filter "tcp prot 80": .*syntax error/],
    [["-i", "far", "--user", "root"], /is root.*\n {2}hint: --user/],
    [["-i", "far", "--user", "no such user"], /no user "no such user"\n {2}hint: --user/],
    // The folder is root's alone.
    [["-i", "far", "--out", `${folder.path}/log`], /denied.*\n {2}hint: --user NAME: nobody must/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await decnet(["sniff", ...args], { under: namespace.enter });
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert.match(stderr, message);
    assert.match(stderr, /^decnet: .*\n( {2}hint: .*\n)?$/, "not one line and a hint");
  }
});
