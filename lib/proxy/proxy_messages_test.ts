import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { proxyMessagesEnd } from "./proxy_messages.ts";

const SOCKS5 = fromHex("050100" + "050100017f0000010016");
const SOCKS5_PASSWORD = fromHex("050102" + "01017501" + "70" + "050100030161" + "0016");
const SOCKS4 = fromHex("040100167f00000100");
const PROXY1 = latin1Bytes("PROXY TCP4 192.0.2.1 192.0.2.2 1 22\r\n");

Deno.test("proxyMessagesEnd() passes over SOCKS and the PROXY protocol, also in a row", () => {
  const rest = latin1Bytes("SSH-2.0-x\r\n");
  for (const messages of [SOCKS5, SOCKS5_PASSWORD, SOCKS4, PROXY1, concatBytes(PROXY1, SOCKS5)]) {
    assert.equal(proxyMessagesEnd(concatBytes(messages, rest)), messages.length);
    assert.equal(proxyMessagesEnd(messages), messages.length);
    assert.equal(proxyMessagesEnd(messages.subarray(0, -1)), undefined);
  }
});

Deno.test("proxyMessagesEnd() is 0 where nobody talks to a proxy", () => {
  for (const text of ["", "SSH-2.0-x", "GET / HTTP/1.1\r\n", "\x16\x03\x01"]) {
    assert.equal(proxyMessagesEnd(latin1Bytes(text)), 0, text);
  }
});

Deno.test("proxyMessagesEnd() goes through no more than a few proxies", () => {
  const many = concatBytes(...Array.from({ length: 1000 }, () => SOCKS4));
  assert.equal(proxyMessagesEnd(many), 16 * SOCKS4.length);
});
