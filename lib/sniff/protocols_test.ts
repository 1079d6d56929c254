import assert from "node:assert/strict";
import { nameLists, sshOpening } from "../../tests/support/ssh_script.ts";
import { helloFor } from "../../tests/support/tcp_talk.ts";
import { concatBytes } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { mayBegin } from "./protocols.ts";

const SSH = sshOpening("SSH-2.0-x", nameLists("a"));

/** What is asked of a segment in the middle of a capture's buffer. */
function begins(segment: Uint8Array | string): boolean {
  const bytes = typeof segment === "string" ? latin1Bytes(segment) : segment;
  const around = latin1Bytes("GET / HTTP/1.1\r\n");
  return mayBegin(concatBytes(around, bytes, around), around.length, bytes.length);
}

Deno.test("mayBegin() is true for the start of all that is read", () => {
  const serverHello = "\x16\x03\x03\0\x7a\x02\0\0\x76\x03\x03";
  const beginnings = [
    helloFor("example.org"),
    serverHello,
    SSH,
    SSH.subarray(SSH.indexOf(0x0a) + 1),
    "GET / HTTP/1.1\r\n",
    "PRI * HTTP/2.0\r\n\r\n",
  ];
  for (const beginning of beginnings) assert.equal(begins(beginning), true, String(beginning));
});

Deno.test("mayBegin() is false for the rest, and does not look behind the segment", () => {
  const others = [
    ...["", "G", "GET / ", "GET / HTTP/1.1", "get / HTTP/1.1\r\n", "SSH", "HELLO THERE\r\n"],
    ...["\x16\x03\x01\0\xff\x03\0\0\xfb\x03\x03", "\x17\x03\x03\0\x50", "\x16\x03\x03\0\x50\x01"],
    ...["\0\0\x01\xff\x04\x14", "\0\0\0\0\0\0\0\0", "HTTP/1.1 200 OK\r\n"],
  ];
  for (const other of others) assert.equal(begins(other), false, JSON.stringify(other));
});
