import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { formatAddress } from "./address.ts";
import type { Packet } from "./packet.ts";
import {
  etherType,
  extension,
  frame,
  geneve,
  gre,
  gtpU,
  ipv4,
  ipv6,
  mpls,
  ppp,
  tcp,
  text,
  udp,
  vxlan,
  words,
} from "../../tests/support/packet_builder.ts";
import { decoded } from "../../tests/support/read_capture.ts";

const GRE = 47;
const UDP = 17;
const OUTER = { source: "203.0.113.1", destination: "203.0.113.2" };
const OUTER6 = { source: "2001:db8:ffff::1", destination: "2001:db8:ffff::2" };
const INNER4 = ipv4({ ttl: 33 }, tcp({ sourcePort: 4444, sequence: 0x80000001 }, text("inner")));
const INNER6 = ipv6({ ttl: 33 }, tcp({ sourcePort: 4444, sequence: 0x80000001 }, text("inner")));
const EMPTY = text("");

function hex(digits: string, ...rest: Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.fromHex(digits.replaceAll(" ", "")), ...rest);
}

function inGre(digits: string, ...rest: Uint8Array[]): Uint8Array {
  return ipv4({ ...OUTER, protocol: GRE }, hex(digits, ...rest));
}

function inUdp(port: number, payload: Uint8Array, sourcePort = 50000): Uint8Array {
  return ipv4({ ...OUTER, protocol: UDP }, udp(sourcePort, port, payload));
}

function sourceOf({ bytes, sourceOffset, addressLength }: Packet): string {
  return formatAddress(bytes.subarray(sourceOffset, sourceOffset + addressLength));
}

type Wrap = (inner: Uint8Array) => Uint8Array;

const version = (ip: Uint8Array) => ip[0]! >> 4 === 6 ? 41 : 4;
const greType = (ip: Uint8Array) => words(etherType(ip));

const TUNNELS: Readonly<Record<string, Wrap>> = {
  "IP in IPv4": (ip) => ipv4({ ...OUTER, protocol: version(ip) }, ip),
  "IP in IPv6": (ip) => ipv6({ ...OUTER6, protocol: version(ip) }, ip),
  "IP in IPv6 behind options": (ip) =>
    ipv6({ ...OUTER6, protocol: 60 }, extension(version(ip), ip)),
  "EtherIP": (ip) => ipv4({ ...OUTER, protocol: 97 }, hex("3000", frame(ip, 0x8100))),
  "MPLS in IP": (ip) => ipv4({ ...OUTER, protocol: 137 }, mpls(2, ip)),
  "GRE": (ip) => inGre("0000", greType(ip), ip),
  "GRE with checksum": (ip) => inGre("8000", greType(ip), hex("12340000"), ip),
  "GRE with key": (ip) => inGre("2000", greType(ip), hex("00000007"), ip),
  "GRE with sequence": (ip) => inGre("1000", greType(ip), hex("00000007"), ip),
  "GRE with all": (ip) => inGre("b000", greType(ip), new Uint8Array(12), ip),
  "GRE with Ethernet": (ip) => inGre("0000 6558", frame(ip)),
  "GRE with MPLS": (ip) => inGre("0000 8847", mpls(2, ip)),
  "GRE with WCCP 1": (ip) => inGre("0000 883e", ip),
  "GRE with WCCP 2": (ip) => inGre("0000 883e 00010203", ip),
  "PPTP": (ip) => inGre("3001 880b 0040 0001 00000001 ff03", ppp(ip)),
  "PPTP with acknowledgement, compressed": (ip) =>
    inGre("3081 880b 0040 0001 00000001 00000002", ppp(ip).subarray(1)),
  "ERSPAN I": (ip) => inGre("0000 88be", frame(ip)),
  "ERSPAN II": (ip) => inGre("1000 88be 00000001 1064000700000003", frame(ip, 0x8100)),
  "ERSPAN III": (ip) => inGre("1000 22eb 00000001 206400070000000100000000", frame(ip)),
  "ERSPAN III with IP": (ip) => inGre("1000 22eb 00000001 206400070000000100000800", ip),
  "ERSPAN III with platform header": (ip) =>
    inGre("1000 22eb 00000001 206400070000000100000001 0011223344556677", frame(ip)),
  "VXLAN": (ip) => inUdp(4789, hex("0800000000000700", frame(ip))),
  "VXLAN of Linux": (ip) => inUdp(8472, vxlan(frame(ip, 0x8100))),
  "VXLAN with group policy": (ip) => inUdp(4789, hex("8808000500000700", frame(ip))),
  "VXLAN-GPE with Ethernet": (ip) => inUdp(4790, hex("0c00000300000700", frame(ip))),
  "VXLAN-GPE with IP": (ip) => inUdp(4790, vxlan(ip, 0x0c, version(ip) === 41 ? 2 : 1)),
  "Geneve": (ip) => inUdp(6081, hex("0000655800000700", frame(ip))),
  "Geneve with options": (ip) => inUdp(6081, geneve(0x6558, frame(ip), new Uint8Array(8))),
  "Geneve with IP": (ip) => inUdp(6081, geneve(etherType(ip), ip)),
  "GTP-U": (ip) => inUdp(2152, gtpU(0x30, EMPTY, ip)),
  "GTP-U with sequence": (ip) => inUdp(2152, gtpU(0x32, hex("00010000"), ip)),
  "GTP-U with extensions": (ip) =>
    inUdp(2152, gtpU(0x34, hex("00000085 01100985 02000000000000c0 01000000"), ip)),
};

