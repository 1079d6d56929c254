import assert from "node:assert/strict";
import type { Fields } from "../event/event.ts";
import { fromHex } from "../bytes.ts";
import { ipv6Leak } from "./ipv6_leak.ts";
import type { ProbeResult } from "./probe.ts";
import { address, ipv6 } from "../../tests/support/packet_builder.ts";
import {
  type FakeAnswer,
  FakeNetwork,
  type FakeWorld,
  runFake,
  type SentPacket,
} from "../../tests/support/raw_fake_network.ts";
import { echoReply6 } from "../../tests/support/raw_icmp.ts";

const TARGET = "192.0.2.7";
const TARGET_MAC = fromHex("525400123456");
const OTHER_MAC = fromHex("080027aabbcc");
const TARGET_LOCAL = "fe80::5054:ff:fe12:3456";
const OURS = address("fe80::1");

const OPTIONS = { address: TARGET };

/** A reply of somebody on the link to the echo request that was sent to all. */
function reply({ packet }: SentPacket, from: string, linkAddress: Uint8Array, id = 0x4242) {
  const { bytes, l4Offset } = packet;
  const sequence = bytes[l4Offset + 6]! << 8 | bytes[l4Offset + 7]!;
  const fields = { source: from, destination: "fe80::1", protocol: 58 };
  return { packet: ipv6(fields, echoReply6(id, sequence)), linkAddress };
}

const isToAll = ({ packet }: SentPacket) => packet.ipVersion === 6;

/** A link with the target on it, whose MAC is known. */
function link(answer: (sent: SentPacket) => readonly FakeAnswer[], world: FakeWorld = {}) {
  return new FakeNetwork({
    route: { gateway: undefined },
    linkLocal: OURS,
    neighbours: () => [
      { address: address("192.0.2.1"), linkAddress: OTHER_MAC },
      { address: address(TARGET), linkAddress: TARGET_MAC },
    ],
    answer: (sent) => isToAll(sent) ? answer(sent) : [],
    ...world,
  });
}

function fieldsOf(result: ProbeResult): Fields {
  if (result.outcome !== "ok") assert.fail(JSON.stringify(result));
  return result.fields;
}

Deno.test("ipv6_leak finds the link-local address of the target among the answers of all", async () => {
  const network = link((sent) => [
    reply(sent, "fe80::a00:27ff:feaa:bbcc", OTHER_MAC),
    reply(sent, TARGET_LOCAL, TARGET_MAC),
  ]);
  const result = await runFake(ipv6Leak, network, OPTIONS);
  assert.deepEqual(fieldsOf(result), {
    target_ip: TARGET,
    ipv6_addr: TARGET_LOCAL,
    iid_kind: "eui64",
    mac: "52:54:00:12:34:56",
    mac_oui: "52:54:00",
    iid_mac: "52:54:00:12:34:56",
    mac_maker: "QEMU/KVM",
    on_iface: "eth0",
    vector: "active_echo",
  });
  assert.ok(result.outcome === "ok");
  assert.equal(result.eventType, "ipv6_link_local_leak");
  assert.equal(result.msg, `IPv6 leak ${TARGET} -> ${TARGET_LOCAL} (eui64)`);
  assert.equal(network.sent.length, 1);
  const [{ packet, route }] = network.sent as [SentPacket];
  assert.deepEqual([...route.destination], [...address("ff02::1")]);
  assert.deepEqual([...packet.bytes.subarray(8, 24)], [...OURS]);
  assert.ok(network.quiet);
});

Deno.test("ipv6_leak blames nobody for the answers of others", async () => {
  const network = link((sent) => [
    reply(sent, "fe80::2", OTHER_MAC),
    reply(sent, "fe80::3", fromHex("020000000003")),
    // To another program on this machine.
    reply(sent, TARGET_LOCAL, TARGET_MAC, 0x4243),
  ]);
  const result = await runFake(ipv6Leak, network, OPTIONS);
  assert.deepEqual(result, { outcome: "timeout", detail: "silence; 2 other hosts answered" });
});

