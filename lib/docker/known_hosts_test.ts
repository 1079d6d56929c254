import assert from "node:assert/strict";
import fc from "fast-check";
import { knownHost } from "./known_hosts.ts";

const [A, B, C] = ["AAAA", "BBBB", "CCCC"];

/** Keys by their base64. */
function keysOf(text: string, hostname: string, port = 22) {
  const { keys, revoked } = knownHost(text, hostname, port);
  return [keys, revoked].map((some) => some.map(({ blob }) => blob.toBase64()));
}

Deno.test("knownHost() finds names, addresses, patterns and ports", () => {
  const text = [
    "# comment",
    "",
    `host.example,192.0.2.1 ssh-ed25519 ${A} comment`,
    `*.wild.example,!not.wild.example ssh-rsa ${B}`,
    `[host.example]:2222 ssh-ed25519 ${C}`,
  ].join("\n");
  assert.deepEqual(keysOf(text, "host.example"), [[A], []]);
  assert.deepEqual(keysOf(text, "HOST.example"), [[A], []]);
  assert.deepEqual(keysOf(text, "192.0.2.1"), [[A], []]);
  assert.deepEqual(keysOf(text, "a.wild.example"), [[B], []]);
  assert.deepEqual(keysOf(text, "not.wild.example"), [[], []]);
  assert.deepEqual(keysOf(text, "host.example", 2222), [[C], []]);
  assert.deepEqual(keysOf(text, "hostxexample"), [[], []]);
  assert.equal(knownHost(text, "host.example", 22).keys[0]!.type, "ssh-ed25519");
});

Deno.test("knownHost() finds hashed names", () => {
  // Made by `ssh-keygen -H` of "host.example".
  const hashed = "|1|mauzcmWmlO2eBY3j/o6PfHyubUk=|w8LvsrNIpq6Lo9Y1WuPr5y8fM+0=";
  assert.deepEqual(keysOf(`${hashed} ssh-ed25519 ${A}`, "host.example"), [[A], []]);
  assert.deepEqual(keysOf(`${hashed} ssh-ed25519 ${A}`, "host.example", 2222), [[], []]);
  assert.deepEqual(keysOf(`${hashed} ssh-ed25519 ${A}`, "other.example"), [[], []]);
});

Deno.test("knownHost() keeps revoked keys apart and leaves out authorities", () => {
  const text = `@revoked * ssh-rsa ${A}\n@cert-authority * ssh-rsa ${B}\nh ssh-rsa ${C}`;
  assert.deepEqual(keysOf(text, "h"), [[C], [A]]);
});

Deno.test("knownHost() passes over what it cannot read", () => {
  for (const line of ["h", "h ssh-rsa", "h ssh-rsa *", "@revoked", "@x h", "|1|*|* ssh-rsa AAAA"]) {
    assert.deepEqual(keysOf(`${line}\nh ssh-rsa ${A}`, "h")[0], [A]);
  }
  fc.assert(fc.property(fc.string(), (text) => {
    knownHost(text, "h", 22);
  }));
});
