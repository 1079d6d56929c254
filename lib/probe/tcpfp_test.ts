import assert from "node:assert/strict";
import type { Finding, ProbeResult } from "./probe.ts";
import { ProbeFailure } from "./probe.ts";
import { tcpfp } from "./tcpfp.ts";
import { errorAbout, linuxOptions, segmentTo } from "../../tests/support/raw_fake_answers.ts";
import {
  type FakeAnswer,
  FakeNetwork,
  runFake,
  type SentPacket,
} from "../../tests/support/raw_fake_network.ts";
import { fromHex } from "../bytes.ts";

const PORT = { port: 443 };

function finding(result: ProbeResult): Finding {
  if (result.outcome !== "ok") assert.fail(JSON.stringify(result));
  return result;
}

/** A network on which every SYN gets these answers. */
function answering(answer: (sent: SentPacket) => readonly FakeAnswer[]): FakeNetwork {
  return new FakeNetwork({ answer });
}

const linux = (sent: SentPacket) => [{ packet: segmentTo(sent, { ttl: 52 }), after: 20 }];

Deno.test("tcpfp fingerprints a port by four SYN-ACKs", async () => {
  const network = answering((sent) => [{
    packet: segmentTo(sent, {
      ttl: 52,
      sequence: 0x10000000 + sent.index * 64_000,
      id: 100 + sent.index,
      options: linuxOptions(5000 + 25 * sent.index),
      trafficClass: 0x2a,
    }),
    after: 25,
  }]);
  const { hash, fields, eventType, msg, lines } = finding(await runFake(tcpfp, network, PORT));
  assert.equal(eventType, "tcpfp_fingerprint");
  assert.deepEqual(fields, {
    target_ip: "203.0.113.7",
    target_port: 443,
    tcpfp_hash: hash,
    tcpfp_raw: "64:full:1:7:1:1:M,S,T,N,W",
    ttl: 52,
    initial_ttl: 64,
    hop_distance: 12,
    window_size: 65160,
    mss: 1460,
    window_scale: 7,
    sack_ok: true,
    timestamp: true,
    options_order: "M,S,T,N,W",
    df_bit: true,
    tos: 0x2a,
    dscp: 10,
    ecn: 2,
    server_isn: 0x10000000,
    ip_id: 100,
    isn_class: "incremental",
    ipid_class: "incremental",
    samples: 4,
    // 25 ticks in each 125 ms.
    timestamp_clock: "steady",
    timestamp_hz: 200,
    uptime_s: 25,
    rtt_ms: 25,
    // No system known to p0f numbers packets that must not be cut.
    os_guess: "unknown",
    tcp_signature: "4:52+12:0:1460:mss*45,7:mss,sok,ts,nop,ws:df,id+,ecn:0",
    link: "Ethernet",
    ja4ts: "65160_2-4-8-1-3_1460_7",
  });
  assert.equal(msg, `TCPFP 203.0.113.7:443 = ${hash}`);
  assert.deepEqual(lines[0], ["tcpfp", hash]);
  assert.ok(network.quiet);
});

Deno.test("tcpfp sends each SYN from another port, with another number, 100 ms apart", async () => {
  const network = answering(linux);
  const { fields } = finding(await runFake(tcpfp, network, PORT));
  assert.deepEqual([fields.os_guess, fields.ipid_class], ["linux", "zero"]);
  const { sent } = network;
  assert.equal(sent.length, 4);
  assert.equal(new Set(sent.map(({ packet }) => packet.sourcePort)).size, 4);
  assert.ok(sent.every(({ packet }) => network.ports.includes(packet.sourcePort)));
  assert.equal(new Set(sent.map(({ packet }) => packet.sequence)).size, 4);
  assert.deepEqual(sent.map(({ at }) => at), [0, 120, 240, 360]);
});

Deno.test("tcpfp leaves JA4TS out where it is not wanted", async () => {
  const { fields, lines } = finding(
    await runFake(tcpfp, answering(linux), { ...PORT, ja4plus: false }),
  );
  assert.ok(!("ja4ts" in fields));
  assert.deepEqual(lines.map(([label]) => label), ["tcpfp", "stack"]);
});

