import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { address } from "../../tests/support/packet_builder.ts";
import { FAMILY, parseKernelMessages, RTM } from "./rtnetlink.ts";
import { linkRequest, neighboursRequest, routeRequest } from "./rtnetlink_request.ts";

function attribute(type: number, value: Uint8Array): Uint8Array {
  const padded = new Uint8Array((4 + value.length + 3) & ~3);
  new DataView(padded.buffer).setUint16(0, 4 + value.length, true);
  new DataView(padded.buffer).setUint16(2, type, true);
  padded.set(value, 4);
  return padded;
}

function message(type: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = concatBytes(...parts);
  const header = new DataView(new ArrayBuffer(16));
  header.setUint32(0, 16 + content.length, true);
  header.setUint16(4, type, true);
  return concatBytes(new Uint8Array(header.buffer), content);
}

function u32(value: number): Uint8Array {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

const NEXT = address("192.0.2.1");
const SOURCE = address("192.0.2.2");

/** A struct rtmsg of IPv4, by its type. */
const route = (type: number) => Uint8Array.of(2, 32, 0, 0, 254, 0, 0, type, 0, 0, 0, 0);

Deno.test("parseKernelMessages() reads routes", () => {
  const answer = message(
    RTM.newRoute,
    route(1),
    attribute(1, address("203.0.113.7")),
    attribute(4, u32(3)),
    attribute(7, SOURCE),
    attribute(5, NEXT),
  );
  assert.deepEqual(parseKernelMessages(answer), [{
    kind: "route",
    interfaceIndex: 3,
    source: SOURCE,
    gateway: NEXT,
    local: false,
    toHost: true,
  }]);
  const onLink = message(RTM.newRoute, route(2), attribute(4, u32(1)));
  assert.deepEqual(parseKernelMessages(onLink), [{
    kind: "route",
    interfaceIndex: 1,
    source: undefined,
    gateway: undefined,
    local: true,
    toHost: true,
  }]);
  // RTN_BROADCAST, RTN_MULTICAST, RTN_UNREACHABLE.
  for (const type of [3, 5, 7]) {
    const [read] = parseKernelMessages(message(RTM.newRoute, route(type)));
    assert.ok(read?.kind === "route" && !read.toHost);
  }
  const via = message(
    RTM.newRoute,
    route(1),
    attribute(18, concatBytes(Uint8Array.of(10, 0), address("fe80::1"))),
  );
  const [viaV6] = parseKernelMessages(via);
  assert.deepEqual(viaV6?.kind === "route" && viaV6.gateway, address("fe80::1"));
});

Deno.test("parseKernelMessages() reads interfaces, addresses and neighbours", () => {
  const mac = fromHex("080027123456");
  const link = message(
    RTM.newLink,
    concatBytes(Uint8Array.of(0, 0, 1, 0), u32(7), u32(0), u32(0)),
    attribute(3, new TextEncoder().encode("eth0\0")),
    attribute(4, u32(1500)),
    attribute(1, mac),
  );
  const linkLocal = address("fe80::1");
  const ours = (flags: number) =>
    message(
      RTM.newAddress,
      concatBytes(Uint8Array.of(10, 64, flags, 253), u32(7)),
      attribute(1, linkLocal),
    );
  const neighbour = (state: number) =>
    message(
      RTM.newNeighbour,
      concatBytes(Uint8Array.of(2, 0, 0, 0), u32(7), Uint8Array.of(state, 0, 0, 1)),
      attribute(1, NEXT),
      attribute(2, mac),
    );
  const bytes = concatBytes(
    link,
    ours(0x80),
    ours(0x40),
    neighbour(2),
    neighbour(0x20),
    message(RTM.done, u32(0)),
  );
  const known = { kind: "neighbour", interfaceIndex: 7, address: NEXT };
  assert.deepEqual(parseKernelMessages(bytes), [
    { kind: "link", index: 7, name: "eth0", mtu: 1500, address: mac, hardware: 1 },
    { kind: "address", interfaceIndex: 7, address: linkLocal, usable: true },
    { kind: "address", interfaceIndex: 7, address: linkLocal, usable: false },
    { ...known, linkAddress: mac },
    { ...known, linkAddress: undefined },
    { kind: "done" },
  ]);
});

Deno.test("parseKernelMessages() reads refusals as positive error numbers", () => {
  const refusal = message(RTM.error, fromHex("9bffffff"), new Uint8Array(16));
  assert.deepEqual(parseKernelMessages(refusal), [{ kind: "error", code: 101 }]);
});

Deno.test("parseKernelMessages() never throws, and stops where a length makes no sense", () => {
  const good = message(RTM.newRoute, route(1), attribute(7, SOURCE), attribute(4, u32(3)));
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
      const bytes = concatBytes(good, good);
      bytes[at] = byte;
      assert.ok(parseKernelMessages(bytes.subarray(0, good.length + length)).length <= 8);
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    assert.ok(parseKernelMessages(bytes).length <= bytes.length / 16);
  }));
  assert.deepEqual(parseKernelMessages(message(99, new Uint8Array(40))), []);
});

Deno.test("requests have the form that rtnetlink(7) describes", () => {
  assert.equal(
    routeRequest(address("203.0.113.7")).toHex(),
    // Length, type, flags, sequence, port; family and prefix length; the destination.
    "24000000" + "1a00" + "0100" + "00000000" + "00000000" +
      "02200000" + "0000000000000000" + "08000100cb007107",
  );
  const scoped = routeRequest(address("fe80::1"), { zone: 3 });
  assert.equal(scoped.length, 16 + 12 + 20 + 8);
  assert.equal(scoped.subarray(-8).toHex(), "0800040003000000");
  const from = routeRequest(address("203.0.113.7"), { source: SOURCE });
  assert.deepEqual([from[18], from.subarray(-8).toHex()], [32, "08000200c0000202"]);
  assert.equal(linkRequest(5).subarray(16).toHex(), "00000000" + "05000000" + "0".repeat(16));
  const dump = neighboursRequest(FAMILY.v6);
  assert.deepEqual([dump[4], dump[6]! | dump[7]! << 8, dump[16]], [RTM.getNeighbour, 0x301, 10]);
});
