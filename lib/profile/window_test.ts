import assert from "node:assert/strict";
import { Window } from "./window.ts";

function add(window: Window, record: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify({
    ...{
      timestamp: "2026-09-01T10:00:00Z",
      decky: "web-01",
      service: "ssh",
      event_type: "connect",
    },
    ...record,
  }));
  return window.add(bytes, 0, bytes.length);
}

Deno.test("Window puts events together by address, however it is written, in the order of the log", () => {
  const window = new Window();
  const names = ["192.0.2.9", "2001:db8::1", "192.0.2.9:5555", "[2001:DB8:0::1]:22", "192.0.2.10"];
  for (const attacker_ip of [...names, "::ffff:192.0.2.9"]) {
    assert.equal(add(window, { schema: 1, attacker_ip }), "event");
  }
  const groups = [...window.byAttacker()].map(({ address, events }) => [address, [...events]]);
  assert.deepEqual(groups, [
    ["192.0.2.10", [4]],
    ["192.0.2.9", [0, 2, 5]],
    ["2001:db8::1", [1, 3]],
  ]);
  window.clear();
  assert.deepEqual([...window.byAttacker()], []);
});

Deno.test("Window looks into the fields of an older record whose address is unknown, and only there", () => {
  const window = new Window();
  const fields = { client_ip: "192.0.2.9" };
  assert.equal(add(window, { attacker_ip: "Unknown", fields }), "event");
  assert.equal(add(window, { fields }), "event");
  assert.equal(add(window, { schema: 1, attacker_ip: "Unknown", fields }), "no_attacker");
  assert.equal(add(window, { attacker_ip: "Unknown" }), "no_attacker");
  assert.deepEqual([...window.byAttacker()].map(({ address }) => address), ["192.0.2.9"]);
});

Deno.test("Window takes lines of our verbs about their own work for nobody's", () => {
  const window = new Window();
  const attacker_ip = "192.0.2.9";
  assert.equal(add(window, { attacker_ip, service: "profiler" }), "own");
  assert.equal(add(window, { attacker_ip, decky: "decnet-correlator" }), "own");
  assert.equal(add(window, { attacker_ip, service: "sniffer" }), "event");
  assert.equal(add(window, { attacker_ip, decky: "decnet-prober", service: "prober" }), "event");
});
