import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { findIp, LINK_TYPE } from "./link_layer.ts";
import {
  ethernet,
  frame,
  ipv4,
  ipv6,
  mpls,
  ppp,
  pppoe,
  snap,
  tcp,
  words,
} from "../../tests/support/packet_builder.ts";

const V4 = ipv4({}, tcp());
const V6 = ipv6({}, tcp());

/** Where findIp() finds the IP header of a frame that stands in the middle of a buffer. */
function found(linkType: number, bytes: Uint8Array): number {
  const buffer = concatBytes(new Uint8Array(10).fill(0x45), bytes, V4);
  const at = findIp(buffer, 10, 10 + bytes.length, linkType);
  return at < 0 ? -1 : at - 10;
}

function hex(text: string, ...rest: Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.fromHex(text.replaceAll(" ", "")), ...rest);
}

const ADDRESSES = "020000000002 020000000001";
const DOT11 = "0000 020000000002 020000000001 020000000003 1000";

/** Name, link type, frame, length of what stands before the IP header; -1 where there is none. */
const FRAMES: readonly (readonly [string, number, Uint8Array, number])[] = [
  ["Ethernet, IPv4", LINK_TYPE.ethernet, hex(`${ADDRESSES} 0800`, V4), 14],
  ["Ethernet, IPv6", LINK_TYPE.ethernet, hex(`${ADDRESSES} 86dd`, V6), 14],
  ["Ethernet, ARP", LINK_TYPE.ethernet, hex(`${ADDRESSES} 0806`, V4), -1],
  ["Ethernet that says IPv4 and holds IPv6", LINK_TYPE.ethernet, ethernet(0x0800, V6), -1],
  ["Ethernet that says IPv6 and holds IPv4", LINK_TYPE.ethernet, ethernet(0x86dd, V4), -1],
  ["Ethernet that is too short", LINK_TYPE.ethernet, ethernet(0x0800, V4.subarray(0, 19)), -1],
  ["Ethernet, a VLAN", LINK_TYPE.ethernet, hex(`${ADDRESSES} 8100 2001 0800`, V4), 18],
  ["Ethernet, QinQ", LINK_TYPE.ethernet, hex(`${ADDRESSES} 88a8 0001 8100 0002 86dd`, V6), 22],
  [
    "Ethernet, old QinQ of three",
    LINK_TYPE.ethernet,
    hex(`${ADDRESSES} 9100 0001 9100 0002 8100 0003 0800`, V4),
    26,
  ],
  ["Ethernet, sixteen tags", LINK_TYPE.ethernet, frame(V4, ...Array(16).fill(0x8100)), 14 + 64],
  ["Ethernet, a hundred tags", LINK_TYPE.ethernet, frame(V4, ...Array(100).fill(0x8100)), -1],
  ["Ethernet, a cut tag", LINK_TYPE.ethernet, hex(`${ADDRESSES} 8100 2001`), -1],
  ["Ethernet, LLC and SNAP", LINK_TYPE.ethernet, ethernet(60, snap(0x0800, V4)), 22],
  ["Ethernet, SNAP of 802.1H", LINK_TYPE.ethernet, ethernet(60, snap(0x86dd, V6, 0xf8)), 22],
  ["Ethernet, SNAP of Cisco", LINK_TYPE.ethernet, ethernet(60, snap(0x0800, V4, 0x0c)), -1],
  ["Ethernet, LLC with the SAP of IP", LINK_TYPE.ethernet, ethernet(60, hex("060603", V4)), 17],
  ["Ethernet, a spanning tree", LINK_TYPE.ethernet, ethernet(38, hex("424203", V4)), -1],
  ["PPPoE", LINK_TYPE.ethernet, hex(`${ADDRESSES} 8864 1100 0007 0042 0021`, V4), 22],
  [
    "PPPoE in a VLAN, IPv6",
    LINK_TYPE.ethernet,
    frameOf(0x8100, words(1, 0x8864), pppoe(ppp(V6))),
    26,
  ],
  ["PPPoE, LCP", LINK_TYPE.ethernet, ethernet(0x8864, pppoe(hex("c021", V4))), -1],
  ["PPPoE discovery", LINK_TYPE.ethernet, ethernet(0x8864, hex("1109 0000 0020 0021", V4)), -1],
  ["MPLS", LINK_TYPE.ethernet, hex(`${ADDRESSES} 8847 0001013f`, V4), 18],
  ["MPLS multicast, IPv6", LINK_TYPE.ethernet, ethernet(0x8848, mpls(1, V6)), 18],
  ["MPLS, three labels", LINK_TYPE.ethernet, ethernet(0x8847, mpls(3, V4)), 26],
  ["MPLS, no bottom", LINK_TYPE.ethernet, ethernet(0x8847, new Uint8Array(80)), -1],
  ["MPLS, nothing behind", LINK_TYPE.ethernet, ethernet(0x8847, mpls(1, hex(""))), -1],
  [
    "a pseudowire with control word",
    LINK_TYPE.ethernet,
    ethernet(0x8847, mpls(1, hex("00000000", frame(V4)))),
    14 + 4 + 4 + 14,
  ],
  [
    "a pseudowire without control word",
    LINK_TYPE.ethernet,
    ethernet(0x8847, mpls(1, frame(V6, 0x8100))),
    14 + 4 + 18,
  ],
  [
    "a pseudowire to an address that starts like an IP header",
    LINK_TYPE.ethernet,
    ethernet(0x8847, mpls(1, hex("4400 0000 0002 020000000001 0800", V4))),
    14 + 4 + 14,
  ],
  [
    "a pseudowire with a pseudowire in it",
    LINK_TYPE.ethernet,
    ethernet(0x8847, mpls(1, hex("00000000", ethernet(0x8847, mpls(1, V4))))),
    -1,
  ],
  ["Linux cooked", LINK_TYPE.linuxCooked, hex("0000 0001 0006 020000000001 0000 0800", V4), 16],
  [
    "Linux cooked, IPv6",
    LINK_TYPE.linuxCooked,
    hex("0004 0304 0000 0000000000000000 86dd", V6),
    16,
  ],
  [
    "Linux cooked, a VLAN",
    LINK_TYPE.linuxCooked,
    hex("0000 0001 0006 020000000001 0000 8100 0001 0800", V4),
    20,
  ],
  ["Linux cooked, cut", LINK_TYPE.linuxCooked, hex("0000 0001 0006 020000000001 0000 08"), -1],
  [
    "Linux cooked 2",
    LINK_TYPE.linuxCooked2,
    hex("0800 0000 00000002 0001 00 06 0200000000010000", V4),
    20,
  ],
  ["Linux cooked 2, cut", LINK_TYPE.linuxCooked2, hex("0800 0000 00000002 0001 00 06 020000"), -1],
  ["raw IPv4", LINK_TYPE.raw, V4, 0],
  ["raw IPv6", LINK_TYPE.raw, V6, 0],
  ["raw, by the number of BSD/OS", LINK_TYPE.rawBsdOs, V4, 0],
  ["raw, by the number of OpenBSD", LINK_TYPE.rawOpenBsd, V6, 0],
  ["raw, version 5", LINK_TYPE.raw, V4.with(0, 0x55), -1],
  ["raw, nothing", LINK_TYPE.raw, hex(""), -1],
  ["IPv4", LINK_TYPE.ipv4, V4, 0],
  ["IPv4 that is IPv6", LINK_TYPE.ipv4, V6, -1],
  ["IPv6", LINK_TYPE.ipv6, V6, 0],
  ["IPv6 that is too short", LINK_TYPE.ipv6, V6.subarray(0, 39), -1],
  ["loopback of little-endian hosts", LINK_TYPE.null, hex("02000000", V4), 4],
  ["loopback of big-endian hosts", LINK_TYPE.null, hex("00000002", V4), 4],
  ["loopback of macOS, IPv6", LINK_TYPE.null, hex("1e000000", V6), 4],
  ["loopback of FreeBSD, IPv6", LINK_TYPE.null, hex("1c000000", V6), 4],
  ["loopback of NetBSD, IPv6", LINK_TYPE.null, hex("18000000", V6), 4],
  ["loopback, another family", LINK_TYPE.null, hex("07000000", V4), -1],
  ["loopback, no family", LINK_TYPE.null, hex("02000002", V4), -1],
  ["loopback of OpenBSD", LINK_TYPE.loop, hex("00000018", V6), 4],
  ["PPP", LINK_TYPE.ppp, hex("0021", V4), 2],
  ["PPP with address and control", LINK_TYPE.ppp, hex("ff03 0057", V6), 4],
  ["PPP with a compressed protocol", LINK_TYPE.ppp, hex("21", V4), 1],
  ["PPP in HDLC", LINK_TYPE.pppHdlc, hex("ff03 0021", V4), 4],
  ["PPP, MPLS", LINK_TYPE.pppHdlc, hex("ff03 0281", mpls(1, V4)), 8],
  ["Cisco HDLC", LINK_TYPE.ciscoHdlc, hex("0f00 0800", V4), 4],
  ["Cisco HDLC, multicast", LINK_TYPE.pppHdlc, hex("8f00 86dd", V6), 4],
  ["PPPoE without Ethernet", LINK_TYPE.pppEthernet, pppoe(ppp(V4)), 8],
  ["802.11 data", LINK_TYPE.dot11, hex(`0801 ${DOT11}`, snap(0x0800, V4)), 24 + 8],
  ["802.11 QoS data", LINK_TYPE.dot11, hex(`8802 ${DOT11} 0000`, snap(0x86dd, V6)), 26 + 8],
  [
    "802.11 between access points",
    LINK_TYPE.dot11,
    hex(`0803 ${DOT11} 020000000004`, snap(0x0800, V4)),
    30 + 8,
  ],
  [
    "802.11 with HT control",
    LINK_TYPE.dot11,
    hex(`8882 ${DOT11} 0000 00000000`, snap(0x0800, V4)),
    30 + 8,
  ],
  [
    "802.11, the first of an aggregate",
    LINK_TYPE.dot11,
    hex(`8802 ${DOT11} 8000 ${ADDRESSES} 0030`, snap(0x0800, V4)),
    26 + 14 + 8,
  ],
  ["802.11, encrypted", LINK_TYPE.dot11, hex(`0841 ${DOT11}`, snap(0x0800, V4)), -1],
  ["802.11 without data", LINK_TYPE.dot11, hex(`4801 ${DOT11}`, snap(0x0800, V4)), -1],
  ["802.11 beacon", LINK_TYPE.dot11, hex(`8000 ${DOT11}`, snap(0x0800, V4)), -1],
  [
    "802.11, a later fragment",
    LINK_TYPE.dot11,
    hex("0801 0000 020000000002 020000000001 020000000003 1100", snap(0x0800, V4)),
    -1,
  ],
  [
    "radiotap",
    LINK_TYPE.radiotap,
    hex(`0000 0c00 04000000 02000000 0801 ${DOT11}`, snap(0x0800, V4)),
    12 + 24 + 8,
  ],
  [
    "radiotap, padded",
    LINK_TYPE.radiotap,
    hex(`0000 0900 02000000 20 8802 ${DOT11} 0000 0000`, snap(0x0800, V4)),
    9 + 28 + 8,
  ],
  [
    "radiotap, padded, with a time and two words of presence",
    LINK_TYPE.radiotap,
    hex(
      `0000 1900 03000080 00000000 00000000 1122334455667788 20 8802 ${DOT11} 0000 0000`,
      snap(0x0800, V4),
    ),
    25 + 28 + 8,
  ],
  ["radiotap that is longer than the frame", LINK_TYPE.radiotap, hex("0000 ff00 00000000", V4), -1],
  ["USB", 189, V4, -1],
];

/** An Ethernet frame of the given type around several parts. */
function frameOf(type: number, ...parts: Uint8Array[]): Uint8Array {
  return ethernet(type, concatBytes(...parts));
}

for (const [name, linkType, bytes, length] of FRAMES) {
  Deno.test(`findIp() ${length < 0 ? "finds no IP in" : "reads"} ${name}`, () => {
    assert.equal(found(linkType, bytes), length);
  });
}
