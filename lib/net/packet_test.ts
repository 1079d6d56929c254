import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { formatAddress } from "./address.ts";
import { decodePacket, Packet } from "./packet.ts";
import {
  authenticationHeader,
  ethernet,
  extension,
  fragmentHeader,
  frame,
  ipv4,
  ipv6,
  tcp,
  text,
  udp,
  words,
} from "../../tests/support/packet_builder.ts";
import { decoded } from "../../tests/support/read_capture.ts";

/** Where the helper puts a frame in its buffer. */
const START = 24;
const ETHERNET = 14;

const OPTIONS = Uint8Array.fromHex("020405b40402080a0001e2400000000001030307");
const SEGMENT = tcp({
  sourcePort: 40000,
  destinationPort: 443,
  sequence: 0xfedcba98,
  acknowledgement: 0x89abcdef,
  flags: 0x1c2,
  window: 64240,
  urgentPointer: 0x1234,
  options: OPTIONS,
}, text("hello"));

/** The fields of `packet` that `expected` names. */
function assertFields(packet: Packet | undefined, expected: Partial<Packet>): void {
  assert.ok(packet !== undefined);
  const names = Object.keys(expected) as (keyof Packet)[];
  assert.deepEqual(Object.fromEntries(names.map((name) => [name, packet[name]])), expected);
}

function payloadOf({ bytes, payloadOffset, payloadLength }: Packet): string {
  return new TextDecoder().decode(bytes.subarray(payloadOffset, payloadOffset + payloadLength));
}

Deno.test("decodePacket() reads TCP over IPv4", () => {
  const packet = decoded(frame(
    ipv4(
      { id: 0xbeef, ttl: 57, trafficClass: 0xb9, options: Uint8Array.of(0x94, 4, 0, 0) },
      SEGMENT,
    ),
  ))!;
  const ip = START + ETHERNET;
  assertFields(packet, {
    micros: 1,
    captured: ETHERNET + 24 + 45,
    wire: ETHERNET + 24 + 45,
    ipVersion: 4,
    ipOffset: ip,
    ipHeaderLength: 24,
    ipOptionLength: 4,
    sourceOffset: ip + 12,
    destinationOffset: ip + 16,
    addressLength: 4,
    ttl: 57,
    trafficClass: 0xb9,
    ipId: 0xbeef,
    dontFragment: true,
    reservedBit: false,
    flowLabel: 0,
    protocol: 6,
    isFragment: false,
    l4Offset: ip + 24,
    l4Length: 45,
    sourcePort: 40000,
    destinationPort: 443,
    payloadOffset: ip + 24 + 40,
    payloadLength: 5,
    payloadMissing: 0,
    sequence: 0xfedcba98,
    acknowledgement: 0x89abcdef,
    tcpFlags: 0x1c2,
    window: 64240,
    tcpHeaderLength: 40,
    urgentPointer: 0x1234,
    encapsulated: false,
  });
  assert.equal(payloadOf(packet), "hello");
});

Deno.test("decodePacket() reads TCP over IPv6", () => {
  const packet = decoded(frame(
    ipv6({ ttl: 255, trafficClass: 0xb9, flowLabel: 0xabcde }, SEGMENT),
  ))!;
  const ip = START + ETHERNET;
  assertFields(packet, {
    ipVersion: 6,
    ipHeaderLength: 40,
    ipOptionLength: 0,
    sourceOffset: ip + 8,
    destinationOffset: ip + 24,
    addressLength: 16,
    ttl: 255,
    trafficClass: 0xb9,
    ipId: -1,
    dontFragment: false,
    reservedBit: false,
    flowLabel: 0xabcde,
    l4Offset: ip + 40,
    l4Length: 45,
    sourcePort: 40000,
    payloadLength: 5,
  });
  const { bytes, sourceOffset } = packet;
  assert.equal(formatAddress(bytes.subarray(sourceOffset, sourceOffset + 16)), "2001:db8::1");
});

