import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../bytes.ts";
import { MAX_CHAIN_LENGTH, parseCertificateMessage } from "./certificate_message.ts";
import { VERSION } from "./constants.ts";

Deno.test("parseCertificateMessage() reads the list of TLS 1.2", () => {
  const body = fromHex("000009" + "000002aabb" + "000001cc");
  assert.deepEqual(parseCertificateMessage(body, VERSION.tls12), [
    fromHex("aabb"),
    fromHex("cc"),
  ]);
});

Deno.test("parseCertificateMessage() reads the list of TLS 1.3 with its extensions", () => {
  const body = fromHex("0199" + "000010" + "000002aabb" + "0003010203" + "000001cc" + "0000");
  assert.deepEqual(parseCertificateMessage(body, VERSION.tls13), [
    fromHex("aabb"),
    fromHex("cc"),
  ]);
});

Deno.test("parseCertificateMessage() reads an empty list as such", () => {
  assert.deepEqual(parseCertificateMessage(fromHex("000000"), VERSION.ssl30), []);
  assert.deepEqual(parseCertificateMessage(fromHex("00000000"), VERSION.tls13), []);
});

Deno.test("parseCertificateMessage() stops after ten certificates", () => {
  const entries = concatBytes(...Array.from({ length: 50 }, () => fromHex("000001aa")));
  const body = concatBytes(Uint8Array.of(0, 0, entries.length), entries);
  const chain = parseCertificateMessage(body, VERSION.tls12);
  assert.equal(chain?.length, MAX_CHAIN_LENGTH);
});

Deno.test("parseCertificateMessage() returns undefined wherever the message is cut short", () => {
  const tls12 = fromHex("000009" + "000002aabb" + "000001cc");
  const tls13 = fromHex("00" + "00000c" + "000002aabb" + "0000" + "000000" + "0000");
  assert.equal(parseCertificateMessage(tls13, VERSION.tls13)?.length, 2);
  for (let length = 0; length < tls12.length; length++) {
    assert.equal(parseCertificateMessage(tls12.subarray(0, length), VERSION.tls12), undefined);
  }
  for (let length = 0; length < tls13.length; length++) {
    assert.equal(parseCertificateMessage(tls13.subarray(0, length), VERSION.tls13), undefined);
  }
});

Deno.test("parseCertificateMessage() returns undefined for a certificate longer than the list", () => {
  assert.equal(parseCertificateMessage(fromHex("000004" + "000002aa"), VERSION.tls12), undefined);
  assert.equal(parseCertificateMessage(fromHex("000003" + "ffffff"), VERSION.tls12), undefined);
});

Deno.test("parseCertificateMessage() never throws and never makes up certificates", () => {
  fc.assert(fc.property(fc.uint8Array(), fc.constantFrom(0x0301, 0x0304), (body, version) => {
    const chain = parseCertificateMessage(body, version) ?? [];
    const bytes = chain.reduce((total, certificate) => total + certificate.length, 0);
    assert.ok(chain.length <= MAX_CHAIN_LENGTH && bytes <= body.length);
  }));
});
