import assert from "node:assert/strict";
import fc from "fast-check";
import { nameOfToken, subjectOf, subjectToken, systemSubject, topicOf } from "./subjects.ts";

Deno.test("topicOf() gives DECNET's topics", () => {
  const topic = (service: string, event_type: string, decky = "web-1") =>
    topicOf({ decky, service, event_type });
  assert.equal(topic("prober", "jarm_fingerprint"), "attacker.fingerprinted");
  assert.equal(topic("prober", "fingerprint_rotated"), "attacker.fingerprint_rotated");
  assert.equal(topic("prober", "prober_startup"), "system.log");
  assert.equal(topic("sniffer", "tls_session"), "decky.web-1.traffic");
  assert.equal(topic("sniffer", "tls_session", "a.b"), "decky.a=2eb.traffic");
  assert.equal(topic("ssh", "auth_attempt"), "credential.captured");
  assert.equal(topic("ssh", "command"), "system.log");
  assert.equal(topic("profiler", "attacker_scored"), "attacker.scored");
});

Deno.test("subjectOf() and systemSubject() stand under the prefix", () => {
  const event = { decky: "d", service: "prober", event_type: "jarm_fingerprint" };
  assert.equal(subjectOf("decnet.edge", event), "decnet.edge.attacker.fingerprinted");
  assert.equal(
    systemSubject("decnet", "sniff", "edge.1", "health"),
    "decnet.system.sniff.edge=2e1.health",
  );
});

Deno.test("subjectToken() gives one token for every name, and each name its own", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (name) => {
    const token = subjectToken(name);
    assert.match(token, /^[A-Za-z0-9_=-]+$/);
    assert.equal(nameOfToken(token), name);
  }));
  assert.equal(nameOfToken("a.b"), undefined);
  assert.equal(nameOfToken("a=zz"), undefined);
});