Deno.test("decodePacket() tells the three flags of IPv4 apart", () => {
  for (
    const [fragment, reservedBit, dontFragment, moreFragments] of [
      [0x8000, true, false, false],
      [0x4000, false, true, false],
      [0x2000, false, false, true],
    ] as const
  ) {
    const packet = decoded(frame(ipv4({ fragment }, SEGMENT)));
    assertFields(packet, { reservedBit, dontFragment, moreFragments, isFragment: moreFragments });
  }
});

Deno.test("decodePacket() reads the ports of UDP and SCTP, and type and code of ICMP", () => {
  const ping = concatBytes(words(0x0b01, 0, 7, 9), text("quoted"));
  const association = concatBytes(words(5000, 38412, 1, 1, 0, 0), text("chunks"));
  const transports: readonly (readonly [number, Uint8Array, number, number, string])[] = [
    [17, udp(40001, 53, text("query")), 40001, 53, "query"],
    [132, association, 5000, 38412, "chunks"],
    [1, ping, 11, 1, "quoted"],
    [58, ping, 11, 1, "quoted"],
    [50, text("sealed"), 0, 0, "sealed"],
  ];
  for (const [protocol, bytes, sourcePort, destinationPort, payload] of transports) {
    for (const ip of [ipv4({ protocol }, bytes), ipv6({ protocol }, bytes)]) {
      const packet = decoded(frame(ip))!;
      assertFields(packet, {
        protocol,
        sourcePort,
        destinationPort,
        l4Length: bytes.length,
        payloadMissing: 0,
        tcpHeaderLength: 0,
        tcpFlags: 0,
        sequence: 0,
        acknowledgement: 0,
        window: 0,
        urgentPointer: 0,
      });
      assert.equal(payloadOf(packet), payload);
    }
  }
});

Deno.test("decodePacket() leaves Ethernet's padding out", () => {
  for (const ip of [ipv4({}, tcp()), ipv6({}, tcp())]) {
    const padded = concatBytes(frame(ip), text("padding"));
    assertFields(decoded(padded), { l4Length: 20, payloadLength: 0, payloadMissing: 0 });
  }
  const datagram = concatBytes(frame(ipv4({ protocol: 17 }, udp(1, 2, text("all")))), text("pad"));
  assert.equal(payloadOf(decoded(datagram)!), "all");
});

Deno.test("decodePacket() takes what was captured when segmentation offload left no length", () => {
  assert.equal(payloadOf(decoded(frame(ipv4({ length: 0 }, SEGMENT)))!), "hello");
  assert.equal(payloadOf(decoded(frame(ipv6({ length: 0 }, SEGMENT)))!), "hello");
  const cut = frame(ipv4({ length: 0 }, SEGMENT));
  assertFields(decoded(cut.subarray(0, -2), { wire: cut.length }), {
    payloadLength: 3,
    payloadMissing: 2,
  });
});

Deno.test("decodePacket() counts the payload that the snaplen cut off", () => {
  for (const ip of [ipv4({}, SEGMENT), ipv6({}, SEGMENT)]) {
    const whole = frame(ip);
    assertFields(decoded(whole.subarray(0, -2), { wire: whole.length }), {
      payloadLength: 3,
      payloadMissing: 2,
      l4Length: 43,
    });
    // In the middle of the options: all of the payload is missing, and the header as such is there.
    const packet = decoded(whole.subarray(0, -15), { wire: whole.length })!;
    assertFields(packet, {
      tcpHeaderLength: 40,
      l4Length: 30,
      payloadLength: 0,
      payloadMissing: 5,
      tcpFlags: 0x1c2,
      payloadOffset: packet.l4Offset + 30,
    });
    // In the middle of the header: the ports are there.
    assertFields(decoded(whole.subarray(0, -30), { wire: whole.length }), {
      sourcePort: 40000,
      destinationPort: 443,
      tcpHeaderLength: 0,
      tcpFlags: 0,
      sequence: 0,
      l4Length: 15,
      payloadLength: 0,
    });
    assertFields(decoded(whole.subarray(0, -42), { wire: whole.length }), {
      sourcePort: 0,
      l4Length: 3,
    });
  }
  const datagram = frame(ipv4({ protocol: 17 }, udp(40001, 53, text("query"))));
  assertFields(decoded(datagram.subarray(0, -3), { wire: datagram.length }), {
    payloadLength: 2,
    payloadMissing: 3,
  });
  assertFields(decoded(datagram.subarray(0, -7), { wire: datagram.length }), {
    sourcePort: 40001,
    payloadLength: 0,
    payloadMissing: 5,
  });
});

