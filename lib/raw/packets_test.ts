/** What is written is what the decoder reads, with right checksums. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { LINK_TYPE } from "../net/link_layer.ts";
import { decodePacket, Packet } from "../net/packet.ts";
import { optionLetters, readTcpOptions, TcpOptions } from "../net/tcp_options.ts";
import { foldChecksum, pseudoHeaderSum, sumWords } from "./checksum.ts";
import { writeEcho } from "./echo.ts";
import { PROTOCOL, writeIp } from "./ip_packet.ts";
import { synMss, writeSyn } from "./syn.ts";
import { writeUdp } from "./udp.ts";

const addresses = fc.boolean().chain((isV4) => {
  const length = isV4 ? 4 : 16;
  const address = fc.uint8Array({ minLength: length, maxLength: length });
  return fc.record({ source: address, destination: address });
});
const port = fc.integer({ min: 1, max: 65535 });
const word = fc.integer({ min: 0, max: 0xffffffff });

function decoded(bytes: Uint8Array): Packet {
  const packet = new Packet();
  assert.ok(decodePacket(packet, bytes, 0, bytes.length, bytes.length, 0, LINK_TYPE.raw));
  const { sourceOffset, destinationOffset, addressLength, l4Offset, l4Length } = packet;
  const source = bytes.subarray(sourceOffset, sourceOffset + addressLength);
  const destination = bytes.subarray(destinationOffset, destinationOffset + addressLength);
  if (packet.ipVersion === 4) {
    assert.equal(foldChecksum(sumWords(bytes, 0, packet.ipHeaderLength)), 0);
  }
  const pseudo = packet.protocol === PROTOCOL.icmp
    ? 0
    : pseudoHeaderSum(source, destination, packet.protocol, l4Length);
  assert.equal(foldChecksum(sumWords(bytes, l4Offset, l4Length, pseudo)), 0);
  return packet;
}

function addressesOf({ bytes, sourceOffset, destinationOffset, addressLength }: Packet) {
  return {
    source: bytes.slice(sourceOffset, sourceOffset + addressLength),
    destination: bytes.slice(destinationOffset, destinationOffset + addressLength),
  };
}

Deno.test("writeSyn() writes a SYN with every usual option and right checksums", () => {
  fc.assert(
    fc.property(addresses, port, port, word, word, port, (pair, from, to, sequence, time, id) => {
      const fields = { sourcePort: from, destinationPort: to, sequence, timestamp: time, id };
      const packet = decoded(writeSyn({ ...pair, ...fields }));
      const options = new TcpOptions();
      assert.ok(readTcpOptions(options, packet));
      const isV4 = pair.source.length === 4;
      assert.deepEqual(addressesOf(packet), { ...pair });
      assert.deepEqual(
        [packet.sourcePort, packet.destinationPort, packet.sequence, packet.tcpFlags],
        [from, to, sequence, 2],
      );
      assert.deepEqual(
        [packet.ttl, packet.ipId, packet.dontFragment, packet.window, packet.payloadLength],
        [64, isV4 ? id : -1, isV4, 64240, 0],
      );
      assert.equal(optionLetters(options), "M,S,T,N,W");
      assert.deepEqual(
        [options.mss, options.windowScale, options.timestamp, options.timestampEcho],
        [synMss(pair.source.length), 7, time, 0],
      );
    }),
  );
});

Deno.test("writeUdp() writes a datagram with a right checksum, never 0", () => {
  fc.assert(
    fc.property(addresses, port, port, fc.nat(1400), (pair, from, to, length) => {
      const datagram = writeUdp({ ...pair, sourcePort: from, destinationPort: to }, length, 0x43);
      const packet = decoded(writeIp({ ...pair, protocol: PROTOCOL.udp }, datagram));
      assert.deepEqual([packet.sourcePort, packet.destinationPort], [from, to]);
      assert.equal(packet.payloadLength, length);
      assert.notEqual(datagram[6]! << 8 | datagram[7]!, 0);
    }),
  );
  // These sum up to ffff: 0 is what RFC 768 has for no checksum.
  const source = new Uint8Array(4);
  const places = { source, destination: source, sourcePort: 0xffff - 17 - 16, destinationPort: 0 };
  assert.deepEqual([...writeUdp(places, 0, 0).subarray(6)], [0xff, 0xff]);
});

Deno.test("writeEcho() writes the echo request of either version", () => {
  fc.assert(fc.property(addresses, port, port, (pair, id, sequence) => {
    const packet = decoded(writeEcho({ ...pair, id, sequence }));
    const isV4 = pair.source.length === 4;
    assert.equal(packet.protocol, isV4 ? PROTOCOL.icmp : PROTOCOL.icmpv6);
    assert.equal(packet.sourcePort, isV4 ? 8 : 128);
    const { bytes, l4Offset } = packet;
    assert.equal(bytes[l4Offset + 4]! << 8 | bytes[l4Offset + 5]!, id);
    assert.equal(bytes[l4Offset + 6]! << 8 | bytes[l4Offset + 7]!, sequence);
  }));
});

Deno.test("writeIp() puts options into the header, and refuses what is too long", () => {
  const source = new Uint8Array(4);
  const fields = { source, destination: source, protocol: PROTOCOL.udp, ttl: 1, id: 7 };
  const options = Uint8Array.of(0x91, 39, 0, 0);
  const payload = writeUdp({ ...fields, sourcePort: 1, destinationPort: 2 }, 4, 0);
  const packet = decoded(writeIp({ ...fields, options }, payload));
  assert.deepEqual([packet.ipHeaderLength, packet.ttl, packet.ipId], [24, 1, 7]);
  assert.deepEqual([...packet.bytes.subarray(20, 24)], [...options]);
  assert.equal(writeIp(fields, new Uint8Array(65_515)).length, 65_535);
  assert.throws(() => writeIp(fields, new Uint8Array(65_516)), RangeError);
});
