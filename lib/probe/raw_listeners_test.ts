import assert from "node:assert/strict";
import { LINK_TYPE } from "../net/link_layer.ts";
import { decodePacket, Packet } from "../net/packet.ts";
import { RawListeners } from "./raw_listeners.ts";
import { address, ipv4, ipv6, tcp } from "../../tests/support/packet_builder.ts";
import { echoReply6, icmpMessage } from "../../tests/support/raw_icmp.ts";

const ORIGIN = { interfaceIndex: 2, linkAddress: new Uint8Array(6) };
const ONE = "203.0.113.1";
const OTHER = "203.0.113.2";

function decoded(bytes: Uint8Array): Packet {
  const packet = new Packet();
  decodePacket(packet, bytes, 0, bytes.length, bytes.length, 0, LINK_TYPE.raw);
  return packet;
}

/** Who hears a packet, of listeners for ONE, OTHER and all. */
function hearers(bytes: Uint8Array): string[] {
  const listeners = new RawListeners();
  const heard: string[] = [];
  listeners.add(address(ONE), () => heard.push("one"));
  listeners.add(address(OTHER), () => heard.push("other"));
  listeners.add(undefined, () => heard.push("all"));
  listeners.deliver(decoded(bytes), ORIGIN);
  return heard;
}

Deno.test("RawListeners hands segments to those who wait for their sender", () => {
  assert.deepEqual(hearers(ipv4({ source: ONE }, tcp())), ["all", "one"]);
  assert.deepEqual(hearers(ipv4({ source: "203.0.113.3" }, tcp())), ["all"]);
});

Deno.test("RawListeners hands errors to those who wait for whom they are about", () => {
  const quote = ipv4({ source: "192.0.2.1", destination: OTHER }, tcp());
  const error = icmpMessage(3, 1, 0, quote);
  assert.deepEqual(hearers(ipv4({ source: ONE, protocol: 1 }, error)), ["all", "other"]);
  const cut = icmpMessage(3, 1, 0, quote.subarray(0, 20));
  assert.deepEqual(hearers(ipv4({ source: ONE, protocol: 1 }, cut)), ["all"]);
});

Deno.test("RawListeners hands echo replies to those who wait for their sender", () => {
  const listeners = new RawListeners();
  let heard = 0;
  listeners.add(address("fe80::7"), () => heard++);
  for (const source of ["fe80::7", "fe80::8"]) {
    listeners.deliver(decoded(ipv6({ source, protocol: 58 }, echoReply6(1, 2))), ORIGIN);
  }
  assert.equal(heard, 1);
});

Deno.test("RawListeners forgets a listener, and only that one", () => {
  const listeners = new RawListeners();
  const heard: string[] = [];
  const packet = decoded(ipv4({ source: ONE }, tcp()));
  const forgetFirst = listeners.add(address(ONE), () => heard.push("first"));
  const forgetSecond = listeners.add(address(ONE), () => heard.push("second"));
  forgetFirst();
  listeners.deliver(packet, ORIGIN);
  forgetSecond();
  assert.ok(listeners.empty);
  const forgetThird = listeners.add(address(ONE), () => heard.push("third"));
  // Again, and too late.
  forgetFirst();
  forgetSecond();
  listeners.deliver(packet, ORIGIN);
  assert.deepEqual(heard, ["second", "third"]);
  forgetThird();
  const forgetAll = listeners.add(undefined, () => {});
  assert.ok(!listeners.empty);
  forgetAll();
  assert.ok(listeners.empty);
});

Deno.test("RawListeners lets a listener forget itself while it is called", () => {
  const listeners = new RawListeners();
  const heard: string[] = [];
  const packet = decoded(ipv4({ source: ONE }, tcp()));
  const forget = listeners.add(address(ONE), () => {
    heard.push("once");
    forget();
  });
  listeners.add(address(ONE), () => heard.push("always"));
  listeners.deliver(packet, ORIGIN);
  listeners.deliver(packet, ORIGIN);
  assert.deepEqual(heard, ["once", "always", "always"]);
});
