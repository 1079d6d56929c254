import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes, fromHex, toHex } from "../bytes.ts";
import { SERVER_HELLO } from "../../tests/support/rfc8448_trace.ts";
import {
  chosenAlpn,
  parseEncryptedExtensions,
  parseServerHello,
  retryCookie,
  serverKeyShare,
} from "./server_hello.ts";

const TLS13_BODY = SERVER_HELLO.subarray(4);

const RANDOM = "11".repeat(32);
const RETRY_RANDOM = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

function parseHex(hex: string) {
  return parseServerHello(fromHex(hex));
}

Deno.test("parseServerHello() reads the TLS 1.3 hello of RFC 8448", () => {
  const hello = parseServerHello(TLS13_BODY);
  assert.ok(hello !== undefined);
  assert.equal(hello.legacyVersion, 0x0303);
  assert.equal(hello.version, 0x0304);
  assert.equal(hello.retryRequest, false);
  assert.equal(hello.sessionId.length, 0);
  assert.equal(hello.cipherSuite, 0x1301);
  assert.equal(hello.compressionMethod, 0);
  assert.deepEqual(hello.extensions.map(({ type }) => type), [51, 43]);
  const share = serverKeyShare(hello);
  assert.equal(share?.group, 29);
  assert.equal(
    toHex(share?.publicKey ?? new Uint8Array(0)),
    "c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f",
  );
  assert.equal(retryCookie(hello), undefined);
  assert.equal(chosenAlpn(hello.extensions), undefined);
});

Deno.test("parseServerHello() reads a hello without an extensions block", () => {
  const hello = parseHex(`0301${RANDOM}04aabbccdd002f01`);
  assert.equal(hello?.version, 0x0301);
  assert.equal(hello?.cipherSuite, 0x002f);
  assert.equal(hello?.compressionMethod, 1);
  assert.deepEqual(hello?.sessionId, fromHex("aabbccdd"));
  assert.deepEqual(hello?.extensions, []);
});

Deno.test("parseServerHello() reads extensions in order, and the ALPN choice of TLS 1.2", () => {
  const hello = parseHex(
    `0303${RANDOM}00c02f00` + "0012" + "ff01000100" + "001000050003026832" + "00170000",
  );
  assert.deepEqual(hello?.extensions.map(({ type }) => type), [0xff01, 16, 23]);
  assert.deepEqual(chosenAlpn(hello?.extensions ?? []), new TextEncoder().encode("h2"));
});

Deno.test("parseServerHello() recognises a HelloRetryRequest, its group and its cookie", () => {
  const hello = parseHex(
    `0303${RETRY_RANDOM}00130200` + "0014" + "002b00020304" + "003300020018" + "002c0004" +
      "00020708",
  );
  assert.equal(hello?.retryRequest, true);
  assert.deepEqual(serverKeyShare(hello!), { group: 0x18, publicKey: new Uint8Array(0) });
  assert.deepEqual(retryCookie(hello!), Uint8Array.of(7, 8));
});

Deno.test("parseServerHello() reads drafts up to 21, which have no session id", () => {
  const hello = parseHex(`7f12${RANDOM}1301` + "0006" + "002800020304");
  assert.equal(hello?.version, 0x7f12);
  assert.equal(hello?.cipherSuite, 0x1301);
  assert.deepEqual(hello?.extensions.map(({ type }) => type), [40]);
  const newer = parseHex(`7f1c${RANDOM}00130100`);
  assert.equal(newer?.cipherSuite, 0x1301);
});

Deno.test("parseServerHello() lets bytes after the extensions pass", () => {
  const hello = parseServerHello(concatBytes(TLS13_BODY, Uint8Array.of(1, 2, 3)));
  assert.equal(hello?.extensions.length, 2);
});

Deno.test("parseServerHello() returns undefined wherever a hello is cut short", () => {
  // The hello may end after the compression method, at 38 bytes: there it has no extensions.
  for (let length = 0; length < TLS13_BODY.length; length++) {
    const hello = parseServerHello(TLS13_BODY.subarray(0, length));
    assert.equal(hello === undefined, length !== 38, `${length} bytes`);
  }
});

Deno.test("parseServerHello() returns undefined for an extension longer than its block", () => {
  assert.equal(parseHex(`0303${RANDOM}00c02f00` + "0005" + "ff01000200" + "00"), undefined);
});

Deno.test("chosenAlpn() returns undefined for an empty or broken list", () => {
  for (const data of ["", "00", "0000", "000100", "00040568", "000401ff"]) {
    assert.equal(chosenAlpn([{ type: 16, data: fromHex(data) }]), undefined, data);
  }
});

Deno.test("parseEncryptedExtensions() reads the block, and returns undefined when it is cut", () => {
  const extensions = parseEncryptedExtensions(fromHex("000d" + "00000000" + "001000050003026832"));
  assert.deepEqual(extensions?.map(({ type }) => type), [0, 16]);
  assert.equal(parseEncryptedExtensions(fromHex("0005" + "00000000")), undefined);
  assert.equal(parseEncryptedExtensions(fromHex("0004" + "00000001")), undefined);
  assert.equal(parseEncryptedExtensions(new Uint8Array(0)), undefined);
});

Deno.test("the parsers of a server's hello never throw", () => {
  const nearlyHello = fc.tuple(fc.uint8Array(), fc.nat(TLS13_BODY.length)).map(([bytes, at]) => {
    const body = TLS13_BODY.slice();
    body.set(bytes.subarray(0, body.length - at), at);
    return body;
  });
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), nearlyHello), (body) => {
    const hello = parseServerHello(body);
    if (hello !== undefined) {
      serverKeyShare(hello);
      serverKeyShare({ ...hello, retryRequest: true });
      retryCookie(hello);
      chosenAlpn(hello.extensions);
    }
    parseEncryptedExtensions(body);
    chosenAlpn([{ type: 16, data: body }]);
  }));
});