for (const [name, wrap] of Object.entries(TUNNELS)) {
  Deno.test(`decodePacket() takes the inner packet of ${name}`, () => {
    for (const inner of [INNER4, INNER6]) {
      if (name.startsWith("GRE with WCCP") && inner === INNER6) continue;
      const packet = decoded(frame(wrap(inner)))!;
      assert.equal(packet.ipVersion, inner[0]! >> 4);
      assert.equal(sourceOf(packet), inner === INNER4 ? "192.0.2.1" : "2001:db8::1");
      assert.equal(packet.encapsulated, true);
      assert.equal(packet.ttl, 33);
      assert.equal(packet.sourcePort, 4444);
      assert.equal(packet.sequence, 0x80000001);
      assert.equal(packet.payloadLength, 5);
      assert.equal(packet.payloadMissing, 0);
    }
  });
}

const TEREDO = ipv6({ source: "2001:0:cb00:7101::1", destination: "2001:db8::2" }, tcp());
const AUTHENTICATION = hex("0001 02 03 aaaa bbbbbb 0011223344556677 00");
const ORIGIN = hex("0000 3cbf 34ff8efe");

for (
  const [name, datagram] of [
    ["to a server", inUdp(3544, TEREDO)],
    ["from a server", inUdp(50000, TEREDO, 3544)],
    ["with origin", inUdp(50000, concatBytes(ORIGIN, TEREDO), 3544)],
    ["with authentication", inUdp(3544, concatBytes(AUTHENTICATION, TEREDO))],
    ["with both", inUdp(3544, concatBytes(AUTHENTICATION, ORIGIN, TEREDO))],
  ] as const
) {
  Deno.test(`decodePacket() takes the inner packet of Teredo ${name}`, () => {
    const packet = decoded(frame(datagram))!;
    assert.equal(sourceOf(packet), "2001:0:cb00:7101::1");
    assert.equal(packet.encapsulated, true);
  });
}

const EXTENSION_WITHOUT_END = gtpU(0x34, hex("00000085 00000000"), INNER4);

/** What comes on a tunnel's port, or in its protocol, without being sound. */
const LOOKALIKES: Readonly<Record<string, Uint8Array>> = {
  "IPv6 in protocol 4": ipv4({ ...OUTER, protocol: 4 }, INNER6),
  "IPv4 in protocol 41": ipv4({ ...OUTER, protocol: 41 }, INNER4),
  "a cut IP header in protocol 4": ipv4({ ...OUTER, protocol: 4 }, INNER4.subarray(0, 19)),
  "an IP header whose lengths contradict each other": ipv4(
    { ...OUTER, protocol: 4 },
    ipv4({ length: 19 }, tcp()),
  ),
  "EtherIP of version 4": ipv4({ ...OUTER, protocol: 97 }, hex("4000", frame(INNER4))),
  "EtherIP that is cut": ipv4({ ...OUTER, protocol: 97 }, hex("30")),
  "GRE of version 2": inGre("0002 0800", INNER4),
  "GRE with source routes": inGre("4000 0800 00000000", INNER4),
  "GRE with another type": inGre("0000 0001", INNER4),
  "GRE that is cut": inGre("b000 0800 0000"),
  "ERSPAN of version 3": inGre("1000 88be 00000001 3064000700000003", frame(INNER4)),
  "ERSPAN III with another frame": inGre("1000 22eb 00000001 206400070000000100000400", INNER4),
  "VXLAN without an identifier": inUdp(4789, hex("0000000000000700", frame(INNER4))),
  "VXLAN with its reserved byte set": inUdp(4789, hex("0800000000000701", frame(INNER4))),
  "VXLAN with ARP": inUdp(4789, vxlan(hex("020000000002 020000000001 0806", INNER4))),
  "VXLAN from its port": inUdp(50000, vxlan(frame(INNER4)), 4789),
  "VXLAN-GPE with another protocol": inUdp(4790, vxlan(INNER4, 0x0c, 4)),
  "an inner packet that is longer than the outer": inUdp(
    4341,
    hex("0000000000000000", INNER4.subarray(0, -1)),
  ),
  "an inner IPv6 packet that is longer": inUdp(
    4341,
    hex("0000000000000000", INNER6.subarray(0, -1)),
  ),
  "Geneve of version 1": inUdp(6081, geneve(0x0800, INNER4).with(0, 0x40)),
  "Geneve with its reserved byte set": inUdp(6081, geneve(0x0800, INNER4).with(7, 1)),
  "Geneve with ARP": inUdp(6081, geneve(0x0806, INNER4)),
  "Geneve with options that reach too far": inUdp(6081, geneve(0x0800, INNER4).with(0, 0x3f)),
  "GTP'": inUdp(2152, gtpU(0x20, EMPTY, INNER4)),
  "GTP of version 2": inUdp(2152, gtpU(0x50, EMPTY, INNER4)),
  "a GTP echo": inUdp(2152, gtpU(0x30, EMPTY, INNER4).with(1, 1)),
  "GTP of another length": inUdp(2152, gtpU(0x30, EMPTY, INNER4).with(3, 9)),
  "GTP with an extension of no length": inUdp(2152, EXTENSION_WITHOUT_END),
  "GTP with an extension that reaches too far": inUdp(
    2152,
    gtpU(0x34, hex("00000085 ff000000"), INNER4),
  ),
  "GTP with extensions without end": inUdp(
    2152,
    gtpU(0x34, hex("00000085", ...Array(20).fill(hex("01000085"))), INNER4),
  ),
  "Teredo between other addresses": inUdp(3544, INNER6),
  "Teredo with authentication that reaches too far": inUdp(3544, hex("0001ffff", TEREDO)),
  "the first fragment of a tunnel": ipv4({ ...OUTER, protocol: 4, fragment: 0x2000 }, INNER4),
};

