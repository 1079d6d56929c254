import assert from "node:assert/strict";
import { nameLists, sshOpening } from "../../tests/support/ssh_script.ts";
import { helloFor } from "../../tests/support/tcp_talk.ts";
import { concatBytes } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { SideTalk } from "./side_talk.ts";

const HELLO = helloFor("example.org");
const SSH = sshOpening("SSH-2.0-x", nameLists("a"));
const KEXINIT = SSH.subarray(SSH.indexOf(0x0a) + 1);

type Bytes = string | Uint8Array;

/** A side that has said `bytes`, all at once. */
function said(bytes: Bytes): SideTalk {
  const talk = new SideTalk();
  talk.hear(typeof bytes === "string" ? latin1Bytes(bytes) : bytes);
  return talk;
}

/** All judgements of a talk. */
function judge(talk: SideTalk): string {
  const judgements = {
    request: talk.isRequest,
    response: talk.isResponse,
    ssh: talk.isSsh,
    lateSsh: talk.isLateSsh,
    hello: talk.helloType >= 0,
  };
  return Object.entries(judgements).flatMap(([name, is]) => is ? [name] : []).join();
}

const CASES: readonly (readonly [Bytes, string])[] = [
  ["", ""],
  ["GET / HTTP/1.1\r\n", "request"],
  ["GET / HTTP/1.1", ""],
  ["\r\nGET / HTTP/1.1\n", "request"],
  ["GET the idea?\r\n", ""],
  ["HTTP/1.1 200 OK\r\n", "response"],
  ["SSH-2.0-x", "ssh"],
  ["Welcome\r\nSSH-2.0-x\r\n", "lateSsh"],
  ["Welcome\r\nSSH-2.0-x", ""],
  ["Welcome SSH-2.0-x\r\n", ""],
  ["Here is SSH-2.0-y\r\nSSH-2.0-x\r\n", "lateSsh"],
  ["Binary\0\r\nSSH-2.0-x\r\n", ""],
  [KEXINIT, "ssh"],
  [HELLO, "hello"],
  [HELLO.subarray(0, 5), ""],
  [concatBytes(latin1Bytes("x"), HELLO), ""],
];

Deno.test("SideTalk knows what a side begins with, at once and byte by byte", () => {
  for (const [bytes, expected] of CASES) {
    const all = typeof bytes === "string" ? latin1Bytes(bytes) : bytes;
    assert.equal(judge(said(all)), expected, String(bytes));
    const talk = new SideTalk();
    for (let length = 1; length <= all.length; length++) {
      talk.hear(all.subarray(0, length));
      judge(talk);
    }
    assert.equal(judge(talk), expected, `${bytes} byte by byte`);
  }
});

Deno.test("SideTalk finds SSH and TLS behind what comes before them", () => {
  const socks = Uint8Array.of(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, 0, 22);
  assert.equal(said(concatBytes(socks, SSH)).proxyEnd, socks.length);
  assert.equal(said(socks.subarray(0, 9)).proxyEnd, 0);
  assert.equal(said(concatBytes(Uint8Array.of(5, 0), SSH)).sshOffset, 2);
  assert.equal(said(socks).sshOffset, socks.length);
  const client = said(concatBytes(latin1Bytes("STARTTLS\r\n"), HELLO));
  assert.equal(client.clientPreamble(), "tls");
  assert.equal(client.clientHelloOffset, 10);
  assert.equal(said("STARTTLS\r\n").clientPreamble(), "need_more");
  assert.equal(said("\x01").clientPreamble(), "no");
  const server = latin1Bytes("220 go\r\n\x16\x03\x03\0\x7a\x02\0\0\x76\x03\x03");
  assert.equal(said(server).serverPreamble(), "tls");
  assert.equal(said(server.subarray(0, 12)).serverPreamble(), "need_more");
});

Deno.test("SideTalk goes on with a preamble where it was", () => {
  const all = concatBytes(latin1Bytes("EHLO a\r\nSTARTTLS\r\n"), HELLO);
  for (let cut = 1; cut < all.length; cut++) {
    const talk = new SideTalk();
    talk.hear(all.subarray(0, cut));
    if (cut < 18 + 11) assert.equal(talk.clientPreamble(), "need_more", `${cut}`);
    talk.hear(all);
    assert.equal(talk.clientPreamble(), "tls");
    assert.equal(talk.clientHelloOffset, 18);
  }
});
