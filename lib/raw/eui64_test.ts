import assert from "node:assert/strict";
import { address } from "../../tests/support/packet_builder.ts";
import { formatLinkAddress, readInterfaceId } from "./eui64.ts";
import { makerOf } from "./mac_maker.ts";

function read(text: string): string {
  const { kind, linkAddress } = readInterfaceId(address(text));
  return linkAddress === undefined ? kind : `${kind} ${formatLinkAddress(linkAddress)}`;
}

Deno.test("readInterfaceId() finds the link-layer address in an address that was made of one", () => {
  assert.equal(read("fe80::a00:27ff:fe12:3456"), "eui64 08:00:27:12:34:56");
  assert.equal(read("2001:db8::5054:ff:fe0a:1"), "eui64 52:54:00:0a:00:01");
  assert.equal(read("fe80::42:acff:fe11:2"), "eui64 02:42:ac:11:00:02");
});

Deno.test("readInterfaceId() tells small numbers from what gives nothing away", () => {
  assert.equal(read("fe80::1"), "low");
  assert.equal(read("2001:db8::ffff"), "low");
  assert.equal(read("fe80::1:0"), "stable_privacy");
  assert.equal(read("fe80::1c2a:9b3e:77f1:4d05"), "stable_privacy");
});

Deno.test("makerOf() names makers by their prefix, also of addresses that nobody owns", () => {
  const maker = (text: string) => makerOf(Uint8Array.fromHex(text));
  assert.equal(maker("080027123456"), "VirtualBox");
  assert.equal(maker("005056000001"), "VMware");
  assert.equal(maker("525400aabbcc"), "QEMU/KVM");
  assert.equal(maker("0242ac110002"), "Docker");
  assert.equal(maker("42010a800002"), "Google Cloud");
  assert.equal(maker("b827eb000000"), "Raspberry Pi");
  assert.equal(maker("fefefe000000"), undefined);
  assert.equal(maker(""), undefined);
});
