import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { findIp } from "./link_layer.ts";
import { OTHER_LINK_LAYERS } from "./other_link_layers.ts";
import {
  ethernet,
  etherType,
  frame,
  ipv4,
  ipv6,
  ppp,
  snap,
  tcp,
  words,
} from "../../tests/support/packet_builder.ts";

const V4 = ipv4({}, tcp());
const V6 = ipv6({}, tcp());

function hex(digits: string, ...rest: Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.fromHex(digits.replaceAll(" ", "")), ...rest);
}

const isV4 = (ip: Uint8Array) => ip[0]! >> 4 === 4;
const snapped = (ip: Uint8Array) => snap(etherType(ip), ip);
const DOT11 = "0801 0000 020000000002 020000000001 020000000003 1000";
const ADDRESSES = "020000000002 020000000001";

/** Length of an NFLOG field, and its type, in the byte order of the host. */
function field(type: number, length: number, littleEndian: boolean): Uint8Array {
  const both = words(length, type);
  return littleEndian ? Uint8Array.of(both[1]!, both[0]!, both[3]!, both[2]!) : both;
}

function nflog(ip: Uint8Array, littleEndian: boolean): Uint8Array {
  const before = concatBytes(field(10, 5, littleEndian), hex("41 000000"));
  const payload = concatBytes(field(9, 4 + ip.length, littleEndian), ip);
  return concatBytes(hex(isV4(ip) ? "02 00 0000" : "0a 00 0000"), before, payload);
}

/** Header of a packet tap of Darwin around what `linkType` says, of 108 bytes as they have it. */
function packetTap(linkType: number): Uint8Array {
  return hex("6c000000 01000000", Uint8Array.of(linkType, 0, 0, 0), new Uint8Array(96));
}

/** How an IP packet is framed, as tshark 4.0 reads it, too. */
const FRAMES: readonly (readonly [
  name: string,
  linkType: number,
  wrap: (ip: Uint8Array) => Uint8Array,
])[] = [
  ["Token Ring", 6, (ip) => hex(`10 40 ${ADDRESSES}`, snapped(ip))],
  [
    "Token Ring with a route",
    6,
    (ip) => hex("10 40 020000000002 820000000001 0670 0011 0020", snapped(ip)),
  ],
  ["FDDI", 10, (ip) => hex(`50 ${ADDRESSES}`, snapped(ip))],
  ["ATM", 11, snapped],
  ["ATM by another number", 100, snapped],
  ["Classical IP over ATM", 106, (ip) => ip],
  ["Frame Relay", 107, (ip) => hex(isV4(ip) ? "1841 03 cc" : "1841 03 8e", ip)],
  [
    "Frame Relay with SNAP",
    107,
    (ip) => hex("1841 03 00 80 000000", words(etherType(ip)), ip),
  ],
  ["IPsec of OpenBSD", 109, (ip) => hex("02000000 00000001 00000003", ip)],
  ["a firewall's log", 117, (ip) => hex("3d 02 0000", new Uint8Array(60), ip)],
  [
    "Prism",
    119,
    (ip) => hex("44000000 90000000", new Uint8Array(136), hex(DOT11), snapped(ip)),
  ],
  [
    "AVS",
    163,
    (ip) => hex("80211001 00000040", new Uint8Array(56), hex(DOT11), snapped(ip)),
  ],
  [
    "AVS by the number of Prism",
    119,
    (ip) => hex("80211002 00000060", new Uint8Array(88), hex(DOT11), snapped(ip)),
  ],
  ["SunATM", 123, (ip) => hex("02 00 0020", snapped(ip))],
  ["FireWire", 138, (ip) => concatBytes(new Uint8Array(16), words(etherType(ip)), ip)],
  ["PPI with Ethernet", 192, (ip) => hex("0000 0800 01000000", frame(ip, 0x8100))],
  [
    "PPI with 802.11",
    192,
    (ip) => hex("0000 2000 69000000 0200 1400", new Uint8Array(20), hex(DOT11), snapped(ip)),
  ],
  [
    "PPI with radiotap",
    192,
    (ip) => hex("0000 0800 7f000000 0000 0800 00000000", hex(DOT11), snapped(ip)),
  ],
  ["PPP with a direction", 204, (ip) => hex("00 ff03", ppp(ip))],
  ["NFLOG", 239, (ip) => nflog(ip, true)],
  ["NFLOG of a big-endian host", 239, (ip) => nflog(ip, false)],
  [
    "InfiniBand",
    242,
    (ip) => concatBytes(new Uint8Array(40), words(etherType(ip), 0), ip),
  ],
  ["a packet tap with Ethernet", 258, (ip) => concatBytes(packetTap(1), frame(ip, 0x8100))],
  ["a packet tap with raw IP", 258, (ip) => concatBytes(packetTap(12), ip)],
  [
    "a packet tap with the loopback interface",
    258,
    (ip) => concatBytes(packetTap(0), hex(isV4(ip) ? "02000000" : "1e000000"), ip),
  ],
  ["a packet tap with 802.11", 258, (ip) => concatBytes(packetTap(105), hex(DOT11), snapped(ip))],
  [
    "a packet tap with radiotap",
    258,
    (ip) => concatBytes(packetTap(127), hex("0000 0800 00000000", hex(DOT11)), snapped(ip)),
  ],
];

