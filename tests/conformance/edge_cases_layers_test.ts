/** One hello under odd layers: tags, labels, tunnels, extension headers, fragments. */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/bytes.ts";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { foundFingerprints, foundValues } from "../support/found_fingerprints.ts";
import { MadeConnection } from "../support/made_connection.ts";
import { helloRecord, listsOf, USUAL } from "../support/made_hello.ts";
import {
  authenticationHeader,
  ethernet,
  etherType,
  extension,
  fragmentHeader,
  frame,
  gre,
  ipv4,
  ipv6,
  mpls,
  ppp,
  pppoe,
  udp,
  vxlan,
  words,
} from "../support/packet_builder.ts";
import { referenceJa4 } from "../support/reference_fingerprints.ts";

const HELLO = helloRecord(USUAL);
const JA4 = referenceJa4(listsOf(USUAL), "t");

const CLIENT6 = "2001:db8::1";
const SERVER6 = "2001:db8:1::2";
const OVER_IPV6 = { client: CLIENT6, server: SERVER6 };

/** IPv6 extension headers and upper layers (IANA protocol numbers). */
const HOP_BY_HOP = 0;
const TCP = 6;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;
const MOBILITY = 135;

function found(packets: readonly CapturedPacket[], client = "192.0.2.1"): void {
  const records = foundFingerprints(packets).filter(({ kind }) => kind === "ja4");
  assert.deepEqual(
    records.map(({ value, src, sport, dport }) => [value, src, sport, dport]),
    [[JA4, client, 40000, 443]],
  );
}

const tagged = (inner: Uint8Array, type: number) =>
  concatBytes(inner.subarray(0, 12), words(type, 0x2064), inner.subarray(12));

/** How an IP packet is put into a frame. */
const LINKS: Readonly<Record<string, (ip: Uint8Array) => Uint8Array>> = {
  "a VLAN tag": (ip) => frame(ip, 0x8100),
  "a priority tag": (ip) => ethernet(0x8100, concatBytes(words(0xe000), words(etherType(ip)), ip)),
  "QinQ of 802.1ad": (ip) => frame(ip, 0x88a8, 0x8100),
  "QinQ of two tags of 802.1Q": (ip) => frame(ip, 0x8100, 0x8100),
  "QinQ of before the standard": (ip) => frame(ip, 0x9100, 0x8100),
  "five tags": (ip) => frame(ip, 0x88a8, 0x88a8, 0x9100, 0x8100, 0x8100),
  "MPLS": (ip) => ethernet(0x8847, mpls(2, ip)),
  "MPLS behind a VLAN tag": (ip) => tagged(ethernet(0x8847, mpls(2, ip)), 0x8100),
  "VLAN in VLAN in MPLS": (ip) => ethernet(0x8847, mpls(2, frame(ip, 0x8100, 0x8100))),
  "VLAN in VLAN in MPLS with a control word": (ip) =>
    ethernet(0x8847, mpls(3, concatBytes(words(0, 7), frame(ip, 0x88a8, 0x8100)))),
  "PPPoE behind two VLAN tags": (ip) =>
    tagged(tagged(ethernet(0x8864, pppoe(ppp(ip))), 0x8100), 0x88a8),
  "padding of Ethernet": (ip) => concatBytes(frame(ip), new Uint8Array(46)),
  "VXLAN with a VLAN tag inside": (ip) =>
    frame(
      ipv4(
        { source: "10.0.0.1", destination: "10.0.0.2", protocol: 17 },
        udp(50000, 4789, vxlan(frame(ip, 0x8100))),
      ),
    ),
  "GRE with a key over IPv6": (ip) =>
    frame(ipv6({ protocol: 47 }, gre(0x2000, etherType(ip), new Uint8Array(4), ip))),
};

for (const [name, link] of Object.entries(LINKS)) {
  Deno.test(`sniff finds a hello under ${name}`, () => {
    const over4 = new MadeConnection({ link });
    found([...over4.open(), ...over4.pieces("client", HELLO, [64])]);
    const over6 = new MadeConnection({ ...OVER_IPV6, link });
    found([...over6.open(), ...over6.pieces("client", HELLO, [64])], CLIENT6);
  });
}

/** A routing header of type 0 with one address that is still to be visited (RFC 2460 4.4). */
function routing(next: number, payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(next, 2, 0, 1, 0, 0, 0, 0), new Uint8Array(16), payload);
}

/** What comes between the IPv6 header and TCP, and the number that announces it. */
const EXTENSIONS: Readonly<
  Record<string, readonly [first: number, wrap: (segment: Uint8Array) => Uint8Array]>