Deno.test("decodePacket() takes a payload that IP announces beyond the frame as missing", () => {
  const packet = decoded(frame(ipv4({ length: 20 + 45 + 100 }, SEGMENT)));
  assertFields(packet, { payloadLength: 5, payloadMissing: 100 });
});

Deno.test("decodePacket() refuses TCP headers that contradict themselves", () => {
  for (const dataOffset of [0, 4, 12]) {
    const bytes = tcp({ sourcePort: 7, dataOffset, flags: 2 }, text("1234567"));
    assertFields(decoded(frame(ipv4({}, bytes))), {
      sourcePort: 7,
      destinationPort: 443,
      tcpHeaderLength: 0,
      tcpFlags: 0,
      payloadLength: 0,
      payloadMissing: 0,
    });
  }
});

Deno.test("decodePacket() cuts the payload of UDP at its own length, where that makes sense", () => {
  const payload = text("datagram and more");
  for (
    const [length, expected] of [
      [16, "datagram"],
      [8, ""],
      [7, ""],
      [0, "datagram and more"],
      [9000, "datagram and more"],
    ] as const
  ) {
    const packet = decoded(frame(ipv4({ protocol: 17 }, udp(1, 2, payload, length))))!;
    assert.equal(payloadOf(packet), expected);
    assert.equal(packet.payloadMissing, 0);
  }
});

Deno.test("decodePacket() finds the transport behind extension headers", () => {
  const chains: readonly (readonly [number, Uint8Array, number])[] = [
    [0, extension(6, SEGMENT), 8],
    [43, extension(6, SEGMENT, 16), 24],
    [60, extension(6, SEGMENT), 8],
    [135, extension(6, SEGMENT), 8],
    [139, extension(6, SEGMENT), 8],
    [140, extension(6, SEGMENT), 8],
    [51, authenticationHeader(6, SEGMENT), 24],
    [44, fragmentHeader(6, 0, 7, SEGMENT), 8],
    [0, extension(43, extension(44, fragmentHeader(60, 0, 7, extension(6, SEGMENT)))), 32],
  ];
  for (const [protocol, bytes, length] of chains) {
    const packet = decoded(frame(ipv6({ protocol }, bytes)))!;
    assertFields(packet, {
      protocol: 6,
      ipHeaderLength: 40 + length,
      ipOptionLength: length,
      isFragment: false,
      sequence: 0xfedcba98,
    });
    assert.equal(payloadOf(packet), "hello");
  }
  assertFields(decoded(frame(ipv4({ protocol: 51 }, authenticationHeader(6, SEGMENT)))), {
    protocol: 6,
    ipHeaderLength: 44,
    ipOptionLength: 0,
    sequence: 0xfedcba98,
  });
});

Deno.test("decodePacket() stops at extension headers that are cut off or too many", () => {
  const cut = frame(ipv6({ protocol: 60 }, extension(6, SEGMENT, 80)));
  assertFields(decoded(cut.subarray(0, 100), { wire: cut.length }), {
    protocol: 60,
    l4Length: 100 - 54,
    sourcePort: 0,
  });
  let many: Uint8Array = SEGMENT;
  for (let count = 0; count < 17; count++) many = extension(count === 0 ? 6 : 60, many);
  assertFields(decoded(frame(ipv6({ protocol: 60 }, many))), { protocol: 60, sourcePort: 0 });
  assertFields(decoded(frame(ipv6({ protocol: 60 }, many.subarray(8)))), { protocol: 6 });
  // In IPv4 these numbers are no extension headers.
  assertFields(decoded(frame(ipv4({ protocol: 60 }, extension(6, SEGMENT)))), { protocol: 60 });
  // Nothing follows.
  assertFields(decoded(frame(ipv6({ protocol: 59 }, text("")))), { protocol: 59, l4Length: 0 });
});

