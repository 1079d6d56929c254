import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../bytes.ts";
import { LINK_TYPE } from "../net/link_layer.ts";
import { decodePacket, Packet } from "../net/packet.ts";
import { address, fragmentHeader, ipv4, ipv6 } from "../../tests/support/packet_builder.ts";
import { icmpMessage } from "../../tests/support/raw_icmp.ts";
import { quotedTtl, readIcmpError } from "./icmp_error.ts";
import { PROTOCOL, writeIp } from "./ip_packet.ts";
import { writeSyn } from "./syn.ts";
import { writeUdp } from "./udp.ts";

const HOST = "203.0.113.7";
const HOST6 = "2001:db8:ff::7";
const PAIR = { source: address("192.0.2.1"), destination: address(HOST) };
const PAIR6 = { source: address("2001:db8::1"), destination: address(HOST6) };
const PORTS = { sourcePort: 40000, destinationPort: 33434 };

const UDP = writeIp(
  { ...PAIR, protocol: PROTOCOL.udp, ttl: 9 },
  writeUdp({ ...PAIR, ...PORTS }, 100, 1),
);
const UDP6 = writeIp(
  { ...PAIR6, protocol: PROTOCOL.udp, ttl: 9 },
  writeUdp({ ...PAIR6, ...PORTS }, 100, 1),
);

function decoded(bytes: Uint8Array): Packet {
  const packet = new Packet();
  decodePacket(packet, bytes, 0, bytes.length, bytes.length, 0, LINK_TYPE.raw);
  return packet;
}

function v4(message: Uint8Array): Packet {
  return decoded(ipv4({ source: HOST, destination: "192.0.2.1", protocol: 1 }, message));
}

function v6(message: Uint8Array): Packet {
  return decoded(ipv6({ source: HOST6, destination: "2001:db8::1", protocol: 58 }, message));
}

Deno.test("readIcmpError() reads what is quoted, as much as there is", () => {
  const error = readIcmpError(v4(icmpMessage(3, 4, 1400, UDP.subarray(0, 28))));
  assert.ok(error !== undefined);
  const { quote, destination, ...rest } = error;
  assert.deepEqual(rest, {
    type: 3,
    code: 4,
    word: 1400,
    protocol: PROTOCOL.udp,
    ...PORTS,
    sequence: 0x006c0000 + (UDP[26]! << 8 | UDP[27]!),
  });
  assert.deepEqual([...quote], [...UDP.subarray(0, 28)]);
  assert.deepEqual([...destination], [...PAIR.destination]);
  assert.equal(quotedTtl(quote), 9);
});

Deno.test("readIcmpError() reads the sequence number of a SYN, and does without where it is cut off", () => {
  const syn = writeSyn({ ...PAIR, ...PORTS, sequence: 0xfedcba98, timestamp: 1, id: 1 });
  assert.equal(readIcmpError(v4(icmpMessage(3, 1, 0, syn)))?.sequence, 0xfedcba98);
  const short = readIcmpError(v4(icmpMessage(3, 1, 0, syn.subarray(0, 24))));
  assert.deepEqual([short?.sourcePort, short?.sequence], [40000, undefined]);
  assert.equal(readIcmpError(v4(icmpMessage(3, 1, 0, syn.subarray(0, 23)))), undefined);
});

Deno.test("readIcmpError() finds the ports behind options and extension headers", () => {
  const options = Uint8Array.of(0x91, 39, 0, 0);
  const optioned = writeIp(
    { ...PAIR, protocol: PROTOCOL.udp, options },
    writeUdp({ ...PAIR, ...PORTS }, 8, 1),
  );
  const error = readIcmpError(v4(icmpMessage(12, 0, 20 << 24 >>> 0, optioned)));
  assert.deepEqual([error?.destinationPort, error?.word], [33434, 0x14000000]);
  const extended = writeIp(
    { ...PAIR6, protocol: PROTOCOL.destinationOptions },
    concatBytes(
      Uint8Array.of(PROTOCOL.udp, 0, 0x80, 4, 0, 0, 0, 0),
      writeUdp({ ...PAIR6, ...PORTS }, 8, 1),
    ),
  );
  const error6 = readIcmpError(v6(icmpMessage(4, 2, 42, extended)));
  assert.deepEqual(
    [error6?.protocol, error6?.destinationPort, error6?.word],
    [PROTOCOL.udp, 33434, 42],
  );
  assert.equal(quotedTtl(readIcmpError(v6(icmpMessage(1, 4, 0, UDP6)))!.quote), 9);
});

Deno.test("readIcmpError() leaves out what follows the quote (RFC 4884)", () => {
  const padded = concatBytes(UDP.subarray(0, 128), new Uint8Array(20).fill(0xaa));
  // Four-byte units in ICMP, eight-byte units in ICMPv6.
  assert.equal(readIcmpError(v4(icmpMessage(11, 0, 32 << 16, padded)))?.quote.length, 128);
  const padded6 = concatBytes(UDP6.subarray(0, 128), new Uint8Array(20).fill(0xaa));
  const word6 = 16 * 2 ** 24;
  assert.equal(readIcmpError(v6(icmpMessage(3, 0, word6, padded6)))?.quote.length, 128);
  // There the same bits are a pointer.
  assert.equal(readIcmpError(v6(icmpMessage(4, 1, word6, padded6)))?.quote.length, 148);
});

Deno.test("readIcmpError() returns undefined for what is no error, or tells nothing", () => {
  assert.equal(readIcmpError(v4(icmpMessage(0, 0, 0, UDP))), undefined);
  assert.equal(readIcmpError(v4(icmpMessage(5, 0, 0, UDP))), undefined);
  assert.equal(readIcmpError(v6(icmpMessage(129, 0, 0, UDP6))), undefined);
  assert.equal(readIcmpError(v6(icmpMessage(0, 0, 0, UDP6))), undefined);
  assert.equal(readIcmpError(v4(icmpMessage(3, 3, 0, UDP6))), undefined);
  assert.equal(readIcmpError(v6(icmpMessage(1, 4, 0, UDP))), undefined);
  assert.equal(readIcmpError(decoded(UDP)), undefined);
  const later = fragmentHeader(58, 8, 1, icmpMessage(1, 4, 0, UDP6));
  assert.equal(readIcmpError(decoded(ipv6({ protocol: 44 }, later))), undefined);
});

Deno.test("readIcmpError() never throws, whatever is quoted, and copies what it returns", () => {
  const type = fc.constantFrom(1, 2, 3, 4, 11, 12);
  const quotes = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc.tuple(fc.nat(UDP.length), fc.nat(UDP.length - 1), fc.nat(255)).map(([length, at, byte]) => {
      const quote = UDP.slice();
      quote[at] = byte;
      return quote.subarray(0, length);
    }),
  );
  fc.assert(
    fc.property(type, fc.nat(255), fc.nat(0xffffffff), quotes, (type, code, word, quote) => {
      for (const packet of [v4, v6].map((wrap) => wrap(icmpMessage(type, code, word, quote)))) {
        const error = readIcmpError(packet);
        if (error === undefined) continue;
        const before = [...error.quote];
        packet.bytes.fill(0xff);
        assert.deepEqual([...error.quote], before);
      }
    }),
  );
});
