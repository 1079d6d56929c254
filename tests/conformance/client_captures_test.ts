/**
 * Real clients against real servers (scripts/make_client_captures.ts): what the sniffer tells of them is
 * what tshark finds, as it was recorded and, where tshark is there, as it finds it now.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { fingerprintRecords } from "../../lib/sniff/fingerprint_records.ts";
import type { Event } from "../../lib/event/event.ts";
import { decnet } from "../support/decnet.ts";
import { sniffingEngine } from "../support/tcp_talk.ts";
import { testNeeding } from "../support/requirements.ts";
import {
  type TsharkFingerprint,
  tsharkFingerprintsOfMany,
} from "../support/tshark_fingerprints.ts";

const FOLDER = fileURLToPath(new URL("../fixtures/captures/", import.meta.url));

/** Folders of captures that have an expected.jsonl. */
const SETS = ["clients", "tools"];

/** Kinds that tshark computes, or shows the parts of. */
const KINDS: readonly string[] = [
  ...["ja3", "ja3s", "ja4", "ja4s", "ja4x", "ja4h", "ja4t", "ja4ts", "ja4d"],
  ...["hassh", "hassh_server", "sni", "alpn", "community_id"],
];

interface Recorded extends TsharkFingerprint {
  readonly file: string;
}

const EXPECTED: readonly Recorded[] = SETS.flatMap((set) =>
  Deno.readTextFileSync(`${FOLDER}${set}/expected.jsonl`).split("\n").slice(0, -1)
    .map((line): Recorded => JSON.parse(line))
    .map((record) => ({ ...record, file: `${set}/${record.file}` }))
);

const FILES = [...new Set(EXPECTED.map(({ file }) => file))];

/** What makes two fingerprints the same, sorted, and each once. */
function comparable(found: readonly TsharkFingerprint[]): string[] {
  const lines = found.filter(({ kind }) => KINDS.includes(kind))
    .map(({ kind, value, src, sport, dst, dport, proto }) =>
      `${kind} ${value} ${src} ${sport} > ${dst} ${dport} ${proto}`
    );
  return [...new Set(lines)].sort();
}

function expectedOf(file: string): string[] {
  return comparable(EXPECTED.filter((record) => record.file === file));
}

/** The events of a capture. */
function eventsOf(file: string): Event[] {
  const events: Event[] = [];
  const engine = sniffingEngine((event) => events.push(event));
  const reader = new CaptureReader(engine.handle);
  reader.push(Deno.readFileSync(FOLDER + file));
  reader.end();
  engine.end();
  return events;
}

function recordsOf(events: readonly Event[]): TsharkFingerprint[] {
  return events.flatMap((event) => fingerprintRecords(event, "")).map((line) => JSON.parse(line));
}

Deno.test("the client captures are all there, each with something in it", () => {
  const captures = SETS.flatMap((set) =>
    [...Deno.readDirSync(FOLDER + set)].map(({ name }) => `${set}/${name}`)
  ).filter((name) => name.endsWith(".pcap"));
  assert.deepEqual(captures.sort(), FILES.toSorted());
  assert.ok(FILES.length > 50);
  for (const kind of KINDS) assert.ok(EXPECTED.some((record) => record.kind === kind), kind);
});

let readAll: ReturnType<typeof tsharkFingerprintsOfMany> | undefined;

/** What tshark finds in a capture now. */
async function foundNow(file: string): Promise<readonly TsharkFingerprint[]> {
  readAll ??= tsharkFingerprintsOfMany(FILES.map((file) => FOLDER + file));
  return (await readAll).get(FOLDER + file)!;
}

for (const file of FILES) {
  Deno.test(`sniff finds in ${file} what tshark found there`, () => {
    assert.deepEqual(comparable(recordsOf(eventsOf(file))), expectedOf(file));
  });

  testNeeding(["tshark"], `tshark still finds in ${file} what it found there`, async () => {
    assert.deepEqual(comparable(await foundNow(file)), expectedOf(file));
  });
}

Deno.test("decnet sniff --format fingerprints writes what tshark found in the client captures", async () => {
  const { code, stdout, stderr } = await decnet([
    ...["sniff", "--quiet", "--format", "fingerprints", "--dedup", "0s"],
    ...FILES.flatMap((file) => ["-r", FOLDER + file]),
  ]);
  assert.equal(code, 0, stderr);
  const found: Recorded[] = stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  for (const file of FILES) {
    const own = found.filter((record) => record.file === FOLDER + file);
    assert.deepEqual(comparable(own), expectedOf(file), file);
  }
});

Deno.test("the two hellos of Chromium are larger than a segment, and offer keys of ML-KEM", () => {
  for (const file of ["clients/chromium_tls.pcap", "clients/chromium_quic.pcap"]) {
    const hellos = EXPECTED.filter((record) => record.file === file && record.kind === "ja4");
    assert.ok(hellos.length > 0);
    for (const { value } of hellos) assert.match(value, /^[tq]13d/);
    const raw = eventsOf(file).map(({ fields }) => String(fields["ja3_raw"] ?? ""))
      .filter((text) => text !== "" && text.split(",").length === 5);
    // X25519MLKEM768 among the groups (draft-ietf-tls-ecdhe-mlkem).
    assert.ok(raw.every((text) => text.split(",")[3]!.split("-").includes("4588")), `${raw}`);
  }
});

/** The captures of scanners, and how the sniffer is to name the sender of their SYNs. */
const SCANS: readonly (readonly [file: string, guess: RegExp])[] = [
  ["clients/nmap_syn.pcap", /nmap/i],
  ["clients/nmap_os.pcap", /nmap/i],
  ["clients/masscan.pcap", /masscan|scanner/i],
  ["clients/zmap.pcap", /zmap/i],
];

for (const [file, guess] of SCANS) {
  Deno.test(`sniff names the scanner in ${file} by its SYNs`, () => {
    const guesses = eventsOf(file).filter(({ event_type }) => event_type === "tcp_syn_fingerprint")
      .map(({ fields }) => `${fields["os_guess"]} ${fields["os_label"]}`);
    const named = guesses.filter((text) => guess.test(text));
    // The kernel sends some of its own where nmap lets it.
    assert.ok(named.length > guesses.length / 2, [...new Set(guesses)].join("; "));
  });
}

Deno.test("sniff detects the port scans, and takes no client for a scanner", () => {
  const scanning = FILES.filter((file) =>
    eventsOf(file).some(({ event_type, fields }) =>
      event_type === "scan_detected" && fields["scan_kind"] === "port_scan"
    )
  );
  assert.deepEqual(scanning, [
    "clients/nmap_syn.pcap",
    "clients/nmap_connect.pcap",
    "clients/masscan.pcap",
  ]);
});
