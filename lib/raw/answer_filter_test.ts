import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../bytes.ts";
import { address, extension, ipv4, ipv6, tcp, udp } from "../../tests/support/packet_builder.ts";
import { runBpf } from "../../tests/support/raw_bpf.ts";
import { echoReply6, icmpMessage } from "../../tests/support/raw_icmp.ts";
import { ANSWER_SNAPLEN, ipv4AnswerFilter, ipv6AnswerFilter } from "./answer_filter.ts";
import { PROTOCOL, writeIp } from "./ip_packet.ts";
import { writeSyn } from "./syn.ts";

const MARKS = { ports: [40000, 40007, 65535], echoId: 0x4242 };
const FILTER4 = ipv4AnswerFilter(MARKS);
const FILTER6 = ipv6AnswerFilter(MARKS);

const passes4 = (payload: Uint8Array, protocol: number, fields = {}) =>
  runBpf(FILTER4, ipv4({ protocol, ...fields }, payload)) === ANSWER_SNAPLEN;
const passes6 = (payload: Uint8Array, protocol: number) =>
  runBpf(FILTER6, ipv6({ protocol }, payload)) === ANSWER_SNAPLEN;

const segment = (destinationPort: number, flags: number) => tcp({ destinationPort, flags });

const SYN = (pair: { source: Uint8Array; destination: Uint8Array }, sourcePort: number) =>
  writeSyn({ ...pair, sourcePort, destinationPort: 80, sequence: 1, timestamp: 1, id: 1 });
const PAIR = { source: address("192.0.2.1"), destination: address("203.0.113.7") };
const PAIR6 = { source: address("2001:db8::1"), destination: address("2001:db8::2") };

Deno.test("the answer filters pass SYN-ACK and RST to our ports, and no other segment", () => {
  for (const passes of [passes4, passes6]) {
    for (const port of MARKS.ports) {
      for (const flags of [0x12, 0x14, 0x04, 0x52]) assert.ok(passes(segment(port, flags), 6));
      for (const flags of [0x10, 0x18, 0x11, 0x00]) assert.ok(!passes(segment(port, flags), 6));
    }
    for (const port of [39999, 40001, 443, 0]) assert.ok(!passes(segment(port, 0x12), 6));
    assert.ok(!passes(udp(53, 40000, new Uint8Array(40)), 17));
  }
  const options = new Uint8Array(40);
  assert.ok(passes4(segment(40000, 0x12), 6, { options }));
  // A later fragment has no ports; the bytes there may look like anything.
  assert.ok(!passes4(segment(40000, 0x12), 6, { fragment: 0x0001 }));
});

Deno.test("the answer filters pass ICMP errors about packets of ours alone", () => {
  for (const [sourcePort, ours] of [[40007, true], [40008, false]] as const) {
    const quote = SYN(PAIR, sourcePort);
    for (const type of [3, 11, 12]) {
      assert.equal(passes4(icmpMessage(type, 1, 0, quote), 1), ours);
    }
    const optioned = writeIp(
      { ...PAIR, protocol: 6, options: new Uint8Array(8) },
      quote.subarray(20),
    );
    assert.equal(passes4(icmpMessage(12, 0, 0, optioned), 1), ours);
    assert.ok(!passes4(icmpMessage(8, 0, 0, quote), 1));
    assert.ok(!passes4(icmpMessage(0, 0, 0, quote), 1));
    const quote6 = SYN(PAIR6, sourcePort);
    for (const type of [1, 2, 3, 4]) {
      assert.equal(passes6(icmpMessage(type, 1, 0, quote6), 58), ours);
    }
    for (const type of [0, 5, 127, 128, 135]) {
      assert.ok(!passes6(icmpMessage(type, 0, 0, quote6), 58));
    }
  }
});

Deno.test("the IPv6 answer filter passes errors about our odd headers, and replies to our echoes", () => {
  const unknown = writeIp({ ...PAIR6, protocol: PROTOCOL.experimental }, new Uint8Array(8));
  assert.ok(passes6(icmpMessage(4, 1, 6, unknown), 58));
  const options = extension(17, udp(1, 2, new Uint8Array(8)));
  const quote = writeIp({ ...PAIR6, protocol: PROTOCOL.destinationOptions }, options);
  assert.ok(passes6(icmpMessage(4, 2, 42, quote), 58));
  assert.ok(passes6(echoReply6(0x4242, 7), 58));
  assert.ok(!passes6(echoReply6(0x4243, 7), 58));
});

Deno.test("the answer filters end on any packet, and drop it or pass what is to be passed", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
    for (const filter of [FILTER4, FILTER6]) {
      assert.ok([0, ANSWER_SNAPLEN].includes(runBpf(filter, bytes)));
    }
  }));
});

Deno.test("the answer filters take 64 ports and no more", () => {
  const ports = Array.from({ length: 64 }, (_, index) => 1000 + index);
  const filter = ipv4AnswerFilter({ ports, echoId: 0 });
  for (const port of ports) {
    assert.equal(runBpf(filter, ipv4({}, segment(port, 0x12))), ANSWER_SNAPLEN);
  }
  assert.equal(runBpf(filter, ipv4({}, segment(999, 0x12))), 0);
  assert.equal(runBpf(filter, concatBytes(ipv4({}, segment(999, 0x12)))), 0);
  assert.throws(() => ipv4AnswerFilter({ ports: [...ports, 1], echoId: 0 }), RangeError);
});
