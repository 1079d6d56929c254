import assert from "node:assert/strict";
import { formatAddress } from "../net/address.ts";
import { type SweepAnswer, sweepSyn } from "./raw_syn_sweep.ts";
import { errorAbout, segmentTo } from "../../tests/support/raw_fake_answers.ts";
import { FakeNetwork, type SentPacket } from "../../tests/support/raw_fake_network.ts";

const FIRST = 0x0a630000;

async function sweep(network: FakeNetwork, count: number) {
  const heard: (readonly [address: string, answer: SweepAnswer])[] = [];
  const sent = await sweepSyn({
    network,
    route: network.route("10.99.0.1"),
    count,
    address: (index) => FIRST + index,
    port: 443,
    rate: 0,
    waitMs: 500,
    onAnswer: (address, answer, packet) => {
      assert.ok(packet.ipVersion === 4);
      const bytes = new Uint8Array(new DataView(new ArrayBuffer(4)).buffer);
      new DataView(bytes.buffer).setUint32(0, address);
      heard.push([formatAddress(bytes), answer]);
    },
  });
  return { sent, heard };
}

Deno.test("sweepSyn() sends one SYN to each address, and tells each one's answer once", async () => {
  const network = new FakeNetwork({
    answer: (sent) => {
      const packets = [
        [segmentTo(sent), segmentTo(sent)],
        [segmentTo(sent, { flags: 0x14 })],
        [errorAbout(sent, [3, 1], { from: "192.0.2.9" })],
        [],
      ][sent.index % 4]!;
      return packets.map((packet) => ({ packet }));
    },
  });
  const { sent, heard } = await sweep(network, 6);
  assert.equal(sent, 6);
  const addresses = network.sent.map(({ packet }) =>
    formatAddress(packet.bytes.subarray(packet.destinationOffset, packet.destinationOffset + 4))
  );
  assert.deepEqual(addresses, [0, 1, 2, 3, 4, 5].map((index) => `10.99.0.${index}`));
  assert.equal(new Set(network.sent.map(({ packet }) => packet.sequence)).size, 6);
  assert.deepEqual(heard, [
    ["10.99.0.0", "syn_ack"],
    ["10.99.0.1", "reset"],
    ["10.99.0.2", "unreachable"],
    ["10.99.0.4", "syn_ack"],
    ["10.99.0.5", "reset"],
  ]);
  assert.ok(network.quiet);
});

Deno.test("sweepSyn() believes no answer that does not know the number of the SYN", async () => {
  const network = new FakeNetwork({
    answer: (sent: SentPacket) =>
      [
        segmentTo(sent, { acknowledgement: 1 }),
        segmentTo(sent, { flags: 0x14, acknowledgement: sent.packet.sequence }),
        segmentTo(sent, { from: "10.99.0.77" }),
        segmentTo(sent, { sourcePort: 80 }),
        segmentTo(sent, { flags: 0x10 }),
        segmentTo(sent, { destinationPort: sent.packet.sourcePort + 1 }),
        errorAbout(sent, [3, 1], { change: (quote) => quote.fill(1, 24, 28) }),
        errorAbout(sent, [3, 1], { length: 24 }),
        errorAbout(sent, [3, 1], { change: (quote) => quote.fill(17, 9, 10) }),
      ].map((packet) => ({ packet })),
  });
  assert.deepEqual((await sweep(network, 3)).heard, []);
});

Deno.test("sweepSyn() waits no longer once it is told to stop", async () => {
  const network = new FakeNetwork();
  const stop = new AbortController();
  network.after(100, () => stop.abort());
  await sweepSyn({
    network,
    route: network.route("10.99.0.1"),
    count: 1,
    address: () => FIRST,
    port: 443,
    rate: 0,
    waitMs: 3_600_000,
    signal: stop.signal,
    onAnswer: () => {},
  });
  assert.equal(network.milliseconds, 100);
  assert.ok(network.quiet);
});