Deno.test("ipv6_leak does not mix its own echoes up with those of another probe", async () => {
  const network = link((sent) => {
    const { packet, linkAddress } = reply(sent, TARGET_LOCAL, TARGET_MAC);
    const other = packet.slice();
    // Three numbers further on.
    other[47]! += 3;
    return [{ packet: other, linkAddress }];
  });
  const result = await runFake(ipv6Leak, network, OPTIONS);
  assert.deepEqual(result, { outcome: "timeout", detail: "silence" });
});

Deno.test("ipv6_leak asks for the MAC first where it is not known, and again if need be", async () => {
  const neighbours = (sent: number) =>
    sent < 2 ? [] : [{ address: address(TARGET), linkAddress: TARGET_MAC }];
  const network = link((sent) => [reply(sent, "fe80::9", TARGET_MAC)], { neighbours });
  const fields = fieldsOf(await runFake(ipv6Leak, network, OPTIONS));
  assert.deepEqual(network.sent.map(({ packet }) => packet.ipVersion), [4, 4, 6]);
  assert.deepEqual([fields.iid_kind, fields.mac_oui], ["low", undefined]);
  assert.equal(fields.mac_maker, "QEMU/KVM");
});

Deno.test("ipv6_leak ends as timeout where nobody has the address", async () => {
  const network = link(() => [], { neighbours: () => [] });
  const result = await runFake(ipv6Leak, network, { ...OPTIONS, timeout: 10_000 });
  assert.deepEqual(result, { outcome: "timeout", detail: "does not answer on the link" });
  assert.equal(network.sent.length, 3);
});

Deno.test("ipv6_leak takes in all addresses of the target, the telling one first", async () => {
  const privacy = "fe80::1c2a:9b3e:77f1:4d05";
  const network = link((sent) => [
    reply(sent, privacy, TARGET_MAC),
    { ...reply(sent, TARGET_LOCAL, TARGET_MAC), after: 60 },
    reply(sent, privacy, TARGET_MAC),
  ], {
    neighbours: () =>
      [TARGET, "192.0.2.8"].map((text) => ({ address: address(text), linkAddress: TARGET_MAC })),
  });
  const fields = fieldsOf(await runFake(ipv6Leak, network, OPTIONS));
  assert.equal(fields.ipv6_addr, TARGET_LOCAL);
  assert.deepEqual(fields.ipv6_addrs, [privacy, TARGET_LOCAL]);
  assert.equal(fields.mac_shared_by, 2);
});

Deno.test("ipv6_leak's hash is that of the addresses, in whatever order they come", async () => {
  const order = (...from: readonly string[]) =>
    link((sent) => from.map((text) => reply(sent, text, TARGET_MAC)));
  const hash = async (network: FakeNetwork) => {
    const result = await runFake(ipv6Leak, network, OPTIONS);
    return result.outcome === "ok" ? result.hash : assert.fail();
  };
  const both = await hash(order("fe80::9", "fe80::8"));
  assert.equal(await hash(order("fe80::8", "fe80::9")), both);
  assert.notEqual(await hash(order("fe80::8")), both);
});

Deno.test("ipv6_leak sends nothing to targets that are not on a link, nor without IPv6", async () => {
  const cases: readonly (readonly [world: FakeWorld, expected: ProbeResult])[] = [
    [
      { route: { gateway: address("192.0.2.1") } },
      { outcome: "unreachable", detail: "not on a link of this machine" },
    ],
    [
      { route: { gateway: undefined, local: true } },
      { outcome: "unreachable", detail: "not on a link of this machine" },
    ],
    [
      { linkLocal: undefined as never },
      { outcome: "local_error", detail: "eth0 has no IPv6 address of its own" },
    ],
  ];
  for (const [world, expected] of cases) {
    const network = link(() => [], world);
    assert.deepEqual(await runFake(ipv6Leak, network, OPTIONS), expected);
    assert.equal(network.sent.length, 0);
  }
});

Deno.test("ipv6_leak ends as interrupted", async () => {
  const network = link(() => []);
  const result = await runFake(ipv6Leak, network, { ...OPTIONS, interruptAfter: 100 });
  assert.equal(result.outcome, "interrupted");
  assert.ok(network.quiet);
});
