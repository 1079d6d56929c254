import assert from "node:assert/strict";
import fc from "fast-check";
import { nearest } from "./nearest.ts";

const NAMES = ["tls_client_hello", "tls_session", "ssh_client", "ssh_server", "dhcp"];

Deno.test("nearest() finds what a slip was meant to be", () => {
  const slips = {
    tls_hello: "tls_client_hello",
    client: "ssh_client",
    tls_client_helo: "tls_client_hello",
    sshclient: "ssh_client",
    ssh_serevr: "ssh_server",
    dhpc: "dhcp",
    tls_sessions: "tls_session",
  };
  for (const [slip, meant] of Object.entries(slips)) assert.equal(nearest(slip, NAMES), meant);
});

Deno.test("nearest() finds nothing for what is like nothing", () => {
  for (const text of ["", "x", "ja3", "quic"]) assert.equal(nearest(text, NAMES), undefined);
  assert.equal(nearest("dhcp", []), undefined);
});

Deno.test("nearest() of a name is that name", () => {
  fc.assert(fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (names) => {
    for (const name of names) assert.equal(nearest(name, names), name);
  }));
});