Deno.test("decodePacket() reads fragments, and ports in the first one only", () => {
  const data = udp(40001, 53, new Uint8Array(24));
  const ip = START + ETHERNET;
  assertFields(decoded(frame(ipv4({ protocol: 17, id: 7, fragment: 0x2000 }, data))), {
    isFragment: true,
    moreFragments: true,
    fragmentOffset: 0,
    fragmentId: 7,
    fragmentDataOffset: ip + 20,
    sourcePort: 40001,
    protocol: 17,
  });
  assertFields(decoded(frame(ipv4({ protocol: 17, id: 7, fragment: 0x1fff }, data))), {
    isFragment: true,
    moreFragments: false,
    fragmentOffset: 65528,
    sourcePort: 0,
    destinationPort: 0,
    protocol: 17,
    payloadOffset: ip + 20,
    payloadLength: 32,
    payloadMissing: 0,
  });
  const first = fragmentHeader(60, 1, 0xfedcba98, extension(17, data));
  assertFields(decoded(frame(ipv6({ protocol: 0 }, extension(44, first)))), {
    isFragment: true,
    moreFragments: true,
    fragmentOffset: 0,
    fragmentId: 0xfedcba98,
    fragmentDataOffset: ip + 40 + 8 + 8,
    sourcePort: 40001,
    protocol: 17,
  });
  const later = ipv6({ protocol: 44 }, fragmentHeader(17, 1480, 9, data));
  assertFields(decoded(frame(later)), {
    isFragment: true,
    moreFragments: false,
    fragmentOffset: 1480,
    fragmentId: 9,
    sourcePort: 0,
    protocol: 17,
    ipHeaderLength: 48,
    payloadLength: 32,
  });
});

Deno.test("decodePacket() keeps nothing of the packet before", () => {
  const packet = new Packet();
  const fresh = new Packet();
  const fragment = frame(ipv6({ protocol: 44 }, fragmentHeader(17, 1481, 9, new Uint8Array(8))));
  const frames = [
    frame(ipv4({ fragment: 0xc000 }, SEGMENT)),
    fragment,
    frame(ipv6({ flowLabel: 5 }, SEGMENT)),
    frame(ipv4({ protocol: 17 }, udp(1, 2, text("x")))),
    frame(ipv4({ protocol: 41 }, ipv6({}, SEGMENT))),
    frame(ipv4({}, tcp({ dataOffset: 3 }))),
    frame(ipv4({ protocol: 50 }, text(""))),
  ];
  for (const before of frames) {
    for (const bytes of frames) {
      decodePacket(packet, before, 0, before.length, before.length, 1, 1);
      assert.ok(decodePacket(packet, bytes, 0, bytes.length, bytes.length, 2, 1));
      assert.ok(decodePacket(fresh, bytes, 0, bytes.length, bytes.length, 2, 1));
      assert.deepEqual({ ...packet }, { ...fresh });
    }
  }
});

Deno.test("decodePacket() gives false for what holds no IP packet", () => {
  const packet = new Packet();
  const bad = [
    new Uint8Array(0),
    ethernet(0x0806, new Uint8Array(28)),
    frame(ipv4({}, SEGMENT)).subarray(0, 33),
    frame(ipv4({}, SEGMENT).with(0, 0x44)),
    frame(ipv4({ length: 19 }, SEGMENT)),
    frame(ipv4({ options: new Uint8Array(40) }, text(""))).subarray(0, 60),
    frame(ipv6({}, SEGMENT)).subarray(0, 53),
  ];
  for (const bytes of bad) {
    const good = frame(ipv4({}, SEGMENT));
    assert.ok(decodePacket(packet, good, 0, good.length, good.length, 1, 1));
    assert.equal(decodePacket(packet, bytes, 0, bytes.length, bytes.length, 2, 1), false);
    assert.equal(packet.ipVersion, 0);
  }
});
