import assert from "node:assert/strict";
import { logTarget } from "./log_targets.ts";

function line(more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    timestamp: "2026-01-02T03:04:05.000006Z",
    decky: "web",
    service: "ssh",
    event_type: "auth_attempt",
    attacker_ip: "203.0.113.5",
    fields: {},
    ...more,
  });
}

Deno.test("logTarget() takes who took part in a conversation with a decoy", () => {
  assert.deepEqual(logTarget(line()), {
    address: "203.0.113.5",
    timestamp: "2026-01-02T03:04:05.000006Z",
  });
  assert.equal(logTarget(line({ attacker_ip: "203.0.113.5:4711" }))?.address, "203.0.113.5");
  assert.equal(logTarget(line({ attacker_ip: "::ffff:203.0.113.5" }))?.address, "203.0.113.5");
});

Deno.test("logTarget() takes nobody out of our own lines", () => {
  for (const service of ["prober", "sniffer", "profiler", "collector"]) {
    assert.equal(logTarget(line({ service })), undefined, service);
  }
});

Deno.test("logTarget() takes nobody whose address a datagram may have forged", () => {
  for (const service of ["snmp", "tftp", "dns"]) {
    assert.equal(logTarget(line({ service })), undefined, service);
  }
  assert.equal(logTarget(line({ event_type: "amp_probe" })), undefined);
});

Deno.test("logTarget() takes no address out of free text", () => {
  const texts = { msg: "from 198.51.100.7", fields: { command: "curl 198.51.100.7" } };
  assert.equal(logTarget(line({ attacker_ip: "Unknown", schema: 1, ...texts })), undefined);
  assert.equal(logTarget(line({ attacker_ip: "see 198.51.100.7", schema: 1 })), undefined);
});

Deno.test("logTarget() passes over what is no event", () => {
  const lines = ["", "{", "[1]", "null", "7", '"x"', "{}", line({ timestamp: "soon" })];
  for (const text of lines) assert.equal(logTarget(text), undefined, text);
});