> = {
  "hop-by-hop options": [HOP_BY_HOP, (segment) => extension(TCP, segment)],
  "destination options": [DESTINATION, (segment) => extension(TCP, segment, 16)],
  "a routing header": [ROUTING, (segment) => routing(TCP, segment)],
  "an atomic fragment": [FRAGMENT, (segment) => fragmentHeader(TCP, 0, 7, segment)],
  "an authentication header": [AUTHENTICATION, (segment) => authenticationHeader(TCP, segment)],
  "a mobility header": [MOBILITY, (segment) => extension(TCP, segment)],
  "all of them": [
    HOP_BY_HOP,
    (segment) =>
      extension(
        DESTINATION,
        extension(
          ROUTING,
          routing(
            FRAGMENT,
            fragmentHeader(
              AUTHENTICATION,
              0,
              7,
              authenticationHeader(DESTINATION, extension(TCP, segment, 8)),
            ),
          ),
        ),
      ),
  ],
};

for (const [name, [protocol, wrap]] of Object.entries(EXTENSIONS)) {
  Deno.test(`sniff finds a hello behind ${name} of IPv6`, () => {
    const connection = new MadeConnection({
      ...OVER_IPV6,
      network: (ends, segment) => ipv6({ ...ends, protocol }, wrap(segment)),
    });
    found([...connection.open(), ...connection.pieces("client", HELLO, [64])], CLIENT6);
  });
}

/** The parts of `data` in pieces of `size` bytes, each with its offset and whether more come. */
function fragments(data: Uint8Array, size: number): [offset: number, more: boolean, Uint8Array][] {
  return Array.from({ length: Math.ceil(data.length / size) }, (_, index) => {
    const offset = index * size;
    return [offset, offset + size < data.length, data.subarray(offset, offset + size)];
  });
}

/** Orders in which five fragments may come; one of them twice, and overlapping. */
const ORDERS: Readonly<Record<string, readonly number[]>> = {
  "in order": [0, 1, 2, 3, 4],
  "backwards": [4, 3, 2, 1, 0],
  "mixed up, one of them twice": [2, 4, 0, 2, 3, 1],
};

/** The segment with the hello, which the connection makes, in five fragments. */
function fragmented(
  version: 4 | 6,
  order: readonly number[],
  make: (segment: Uint8Array) => Uint8Array[],
): CapturedPacket[] {
  let segment: Uint8Array = new Uint8Array(0);
  const connection = new MadeConnection({
    ...(version === 6 ? OVER_IPV6 : {}),
    network: (ends, made) => {
      segment = made;
      return version === 6 ? ipv6(ends, made) : ipv4(ends, made);
    },
  });
  const packets = connection.open();
  const [hello] = connection.pieces("client", HELLO);
  const made = make(segment);
  assert.equal(made.length, 5);
  return [...packets, ...order.map((index) => ({ ...hello!, bytes: frame(made[index]!) }))];
}

const FIVE = 48;

for (const [name, order] of Object.entries(ORDERS)) {
  Deno.test(`sniff finds a hello in fragments that come ${name}`, () => {
    found(
      fragmented(
        4,
        order,
        (segment) =>
          fragments(segment, FIVE).map(([offset, more, data]) =>
            ipv4({ id: 99, fragment: (more ? 0x2000 : 0) + offset / 8 }, data)
          ),
      ),
    );
    found(
      fragmented(
        6,
        order,
        (segment) =>
          fragments(segment, FIVE).map(([offset, more, data]) =>
            ipv6({ protocol: FRAGMENT }, fragmentHeader(TCP, offset + (more ? 1 : 0), 99, data))
          ),
      ),
      CLIENT6,
    );
    found(
      fragmented(6, order, (segment) =>
        fragments(segment, FIVE).map(([offset, more, data]) =>
          ipv6(
            { protocol: DESTINATION },
            extension(FRAGMENT, fragmentHeader(TCP, offset + (more ? 1 : 0), 99, data)),
          )
        )),
      CLIENT6,
    );
  });
}

Deno.test("sniff tells JA4L with the hop limits of IPv6", () => {
  const connection = new MadeConnection({
    ...OVER_IPV6,
    network: ({ source, destination }, segment) =>
      ipv6({ source, destination, ttl: source === CLIENT6 ? 57 : 244 }, segment),
  });
  const packets = [...connection.open(), ...connection.pieces("client", HELLO)];
  // SYN, SYN-ACK and ACK are a millisecond apart: half of it each way.
  assert.deepEqual(foundValues(packets, "ja4l_c"), ["500_57"]);
  assert.deepEqual(foundValues(packets, "ja4l_s"), ["500_244"]);
});

Deno.test("sniff reads a frame of which IP has less than Ethernet, and one of which it has more", () => {
  const long = new MadeConnection({
    network: (ends, segment) => ipv4({ ...ends, length: 0 }, segment),
  });
  found([...long.open(), ...long.pieces("client", HELLO)]);
  const trailer = new MadeConnection({
    link: (ip) => concatBytes(frame(ip), Uint8Array.of(0x16, 3, 1, 0, 5)),
  });
  found([...trailer.open(), ...trailer.pieces("client", HELLO, [33, 99])]);
});