Deno.test("tcpfp sends a SYN again after 1 and 2 more seconds, until its deadline", async () => {
  const network = new FakeNetwork();
  assert.deepEqual(await runFake(tcpfp, network, PORT), { outcome: "timeout", detail: "silence" });
  assert.deepEqual(network.sent.map(({ at }) => at), [0, 1000, 3000]);
  assert.equal(new Set(network.sent.map(({ packet }) => packet.sequence)).size, 1);
  assert.equal(new Set(network.sent.map(({ packet }) => packet.sourcePort)).size, 1);
  assert.equal(network.milliseconds, 5000);
  assert.ok(network.quiet);
});

Deno.test("tcpfp gives no time for an answer that may be to one of two SYNs", async () => {
  const network = answering((sent) => sent.index < 1 ? [] : linux(sent));
  const { fields } = finding(await runFake(tcpfp, network, PORT));
  assert.deepEqual([fields.samples, fields.rtt_ms], [4, 20]);
  const slow = answering((sent) => [{ packet: segmentTo(sent), after: 1300 }]);
  const { fields: late } = finding(await runFake(tcpfp, slow, { ...PORT, timeout: 2000 }));
  assert.deepEqual([late.samples, late.rtt_ms], [1, undefined]);
});

Deno.test("tcpfp ends with an outcome for each answer that is no SYN-ACK", async () => {
  const results = await Promise.all(
    [
      (sent: SentPacket) => segmentTo(sent, { flags: 0x14 }),
      (sent: SentPacket) => errorAbout(sent, [3, 13], { from: "192.0.2.9" }),
      (sent: SentPacket) => errorAbout(sent, [3, 1]),
      (sent: SentPacket) => errorAbout(sent, [11, 0], { from: "192.0.2.9" }),
      (sent: SentPacket) => errorAbout(sent, [3, 77], { length: 28 }),
    ].map((packet) => runFake(tcpfp, answering((sent) => [{ packet: packet(sent) }]), PORT)),
  );
  const unreachable = (detail: string) => ({ outcome: "unreachable", detail: `ICMP ${detail}` });
  assert.deepEqual(results, [
    { outcome: "refused", detail: "reset" },
    unreachable("3/13 administratively prohibited from 192.0.2.9"),
    unreachable("3/1 host unreachable from 203.0.113.7"),
    unreachable("11/0 time to live exceeded from 192.0.2.9"),
    unreachable("3/77 from 203.0.113.7"),
  ]);
});

Deno.test("tcpfp does not take for an answer what does not answer its SYN", async () => {
  const network = answering((sent) => {
    const { sourcePort, sequence } = sent.packet;
    return [
      // Forged, by somebody who knows the ports but not the number.
      segmentTo(sent, { acknowledgement: sequence }),
      segmentTo(sent, { flags: 0x14, acknowledgement: 0 }),
      segmentTo(sent, { flags: 0x04, acknowledgement: 0 }),
      segmentTo(sent, { flags: 0x02 }),
      segmentTo(sent, { flags: 0x10 }),
      segmentTo(sent, { from: "203.0.113.8" }),
      segmentTo(sent, { sourcePort: 80 }),
      segmentTo(sent, { destinationPort: sourcePort ^ 1 }),
      segmentTo(sent, { dataOffset: 4 }),
      errorAbout(sent, [3, 3], { change: (quote) => quote.fill(9, 24, 28) }),
      errorAbout(sent, [3, 3], { change: (quote) => quote.fill(17, 9, 10) }),
      errorAbout(sent, [3, 3], { change: (quote) => quote.fill(9, 16, 20) }),
      errorAbout(sent, [3, 3], { change: (quote) => quote.fill(9, 22, 24) }),
      errorAbout(sent, [3, 3], { length: 22 }),
    ].map((packet) => ({ packet }));
  });
  const result = await runFake(tcpfp, network, { ...PORT, timeout: 900 });
  assert.deepEqual(result, { outcome: "timeout", detail: "silence" });
});

