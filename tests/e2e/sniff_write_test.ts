/** `decnet sniff --write`: the packets that gave an event, for other tools to read. */
import assert from "node:assert/strict";
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { type CapturedPacket, pcap, PcapngSection, stamp } from "../support/capture_builder.ts";
import { decnet, type DecnetRun, parseEvents } from "../support/decnet.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { FLAG, helloFor, TcpTalk } from "../support/tcp_talk.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** LINKTYPE_ETHERNET and LINKTYPE_RAW. */
const ETHERNET = 1;
const RAW = 101;

const ETHERNET_HEADER = 14;

interface ReadPacket {
  readonly hex: string;
  readonly wire: number;
  readonly micros: number;
  readonly linkType: number;
}

function packetsOf(capture: Uint8Array): ReadPacket[] {
  const packets: ReadPacket[] = [];
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    const hex = bytes.subarray(offset, offset + captured).toHex();
    packets.push({ hex, wire, micros, linkType });
  });
  reader.push(capture);
  reader.end();
  assert.equal(reader.damage, undefined);
  return packets;
}

function written(packets: readonly CapturedPacket[], linkType = ETHERNET): ReadPacket[] {
  return packets.map(({ bytes, micros = 0, wire = bytes.length }) => ({
    ...{ hex: bytes.toHex(), wire, micros, linkType },
  }));
}

