import assert from "node:assert/strict";
import { fromHex } from "../bytes.ts";
import { LINK_TYPE } from "../net/link_layer.ts";
import { decodePacket, Packet } from "../net/packet.ts";
import { readTcpOptions, TcpOptions } from "../net/tcp_options.ts";
import {
  type IpFields,
  ipv4,
  ipv6,
  tcp,
  type TcpFields,
} from "../../tests/support/packet_builder.ts";
import { linuxOptions } from "../../tests/support/raw_fake_answers.ts";
import { stackHash, windowClass } from "./tcpfp_hash.ts";

const LINUX: TcpFields = { flags: 0x12, window: 65160, options: linuxOptions() };

function read(tcpFields: TcpFields = {}, ipFields: IpFields = {}, wrap = ipv4) {
  const bytes = wrap(ipFields, tcp({ ...LINUX, ...tcpFields }));
  const packet = new Packet();
  decodePacket(packet, bytes, 0, bytes.length, bytes.length, 0, LINK_TYPE.raw);
  const options = new TcpOptions();
  readTcpOptions(options, packet);
  return [packet, options] as const;
}

const hash = (tcpFields: TcpFields = {}, ipFields: IpFields = {}) =>
  stackHash(...read(tcpFields, ipFields)).hash;

Deno.test("stackHash() is over a readable line, and 32 hexadecimal digits long", () => {
  const { raw, hash } = stackHash(...read());
  assert.equal(raw, "64:full:1:7:1:1:M,S,T,N,W");
  // printf 64:full:1:7:1:1:M,S,T,N,W | sha256sum
  assert.equal(hash, "a911a9180c07b5531d203a9a04f204c7");
  assert.equal(stackHash(...read({ options: fromHex("02040534") })).raw, "64:65160:1:-1:0:0:M");
  assert.equal(stackHash(...read({ options: fromHex("") })).raw, "64:65160:1:-1:0:0:");
  assert.equal(stackHash(...read({}, {}, ipv6)).raw, "64:full:0:7:1:1:M,S,T,N,W");
});

Deno.test("stackHash() stays the same for all that happens on the way", () => {
  const before = hash();
  assert.equal(hash({}, { ttl: 51 }), before);
  assert.equal(hash({}, { trafficClass: 0x03 }), before);
  assert.equal(hash({}, { trafficClass: 0xb8 }), before);
  assert.equal(hash({}, { id: 0x4711 }), before);
  assert.equal(hash({ flags: 0x52 }), before);
  assert.equal(hash({ sequence: 7, acknowledgement: 9, options: linuxOptions(77) }), before);
  // A tunnel that lowers the MSS: Linux counts by its own link's, others by the lower one.
  assert.equal(hash({ options: linuxOptions(1, 1380) }), before);
  assert.equal(hash({ options: linuxOptions(1, 1380), window: 47 * 1368 }), before);
});

Deno.test("stackHash() changes with all that the host decides", () => {
  const hashes = new Set([
    hash(),
    hash({}, { ttl: 128 }),
    hash({}, { ttl: 255 }),
    hash({}, { ttl: 32 }),
    hash({}, { fragment: 0 }),
    hash({ window: 29200 }),
    hash({ window: 65535 }),
    hash({ options: fromHex("020405b40402080a000003e80000000001030308") }),
    hash({ options: fromHex("020405b40103030704020101080a000003e800000000") }),
    hash({ options: fromHex("020405b401030307") }),
    hash({ options: fromHex("020405b404020103" + "03070000") }),
  ]);
  assert.equal(hashes.size, 11);
});

Deno.test("windowClass() counts in segments where the window is made of some", () => {
  const classOf = (window: number, options = linuxOptions()) =>
    windowClass(...read({ window, options }));
  const plain = fromHex("020405b4");
  assert.equal(classOf(65160), "full");
  assert.equal(classOf(28960), "20s");
  assert.equal(classOf(14480), "10s");
  assert.equal(classOf(64240, plain), "full");
  assert.equal(classOf(29200, plain), "20s");
  assert.equal(classOf(65535), "65535");
  assert.equal(classOf(8192), "8192");
  assert.equal(classOf(0), "0");
  // An MSS that is none.
  assert.equal(classOf(5720, fromHex("02040000")), "5720");
  assert.equal(classOf(5720, fromHex("0204000c")), "5720");
});
