import assert from "node:assert/strict";
import fc from "fast-check";
import { readTarget } from "./log_targets.ts";

const AT = Date.parse("2026-01-02T03:04:05.006Z");

function line(more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    timestamp: "2026-01-02T03:04:05.006007Z",
    decky: "web",
    service: "ssh",
    event_type: "auth_attempt",
    attacker_ip: "203.0.113.5",
    fields: { src_ip: "203.0.113.5" },
    ...more,
  });
}

Deno.test("readTarget() takes who took part in a conversation with a decoy", () => {
  assert.deepEqual(readTarget(line()), { address: "203.0.113.5", at: AT });
});

Deno.test("readTarget() reads DECNET's older records: time without a zone, ports in addresses", () => {
  assert.deepEqual(readTarget(line({ timestamp: "2026-01-02 03:04:05" })), {
    address: "203.0.113.5",
    at: AT - 6,
  });
  for (const text of ["203.0.113.5:4711", "::ffff:203.0.113.5", "[::ffff:203.0.113.5]:4711"]) {
    const target = readTarget(line({ attacker_ip: text, fields: { remote_addr: text } }));
    assert.deepEqual(target, { address: "203.0.113.5", at: AT }, text);
  }
  const mixed = line({ attacker_ip: "203.0.113.5:4711" });
  assert.deepEqual(readTarget(mixed), { address: "203.0.113.5", at: AT });
});

Deno.test("readTarget() takes nobody out of our own lines", () => {
  for (const service of ["prober", "sniffer", "profiler", "collector", "correlator"]) {
    assert.equal(readTarget(line({ service })), "nobody", service);
  }
});

Deno.test("readTarget() takes nobody whose address a datagram may have forged", () => {
  for (const service of ["snmp", "tftp", "dns"]) {
    assert.equal(readTarget(line({ service })), "nobody", service);
  }
  assert.equal(readTarget(line({ event_type: "amp_probe" })), "nobody");
  for (const name of ["transport", "proto", "protocol"]) {
    const fields = { src_ip: "203.0.113.5", [name]: "UDP" };
    assert.equal(readTarget(line({ fields })), "nobody", name);
  }
});

Deno.test("readTarget() takes no address that stands in no field of its own", () => {
  const attacker_ip = "198.51.100.7";
  const texts = [
    { fields: {} },
    { fields: { command: "curl 198.51.100.7" }, msg: "from 198.51.100.7" },
    { fields: { src_ip: "203.0.113.5", command: attacker_ip } },
    { fields: { src_ip: "198.51.100.70" } },
    { fields: { src_ip: ["198.51.100.7"] } },
    // What the attacker wanted to reach.
    { fields: { target_ip: attacker_ip } },
    { fields: [attacker_ip] },
    { fields: null },
  ];
  for (const text of texts) {
    assert.equal(readTarget(line({ attacker_ip, ...text })), "nobody", JSON.stringify(text));
  }
});

Deno.test("readTarget() takes no address but that of attacker_ip", () => {
  for (const attacker_ip of ["Unknown", "see 203.0.113.5", "", 5, null, ["203.0.113.5"]]) {
    assert.equal(readTarget(line({ attacker_ip })), "nobody", JSON.stringify(attacker_ip));
  }
});

Deno.test("readTarget() passes over what is no event", () => {
  const lines = ["", "{", "[1]", "null", "7", '"x"', "{}", '{"__proto__":{"event_type":"x"}}'];
  for (const text of [...lines, line({ timestamp: "soon" }), line({ event_type: 7 })]) {
    assert.equal(readTarget(text), "no_event", text);
  }
});

Deno.test("readTarget() makes a target of no other JSON, and throws for none", () => {
  const names = ["timestamp", "service", "event_type", "attacker_ip", "fields", "src_ip"];
  const record = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), record.map((r) => JSON.stringify(r))), (text) => {
      assert.ok(typeof readTarget(text) === "string");
    }),
  );
});