Deno.test("tcpfp counts SYN-ACKs that are sent again, and takes none for a sample", async () => {
  const network = answering((sent) => [
    { packet: segmentTo(sent, { id: 7 }) },
    { packet: segmentTo(sent, { id: 8 }), after: 30 },
    // After that the port is closed, or the host sends a reset of its own.
    { packet: segmentTo(sent, { flags: 0x14 }), after: 40 },
  ]);
  const { fields } = finding(await runFake(tcpfp, network, PORT));
  assert.deepEqual([fields.samples, fields.syn_ack_repeats], [4, 3]);
  assert.deepEqual([fields.isn_class, fields.ipid_class], ["constant", "constant"]);
});

Deno.test("tcpfp makes do with fewer samples where a port falls silent or closes", async () => {
  for (const then of [[], [0x14]]) {
    const network = answering((sent) =>
      sent.index < 2 ? linux(sent) : then.map((flags) => ({ packet: segmentTo(sent, { flags }) }))
    );
    const { fields } = finding(await runFake(tcpfp, network, PORT));
    assert.deepEqual([fields.samples, fields.isn_class], [2, "unknown"]);
  }
});

Deno.test("tcpfp names the stack that answers most, and all others behind the port", async () => {
  const windows = { window: 65535, ttl: 118, options: fromHex("020405b40103030801010402") };
  const mixed = (first: number) =>
    answering((sent) => [{
      packet: sent.index === first ? segmentTo(sent, windows) : segmentTo(sent),
    }]);
  const results = [0, 1, 3].map(async (first) => finding(await runFake(tcpfp, mixed(first), PORT)));
  const [early, middle, late] = await Promise.all(results);
  assert.equal(early!.fields.tcpfp_raw, "64:full:1:7:1:1:M,S,T,N,W");
  assert.ok(early!.hash === middle!.hash && early!.hash === late!.hash);
  assert.equal((early!.fields.tcpfp_variants as string[]).length, 2);
  // Two against two: the same one each time.
  const halves = (odd: boolean) =>
    answering((sent) => [{
      packet: (sent.index % 2 === 1) === odd ? segmentTo(sent, windows) : segmentTo(sent),
    }]);
  const [one, other] = await Promise.all(
    [true, false].map(async (odd) => finding(await runFake(tcpfp, halves(odd), PORT))),
  );
  assert.equal(one!.hash, other!.hash);
});

Deno.test("tcpfp reads IPv6", async () => {
  const network = answering(linux);
  const options = { ...PORT, address: "2001:db8:ff::7" };
  const { fields, msg, hash } = finding(await runFake(tcpfp, network, options));
  assert.deepEqual(
    [fields.df_bit, fields.ip_id, fields.ipid_class, fields.flow_label],
    [undefined, undefined, undefined, 0],
  );
  assert.equal(msg, `TCPFP [2001:db8:ff::7]:443 = ${hash}`);
});

Deno.test("tcpfp ends as interrupted, in the middle of a wait", async () => {
  const network = new FakeNetwork();
  const result = await runFake(tcpfp, network, { ...PORT, interruptAfter: 300 });
  assert.equal(result.outcome, "interrupted");
  assert.equal(network.milliseconds, 300);
  assert.ok(network.quiet);
});

Deno.test("tcpfp waits for room to send, as long as there is time", async () => {
  const network = new FakeNetwork({ answer: linux, full: 5 });
  const { fields } = finding(await runFake(tcpfp, network, PORT));
  assert.equal(fields.samples, 4);
  assert.equal(network.sent[0]!.at, 50);
  const never = new FakeNetwork({ full: Infinity });
  assert.equal((await runFake(tcpfp, never, PORT)).outcome, "timeout");
});

Deno.test("tcpfp ends with what the network says of the route", async () => {
  class Unrouted extends FakeNetwork {
    override route(): never {
      throw new ProbeFailure("unreachable", "no route (error 101)");
    }
  }
  const expected = { outcome: "unreachable", detail: "no route (error 101)" };
  assert.deepEqual(await runFake(tcpfp, new Unrouted(), PORT), expected);
});
