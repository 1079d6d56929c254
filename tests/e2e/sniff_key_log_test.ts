/** What TLS seals is read by `decnet sniff` where somebody has its secrets. */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/bytes.ts";
import {
  type CapturedPacket,
  pcap,
  pcapHeader,
  PcapngSection,
  pcapRecord,
  stamp,
} from "../support/capture_builder.ts";
import { decnet, parseEvents } from "../support/decnet.ts";
import { RecordedConnection } from "../support/recorded_connection.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { sealedTalk } from "../support/sealed_talk.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";
import { startOpenssl } from "../support/tls_servers.ts";

const SNIFF = ["sniff", "--quiet", "--dedup", "0s", "--only", "http_request"];

/** A connection of TLS 1.3 with a request inside, and its key log. */
async function talkOf(folder: TempFolder): Promise<{ packets: CapturedPacket[]; keys: string }> {
  await using server = await startOpenssl([]);
  await using connection = new RecordedConnection(server.port);
  const keys = await sealedTalk(connection.port, ["-tls1_3"], `${folder.path}/made`);
  return { packets: await connection.packets(), keys };
}

/** A pcapng file with secrets of two kinds before its packets. */
function withSecrets(packets: readonly CapturedPacket[], keys: string): Uint8Array {
  const section = new PcapngSection({ littleEndian: false }).interface(1);
  const add = (type: number, text: string) => {
    const body = new DataView(new ArrayBuffer(8 + text.length));
    body.setUint32(0, type);
    body.setUint32(4, text.length);
    const bytes = new Uint8Array(body.buffer);
    bytes.set(new TextEncoder().encode(text), 8);
    section.block(10, bytes);
  };
  // "WGKL": WireGuard's.
  add(0x57474b4c, "LOCAL_STATIC_PRIVATE_KEY = AAAA\n");
  add(0x544c534b, keys.trimEnd());
  for (const packet of packets) section.enhancedPacket(0, stamp(packet.micros!), packet);
  return section.finish();
}

/** Paths of the requests that were told, and whether they were sealed. */
function told(stdout: string) {
  return parseEvents(stdout).map(({ fields: { path, decrypted } }) => [path, decrypted]);
}

testNeeding(
  ["openssl"],
  "sniff reads what TLS seals by --keylog or by the capture's own secrets",
  async () => {
    await using folder = await tempFolder();
    const { packets, keys } = await talkOf(folder);
    const path = (name: string) => `${folder.path}/${name}`;
    await Deno.writeTextFile(path("keys"), keys);
    await Deno.writeTextFile(path("none"), "nothing of use\n");
    await Deno.writeFile(path("plain.pcap"), pcap(packets));
    await Deno.writeFile(path("secrets.pcapng"), withSecrets(packets, keys));
    const run = (...args: string[]) => decnet([...SNIFF, "-r", ...args]);

    const expected = [["/sealed", true]];
    assert.deepEqual(
      told((await run(path("plain.pcap"), "--keylog", path("keys"))).stdout),
      expected,
    );
    assert.deepEqual(told((await run(path("secrets.pcapng"))).stdout), expected);
    const without = await run(path("plain.pcap"), "--keylog", path("none"));
    assert.deepEqual([without.code, told(without.stdout)], [0, []]);
    assert.match(without.stderr, /^decnet: warning: --keylog: no secrets in .*none\n$/);
    const missing = await run(path("plain.pcap"), "--keylog", path("gone"));
    assert.equal(missing.code, 2);
    assert.equal((await run(path("plain.pcap"), "--keylog", folder.path)).code, 2);
    assert.match(missing.stderr, /^decnet: --keylog: .*gone: .*\n$/);
  },
);

testNeeding(
  ["openssl"],
  "sniff reads key logs whose last line has no end, of several files and beside a pipe",
  async () => {
    await using folder = await tempFolder();
    const { packets, keys } = await talkOf(folder);
    const [one, other] = [`${folder.path}/one`, `${folder.path}/other`];
    // What is of use in the second file is its first line.
    const lines = keys.trimEnd().split("\n").filter((line) => line.startsWith("CLIENT_"));
    await Deno.writeTextFile(one, lines[0]!);
    await Deno.writeTextFile(other, lines.slice(1).join("\n"));
    const path = `${folder.path}/plain.pcap`;
    await Deno.writeFile(path, pcap(packets));
    const logs = ["--keylog", one, "--keylog", other];
    const file = await decnet([...SNIFF, "-r", path, ...logs]);
    assert.deepEqual([file.stderr, told(file.stdout)], ["", [["/sealed", true]]]);
    const piped = await decnet([...SNIFF, "-r", "-", ...logs], { stdin: pcap(packets) });
    assert.deepEqual([piped.stderr, told(piped.stdout)], ["", [["/sealed", true]]]);
  },
);

testNeeding(
  ["openssl"],
  "sniff reads secrets that are written down while packets come",
  async () => {
    await using folder = await tempFolder();
    const { packets, keys } = await talkOf(folder);
    const path = `${folder.path}/keys`;
    await Deno.writeTextFile(path, "");
    await using running = new RunningDecnet([...SNIFF, "-r", "-", "--keylog", path], { stdin: "" });
    // The hellos are among the first six packets; the secrets come when the client has them.
    const records = packets.map((packet) => pcapRecord(packet));
    await running.write(concatBytes(pcapHeader(), ...records.slice(0, 6)));
    await Deno.writeTextFile(path, keys, { append: true });
    await running.write(concatBytes(...records.slice(6)));
    await running.endInput();
    const { code, stdout, stderr } = await running.end();
    assert.equal(stderr, "");
    assert.deepEqual([code, told(stdout)], [0, [["/sealed", true]]]);
  },
);