/** Sniffs a capture that `--write` keeps packets of. */
async function keeping(
  capture: Uint8Array,
  args: readonly string[] = [],
  under: readonly string[] = [],
): Promise<{ run: DecnetRun; kept: ReadPacket[]; path: string } & AsyncDisposable> {
  const folder = await tempFolder();
  const [input, path] = [`${folder.path}/in.pcap`, `${folder.path}/kept.pcapng`];
  await Deno.writeFile(input, capture);
  // What was there is no more.
  await Deno.writeFile(path, new Uint8Array(100_000).fill(0x20));
  const command = ["sniff", "--quiet", "--dedup", "0", "-r", input, "-w", path, ...args];
  const run = await decnet(command, { under });
  const kept = packetsOf(await Deno.readFile(path));
  return { run, kept, path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** SYN, SYN-ACK, ACK, two segments of a hello, which is told with the second. */
const { packets: TALK } = new TcpTalk().open().say("client", helloFor("a.example", 2000));

Deno.test("sniff --write keeps the packets that gave an event, as they were", async () => {
  // As a snaplen leaves it.
  const cut = { ...TALK[0]!, bytes: TALK[0]!.bytes, wire: 1000 };
  await using result = await keeping(pcap([cut, ...TALK.slice(1)]));
  assert.equal(result.run.code, 0, result.run.stderr);
  assert.deepEqual(result.kept, written([cut, TALK[1]!, TALK.at(-1)!]));
});

Deno.test("sniff --write keeps what --only leaves", async () => {
  await using result = await keeping(pcap(TALK), ["--only", "tls_client_hello"]);
  assert.deepEqual(result.kept, written(TALK.slice(-1)));
});

Deno.test("sniff --write keeps the same of a pipe as of a file", async () => {
  await using file = await keeping(pcap(TALK));
  const path = `${file.path}.of_pipe`;
  const args = ["sniff", "--quiet", "--dedup", "0", "-r", "-", "-w", path];
  const { code, stdout } = await decnet(args, { stdin: pcap(TALK) });
  assert.deepEqual([code, parseEvents(stdout).length], [0, 4]);
  assert.deepEqual(await Deno.readFile(path), await Deno.readFile(file.path));
});

Deno.test("sniff --write does not keep a packet that came when an idle connection was told of", async () => {
  const later = new TcpTalk({ client: "192.0.2.9", start: 1_700_000_900_000_000 })
    .segment("client", FLAG.ack).packets;
  await using result = await keeping(pcap([...TALK, ...later]), ["--only", "tcp_flow_timing"]);
  assert.equal(parseEvents(result.run.stdout).length, 1);
  assert.deepEqual(result.kept, []);
});

testNeeding(["tcpdump", "tshark"], "tcpdump and tshark read what sniff --write wrote", async () => {
  await using result = await keeping(pcap(TALK), ["-c", "4"]);
  const listing = await systemCommand(toolPath("tcpdump"), ["-ttnr", result.path]);
  assert.match(
    listing,
    /^1700000000\.000000 IP 192\.0\.2\.1\.40000 > 198\.51\.100\.2\.443: Flags \[S\]/m,
  );
  assert.equal(listing.match(/ IP /g)?.length, 2);
  const fields = ["-T", "fields", "-e", "frame.time_epoch", "-e", "tcp.flags.str"];
  const { stdout } = await new Deno.Command(toolPath("tshark"), {
    args: ["-r", result.path, ...fields],
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /^1700000000\.001000000\t\W*A..S/);
});

testNeeding(
  ["tcpdump"],
  "tcpdump reads a capture of no packets that sniff --write wrote",
  async () => {
    await using result = await keeping(pcap([]));
    assert.equal(result.run.code, 0);
    const listing = await systemCommand(toolPath("tcpdump"), ["-nr", result.path]);
    assert.match(listing, /link-type EN10MB/);
  },
);

testNeeding(["tshark"], "sniff --write has an interface for each link type", async () => {
  const raw = (packet: CapturedPacket) => ({
    ...packet,
    bytes: packet.bytes.subarray(ETHERNET_HEADER),
  });
  const [syn, synAck] = TALK as [CapturedPacket, CapturedPacket];
  const other = new TcpTalk({ client: "192.0.2.7" }).syn().packets[0]!;
  const capture = new PcapngSection().interface(ETHERNET).interface(RAW)
    .enhancedPacket(0, stamp(syn.micros!), syn)
    .enhancedPacket(1, stamp(other.micros!), raw(other))
    .enhancedPacket(0, stamp(synAck.micros!), synAck);
  await using result = await keeping(capture.finish());
  assert.deepEqual(result.kept, [
    ...[...written([syn]), ...written([raw(other)], RAW), ...written([synAck])],
  ]);
  const fields = ["-T", "fields", "-e", "frame.interface_id", "-e", "ip.src"];
  const { stdout } = await new Deno.Command(toolPath("tshark"), {
    args: ["-r", result.path, ...fields],
  }).output();
  assert.equal(
    new TextDecoder().decode(stdout),
    "0\t192.0.2.1\n1\t192.0.2.7\n0\t198.51.100.2\n",
  );
});

Deno.test("sniff --write on a full disk loses no event, and says so once", async () => {
  const syns = Array.from(
    { length: 40_000 },
    (_, index) => new TcpTalk({ clientPort: 1 + index, clientIsn: index }).syn().packets[0]!,
  );
  // Files of 64 blocks at most.
  const limit = ["sh", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$@"', "-"];
  await using result = await keeping(pcap(syns), ["--only", "tcp_syn_fingerprint"], limit);
  const { code, stdout, stderr } = result.run;
  assert.equal(code, 1);
  assert.equal(parseEvents(stdout).length, syns.length);
  assert.match(
    stderr,
    /^decnet: error: .*kept\.pcapng: .*large.*\ndecnet: not every packet could be written to .*kept\.pcapng\n$/,
  );
  // What is there is whole.
  assert.ok(result.kept.length > 100);
  assert.deepEqual(result.kept, written(syns.slice(0, result.kept.length)));
});

Deno.test("sniff --write leaves what is there alone when there is nothing to read", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/kept.pcapng`;
  await Deno.writeTextFile(path, "dear");
  const { code } = await decnet(["sniff", "--quiet", "-r", "/nonexistent/x.pcap", "-w", path]);
  assert.equal(code, 1);
  assert.equal(await Deno.readTextFile(path), "dear");
});

Deno.test("sniff --write into nowhere fails before anything is read", async () => {
  const { code, stdout, stderr } = await decnet(
    ["sniff", "-r", "/nonexistent/x.pcap", "-w", "/nonexistent/folder/kept.pcapng"],
  );
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^decnet: --write: \/nonexistent\/folder\/kept\.pcapng: .*\n$/);
});

Deno.test("sniff --write spares whatever else the run reads or writes", async () => {
  await using folder = await tempFolder();
  const path = (name: string) => `${folder.path}/${name}`;
  await Deno.writeFile(path("in.pcap"), pcap(TALK));
  await Deno.writeTextFile(path("keys"), "# no secrets\n");
  await Deno.writeTextFile(path("home"), "192.0.2.0/24\n");
  await Deno.writeTextFile(
    path("state.json"),
    '{"config":{"deckies":[{"name":"a","ip":"192.0.2.1"}]}}',
  );
  await Deno.writeTextFile(path("log.json"), "{}\n");
  const cases: [args: string[], name: string, message: RegExp][] = [
    [["--keylog", path("keys")], "keys", /is to be read/],
    [["--home", path("home")], "home", /is to be read/],
    [["--decoys", path("state.json")], "state.json", /is to be read/],
    [["--out", path("log")], "log.json", /is where events go/],
  ];
  await Promise.all(cases.map(async ([args, name, message]) => {
    const before = await Deno.readFile(path(name));
    const run = await decnet([
      "sniff",
      "--quiet",
      "-r",
      path("in.pcap"),
      ...args,
      "-w",
      path(name),
    ]);
    assert.deepEqual([run.code, run.stdout], [2, ""]);
    assert.match(run.stderr, message);
    assert.deepEqual(await Deno.readFile(path(name)), before);
  }));
});

Deno.test("sniff ends on one signal while it waits for a pipe's writer", async () => {
  await using folder = await tempFolder();
  const [input, pipe] = [`${folder.path}/in.pcap`, `${folder.path}/pipe`];
  await Deno.writeFile(input, pcap(TALK));
  await systemCommand("mkfifo", [pipe]);
  await using run = new RunningDecnet(["sniff", "--quiet", "-r", input, "-r", pipe]);
  await run.stdout.until((text) => text.includes("tcp_flow_timing"));
  run.kill("SIGINT");
  const { code } = await run.end();
  assert.equal(code, 130);
});
