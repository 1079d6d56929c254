import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../bytes.ts";
import { clientHelloAt, serverRecordAt, ssl2HelloAt } from "./tls_start.ts";

/** As OpenSSL 3.0 sends it. */
const CLIENT_HELLO = "1603010124010001200303";
const SERVER_HELLO = "160303007a020000760303";
const ALERT = "15030300020228";

Deno.test("clientHelloAt() tells a ClientHello by its first eleven bytes", () => {
  const bytes = fromHex(CLIENT_HELLO);
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(clientHelloAt(bytes.subarray(0, length), 0), "incomplete");
    assert.equal(clientHelloAt(bytes, 0, length), "incomplete");
  }
  assert.equal(clientHelloAt(bytes, 0), "tls");
  assert.equal(clientHelloAt(concatBytes(fromHex("5353"), bytes), 2), "tls");
  assert.equal(clientHelloAt(bytes, 1), "no");
});

Deno.test("clientHelloAt() knows SSL 3.0 to TLS 1.3", () => {
  for (const minor of ["00", "01", "02", "03", "04"]) {
    assert.equal(clientHelloAt(fromHex(`1603${minor}0124010001200303`), 0), "tls");
    assert.equal(clientHelloAt(fromHex(`160301012401000120${"03"}${minor}`), 0), "tls");
  }
});

Deno.test("clientHelloAt() rejects what differs in one byte", () => {
  const cases = [
    "1703010124010001200303",
    "1602010124010001200303",
    "1603050124010001200303",
    "1603010000010001200303",
    "1603014801010001200303",
    "1603010124020001200303",
    "1603010124010101200303",
    "1603010124010001200203",
    "1603010124010001200305",
  ];
  for (const hex of cases) assert.equal(clientHelloAt(fromHex(hex), 0), "no", hex);
});

Deno.test("clientHelloAt() judges a short record by its own bytes", () => {
  assert.equal(clientHelloAt(fromHex("160301000101"), 0), "tls");
  assert.equal(clientHelloAt(fromHex("160301000101ffffffffff"), 0), "tls");
  assert.equal(clientHelloAt(fromHex("160301000201"), 0), "incomplete");
  assert.equal(clientHelloAt(fromHex("160301000102"), 0), "no");
});

Deno.test("serverRecordAt() tells a ServerHello or an alert", () => {
  for (const hex of [SERVER_HELLO, ALERT, "15030100020128"]) {
    const bytes = fromHex(hex);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(serverRecordAt(bytes.subarray(0, length), 0), "incomplete");
    }
    assert.equal(serverRecordAt(bytes, 0), "tls");
    assert.equal(serverRecordAt(concatBytes(bytes, bytes), 0), "tls");
  }
});

Deno.test("serverRecordAt() rejects other records", () => {
  const cases = [
    CLIENT_HELLO,
    "1403030001",
    "15020300020228",
    "15030500020228",
    "15030301020228",
    "15030300030228",
    "15030300020328",
    "170303",
  ];
  for (const hex of cases) assert.equal(serverRecordAt(fromHex(hex), 0), "no", hex);
});

/** Three ciphers, no session, a challenge of 16 bytes. */
const SSL2_HELLO = "8022010301000900000010" + "00002f000035010080" + "5a".repeat(16);

Deno.test("ssl2HelloAt() tells the hello of SSL 2.0 by its first eleven bytes", () => {
  const bytes = fromHex(SSL2_HELLO);
  for (let length = 0; length < 11; length++) {
    assert.equal(ssl2HelloAt(bytes.subarray(0, length), 0), "incomplete");
  }
  assert.equal(ssl2HelloAt(bytes.subarray(0, 11), 0), "tls");
  assert.equal(ssl2HelloAt(concatBytes(fromHex("5353"), bytes), 2), "tls");
});

Deno.test("ssl2HelloAt() rejects what differs in one byte", () => {
  const changes = [[0, 0x00], [0, 0x81], [1, 0x23], [2, 2], [3, 0], [4, 5], [6, 8], [8, 1], [
    10,
    17,
  ]];
  for (const [offset, value] of changes) {
    const bytes = fromHex(SSL2_HELLO);
    bytes[offset!] = value!;
    assert.equal(ssl2HelloAt(bytes, 0), "no", `byte ${offset}`);
  }
});
