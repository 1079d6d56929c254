/** Puts the IP packets of a capture into other frames and tunnels, or cuts them into fragments. */
import { concatBytes } from "../../lib/bytes.ts";
import { findIp } from "../../lib/net/link_layer.ts";
import type { CapturedPacket } from "./capture_builder.ts";
import type { Change } from "./changed_segments.ts";
import {
  ethernet,
  etherType,
  extension,
  fragmentHeader,
  frame,
  geneve,
  gre,
  gtpU,
  ipv4,
  ipv6,
  mpls,
  ppp,
  pppoe,
  udp,
  vxlan,
  words,
} from "./packet_builder.ts";

const ETHERNET = 1;
const OUTER = { source: "203.0.113.1", destination: "203.0.113.2" };
const OUTER6 = { source: "2001:db8:ffff::1", destination: "2001:db8:ffff::2" };
const GRE = 47;
const UDP = 17;
const FRAGMENT = 44;

type Wrap = (ip: Uint8Array) => Uint8Array;

const isV4 = (ip: Uint8Array) => ip[0]! >> 4 === 4;
const greType = (ip: Uint8Array) => etherType(ip);
const inUdp = (port: number, payload: Uint8Array) =>
  frame(ipv4({ ...OUTER, protocol: UDP }, udp(50000, port, payload)));

/** Frames around an IP packet. */
export const FRAMES: Readonly<Record<string, Wrap>> = {
  "a VLAN": (ip) => frame(ip, 0x8100),
  "QinQ": (ip) => frame(ip, 0x88a8, 0x8100),
  "a frame with padding and checksum": (ip) =>
    concatBytes(frame(ip), new Uint8Array(11).fill(0x16)),
  "PPPoE": (ip) => ethernet(0x8864, pppoe(ppp(ip))),
  "MPLS": (ip) => ethernet(0x8847, mpls(3, ip)),
  "GRE with key and number": (ip) =>
    frame(ipv4({ ...OUTER, protocol: GRE }, gre(0x3000, greType(ip), new Uint8Array(8), ip))),
  "ERSPAN II": (ip) =>
    frame(ipv4(
      { ...OUTER, protocol: GRE },
      gre(0x1000, 0x88be, new Uint8Array(4), concatBytes(words(0x1001, 0x0001, 0, 7), frame(ip))),
    )),
  "VXLAN": (ip) => inUdp(4789, vxlan(frame(ip, 0x8100))),
  "Geneve with options": (ip) => inUdp(6081, geneve(0x6558, frame(ip), new Uint8Array(8))),
  "GTP-U with an extension": (ip) =>
    inUdp(2152, gtpU(0x34, Uint8Array.of(0, 0, 0, 0x85, 1, 0x10, 9, 0), ip)),
  "IP in IP": (ip) => frame(ipv4({ ...OUTER, protocol: isV4(ip) ? 4 : 41 }, ip)),
  "IP in IPv6 behind options": (ip) =>
    frame(ipv6({ ...OUTER6, protocol: 60 }, extension(isV4(ip) ? 4 : 41, ip, 8))),
};

/** Puts each IP packet into a frame. */
export function inFrames(wrap: Wrap): Change {
  return (packets) =>
    packets.flatMap((captured) => {
      const ip = ipOf(captured);
      return ip === undefined ? [] : [{ bytes: wrap(ip), micros: captured.micros ?? 0 }];
    });
}

/** Cuts each IP packet into fragments and sends them as `order` says. */
export function inFragments(order: (fragments: CapturedPacket[]) => CapturedPacket[]): Change {
  return (packets, random) =>
    packets.flatMap((captured) => {
      const ip = ipOf(captured);
      if (ip === undefined) return [];
      const id = random.below(0x10000);
      const fragments: CapturedPacket[] = [];
      const header = isV4(ip) ? (ip[0]! & 15) * 4 : 40;
      for (let at = 0; at < ip.length - header;) {
        const size = 8 * (1 + random.below(30));
        const piece = ip.subarray(header + at, header + at + size);
        const more = header + at + size < ip.length;
        const whole = isV4(ip)
          ? fragment4(ip.slice(0, header), at, more, id, piece)
          : fragment6(ip.slice(0, header), at, more, id, piece);
        fragments.push({ bytes: frame(whole), micros: captured.micros ?? 0 });
        at += size;
      }
      return order(fragments);
    });
}

function fragment4(
  header: Uint8Array,
  at: number,
  more: boolean,
  id: number,
  piece: Uint8Array,
): Uint8Array {
  header.set(words(header.length + piece.length, id, (more ? 0x2000 : 0) | at / 8), 2);
  return concatBytes(header, piece);
}

function fragment6(
  header: Uint8Array,
  at: number,
  more: boolean,
  id: number,
  piece: Uint8Array,
): Uint8Array {
  const data = fragmentHeader(header[6]!, at | (more ? 1 : 0), id, piece);
  header.set(words(data.length), 4);
  header[6] = FRAGMENT;
  return concatBytes(header, data);
}

/** The IP packet in an Ethernet frame, without what stands behind it. */
function ipOf({ bytes }: CapturedPacket): Uint8Array | undefined {
  const at = findIp(bytes, 0, bytes.length, ETHERNET);
  if (at < 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = bytes[at]! >> 4 === 4 ? view.getUint16(at + 2) : 40 + view.getUint16(at + 4);
  return bytes.subarray(at, at + length);
}
