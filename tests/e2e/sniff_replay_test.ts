/** The same packets give the same events, whichever way they come. */
import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { SNIFF_EVENT_TYPES } from "../../lib/sniff/event_types.ts";
import { type CapturedPacket, pcap } from "../support/capture_builder.ts";
import {
  decnet,
  type DecnetRun,
  parseEvents,
  type PrintedEvent,
  printedEvents,
} from "../support/decnet.ts";
import { clientCaptures, fixtureFrames } from "../support/fixture_captures.ts";
import { LIVE, replay, startLiveSniffer } from "../support/live_sniffer.ts";
import { networkNamespace } from "../support/network_namespace.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { helloFor, TcpTalk } from "../support/tcp_talk.ts";
import { sharedFolder } from "../support/temp_folder.ts";

/** Name in the last event that is told before the end. */
const LAST = "last.example";

/** Tags, tunnels, and all that real clients said, a millisecond between packets. */
const PACKETS: readonly CapturedPacket[] = [
  ...["tags.pcap", "tunnels.pcap", ...clientCaptures()].flatMap(fixtureFrames),
  ...new TcpTalk({ clientPort: 65000 }).open().say("client", helloFor(LAST)).packets,
].map(({ bytes }, index) => ({ bytes, micros: 1_700_000_000_000_000 + index * 1000 }));

const CAPTURE = pcap(PACKETS);

/** Without deduplication: that goes by time, which is another one when packets are sent again. */
const SNIFF = ["sniff", "--sensor", "s1", "--dedup", "0"];

function captureFile(name: string, bytes: Uint8Array): string {
  const path = `${sharedFolder()}/${name}`;
  Deno.writeFileSync(path, bytes);
  return path;
}

let read: Promise<DecnetRun> | undefined;

/** The run that reads the file, which the others are compared with. */
function readFromFile(): Promise<DecnetRun> {
  return read ??= decnet([...SNIFF, "--quiet", "-r", captureFile("all.pcap", CAPTURE)]);
}

Deno.test("the capture that is read in several ways has every type of event in it", async () => {
  const types = new Set(printedEvents(await readFromFile()).map(({ event_type }) => event_type));
  assert.deepEqual([...types].sort(), [...SNIFF_EVENT_TYPES].sort());
});

Deno.test("sniff of a pipe tells the same as of a file, to the byte", async () => {
  const file = await readFromFile();
  const pipe = await decnet([...SNIFF, "--quiet", "-r", "-"], { stdin: CAPTURE });
  assert.deepEqual([pipe.code, pipe.stdout, pipe.stderr], [0, file.stdout, ""]);
});

Deno.test("sniff of a pipe that trickles tells the same as of a file, to the byte", async () => {
  const file = await readFromFile();
  await using run = new RunningDecnet([...SNIFF, "--quiet", "-r", "-"], { stdin: "" });
  for (let at = 0; at < CAPTURE.length; at += 61) await run.write(CAPTURE.subarray(at, at + 61));
  await run.endInput();
  const { code, stdout } = await run.end();
  assert.deepEqual([code, stdout], [0, file.stdout]);
});

Deno.test("sniff of a compressed file tells the same as of a plain one, to the byte", async () => {
  const file = await readFromFile();
  for (
    const path of [
      captureFile("all.pcap.gz", gzipSync(CAPTURE)),
      captureFile("all.pcap.zst", zstdCompressSync(CAPTURE)),
    ]
  ) {
    const { code, stdout } = await decnet([...SNIFF, "--quiet", "-r", path]);
    assert.deepEqual([code, stdout], [0, file.stdout]);
  }
});

Deno.test("sniff of a pipe tells of a packet before the next one comes", async () => {
  const names = ["one.example", "two.example", "three.example"];
  const parts = names.map((name, index) => {
    const talk = new TcpTalk({ clientPort: 1 + index }).open().say("client", helloFor(name));
    const capture = pcap(talk.packets);
    // The header of the file once.
    return index === 0 ? capture : capture.subarray(24);
  });
  await using run = new RunningDecnet([...SNIFF, "-r", "-"], { stdin: "" });
  for (const [index, name] of names.entries()) {
    await run.write(parts[index]!);
    await run.stdout.until((text) => text.includes(name));
  }
  await run.endInput();
  assert.equal((await run.end()).code, 0);
});

/** Fields that tell of time. */
const TIMES: ReadonlySet<string> = new Set([
  ...["client_rtt_us", "ja4l_c", "ja4l_s"],
  ...["duration_s", "mean_iat_ms", "min_iat_ms", "max_iat_ms"],
]);

/** Events without what hangs on the clock, in an order of their own, a line each. */
function timeless(events: readonly PrintedEvent[]): string[] {
  return events.map(({ timestamp: _, event_id: __, fields, ...rest }) => {
    const lasting = Object.entries(fields).filter(([name]) => !TIMES.has(name));
    return JSON.stringify({ ...rest, fields: Object.fromEntries(lasting) });
  }).sort();
}

testNeeding(LIVE, "sniff -i tells the same as of a file, but for the time", async () => {
  const file = printedEvents(await readFromFile());
  await using namespace = await networkNamespace();
  await using run = await startLiveSniffer(namespace, ...SNIFF.slice(3), "-i", "far");
  await replay(namespace, "near", PACKETS.length, captureFile("live.pcap", CAPTURE));
  await run.stdout.until((text) => text.includes(LAST));
  run.kill("SIGINT");
  const { code, stdout, stderr } = await run.end();
  assert.equal(code, 0, stderr);
  assert.match(stderr, / 0 dropped/);
  assert.deepEqual(timeless(parseEvents(stdout)), timeless(file));
});
