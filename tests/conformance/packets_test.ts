/** Packets as we decode them, beside what tshark reads in the same captures. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { corpusCapture, HAS_CORPUS } from "../support/corpus.ts";
import { decodedPackets } from "../support/decoded_packets.ts";
import { testNeeding } from "../support/requirements.ts";
import { type TsharkPacket, tsharkPackets } from "../support/tshark_packets.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures/captures/", import.meta.url));
/** Packets of pcapng may come without a time; tshark shows none then. */
function assertSame(ours: readonly TsharkPacket[], theirs: readonly TsharkPacket[]): void {
  const untimed = new Set(theirs.flatMap(({ micros, frame }) => micros === undefined ? frame : []));
  const comparable = ours.map(({ micros, ...packet }) =>
    untimed.has(packet.frame) ? packet : { ...packet, micros }
  );
  assert.deepEqual(comparable, theirs);
}

const recorded = Deno.readTextFileSync(`${FIXTURES}tshark.jsonl`).trimEnd().split("\n")
  .map((line): { file: string; packet: TsharkPacket } => {
    const { file, ...packet } = JSON.parse(line);
    return { file, packet };
  });

for (const [file, lines = []] of Object.entries(Object.groupBy(recorded, ({ file }) => file))) {
  Deno.test(`decodePacket() reads ${file} as tshark does`, async () => {
    assertSame(await decodedPackets(FIXTURES + file), lines.map(({ packet }) => packet));
  });
}

Deno.test("decodePacket() keeps the outer packet where a tunnel only seems to be", async () => {
  const packets = await decodedPackets(`${FIXTURES}lookalikes.pcap`);
  assert.equal(packets.length, 5);
  for (const packet of packets) assert.equal(packet.source, "203.0.113.1");
});

testNeeding(["tshark", HAS_CORPUS], "decodePacket() reads the corpus as tshark does", async () => {
  const files = (await Array.fromAsync(Deno.readDir(corpusCapture("")))).map(({ name }) => name)
    .sort();
  // Two at a time: most of the time goes into starting tshark.
  const work = files.values();
  await Promise.all([1, 2].map(async () => {
    for (const file of work) {
      const [ours, theirs] = await Promise.all([
        decodedPackets(corpusCapture(file)),
        tsharkPackets(corpusCapture(file)),
      ]);
      assert.ok(theirs.length > 0, file);
      assertSame(ours, theirs);
    }
  }));
});