for (const inner of [INNER4, INNER6]) {
  Deno.test(`decodePacket() reads IPv${inner[0]! >> 4} that a mirror has cut, and knows how much`, () => {
    const cut = inner.subarray(0, -1);
    const type = inner[0]! >> 4 === 4 ? 0x0800 : 0x86dd;
    const whole = decoded(frame(inUdp(4789, vxlan(frame(inner)))))!;
    for (
      const datagram of [inUdp(4789, vxlan(frame(cut))), inUdp(6081, geneve(type, cut))]
    ) {
      const packet = decoded(frame(datagram))!;
      assert.equal(sourceOf(packet), sourceOf(whole));
      assert.equal(packet.payloadLength, whole.payloadLength - 1);
      assert.equal(packet.payloadMissing, 1);
    }
  });
}

for (const [name, datagram] of Object.entries(LOOKALIKES)) {
  Deno.test(`decodePacket() keeps the outer packet of ${name}`, () => {
    const packet = decoded(frame(datagram))!;
    assert.equal(sourceOf(packet), OUTER.source);
    assert.equal(packet.encapsulated, false);
  });
}

Deno.test("decodePacket() goes through tunnels in tunnels, up to eight IP headers", () => {
  for (let depth = 1; depth <= 12; depth++) {
    let bytes = INNER4;
    for (let level = 1; level < depth; level++) {
      const addresses = { source: `10.0.0.${level}`, destination: "10.0.0.99" };
      bytes = level % 2 === 0
        ? ipv4({ ...addresses, protocol: 4 }, bytes)
        : ipv4({ ...addresses, protocol: UDP }, udp(50000, 4789, vxlan(frame(bytes))));
    }
    const packet = decoded(frame(bytes))!;
    const reached = depth <= 8 ? "192.0.2.1" : `10.0.0.${depth - 8}`;
    assert.equal(sourceOf(packet), reached);
    assert.equal(packet.encapsulated, depth > 1);
  }
});

Deno.test("decodePacket() counts what ERSPAN cut off as missing", () => {
  const long = ipv4({}, tcp({}, new Uint8Array(500)));
  const packet = decoded(frame(inGre("0000 88be", frame(long).subarray(0, 100))))!;
  assert.equal(sourceOf(packet), "192.0.2.1");
  assert.equal(packet.payloadLength, 100 - 14 - 40);
  assert.equal(packet.payloadMissing, 500 - packet.payloadLength);
});

Deno.test("decodePacket() counts what the snaplen cut off inside a tunnel as missing", () => {
  const long = ipv4({}, tcp({}, new Uint8Array(500)));
  const whole = frame(inUdp(4789, vxlan(frame(long))));
  const packet = decoded(whole.subarray(0, 200), { wire: whole.length })!;
  assert.equal(sourceOf(packet), "192.0.2.1");
  assert.equal(packet.payloadLength + packet.payloadMissing, 500);
  assert.equal(packet.payloadOffset + packet.payloadLength, 24 + 200);
});

Deno.test("decodePacket() forgets the tunnel of the packet before", () => {
  assert.equal(decoded(frame(ipv4({}, gre(0, 0, EMPTY, EMPTY))))!.encapsulated, false);
});