/** EtherTypes that are not those of IP, on Ethernet. */
const TAGS: readonly (readonly [name: string, wrap: (ip: Uint8Array) => Uint8Array])[] = [
  ["a VN-Tag", (ip) => ethernet(0x8926, hex("80010002", words(etherType(ip)), ip))],
  ["an E-Tag", (ip) => ethernet(0x893f, hex("000120020000", words(etherType(ip)), ip))],
  ["Cisco Meta Data", (ip) => ethernet(0x8909, hex("010100010007", words(etherType(ip)), ip))],
  ["HSR", (ip) => ethernet(0x892f, hex("00420001", words(etherType(ip)), ip))],
  ["a backbone", (ip) => ethernet(0x88e7, hex("00000007", frame(ip)))],
  ["a backbone in a VLAN", (ip) => ethernet(0x88a8, hex("0007 88e7 00000007", frame(ip, 0x8100)))],
  ["802.2 in a long frame", (ip) => ethernet(0x8870, snapped(ip))],
  ["FabricPath", (ip) => ethernet(0x8903, hex("0064", frame(ip)))],
];

const ETHERNET = 1;

for (
  const [name, linkType, wrap] of [
    ...FRAMES,
    ...TAGS.map(([tag, wrap]) => [tag, ETHERNET, wrap] as const),
  ]
) {
  Deno.test(`findIp() reads ${name}`, () => {
    for (const ip of [V4, V6]) {
      const bytes = wrap(ip);
      const buffer = concatBytes(new Uint8Array(10).fill(0x45), bytes, V4);
      const at = findIp(buffer, 10, 10 + bytes.length, linkType);
      assert.equal(at, 10 + bytes.length - ip.length);
    }
  });

  Deno.test(`findIp() finds nothing in ${name} that is cut off before the IP header`, () => {
    const bytes = wrap(V4);
    for (let length = 0; length < bytes.length - V4.length; length++) {
      assert.equal(findIp(bytes, 0, length, linkType), -1, `${length} bytes`);
    }
  });
}

Deno.test("findIp() never throws, and stays within the frame, whatever the link layer", () => {
  const types = fc.constantFrom(...OTHER_LINK_LAYERS.keys());
  fc.assert(fc.property(types, fc.uint8Array({ maxLength: 300 }), (linkType, bytes) => {
    const at = findIp(bytes, 0, bytes.length, linkType);
    assert.ok(at === -1 || at >= 0 && at + 20 <= bytes.length);
  }));
});
