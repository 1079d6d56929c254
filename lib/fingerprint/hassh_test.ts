import assert from "node:assert/strict";
import { md5Hex } from "../hash.ts";
import { OPENSSH_9_2 } from "../../tests/support/fake_ssh_server.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { hassh, hasshServer } from "./hassh.ts";

Deno.test("hasshServer() gives the known hash of OpenSSH 9.2p1 on Debian 12", () => {
  const { hash, raw } = hasshServer(OPENSSH_9_2);
  assert.equal(hash, "425d29fe50d8e4f5e37efb6e24bcf660");
  assert.match(
    raw,
    /^sntrup761x25519-sha512,[^;]*;chacha20[^;]*;umac-64[^;]*;none,zlib@openssh\.com$/,
  );
});

Deno.test("hassh() takes the lists from client to server, hasshServer() those back", () => {
  const kexInit = {
    kexAlgorithms: "kex",
    hostKeyAlgorithms: "key",
    encryptionClientToServer: "enc-out",
    encryptionServerToClient: "enc-in",
    macClientToServer: "mac-out",
    macServerToClient: "mac-in",
    compressionClientToServer: "zip-out",
    compressionServerToClient: "zip-in",
    languagesClientToServer: "de",
    languagesServerToClient: "fr",
  };
  assert.deepEqual(hassh(kexInit), {
    raw: "kex;enc-out;mac-out;zip-out",
    hash: md5Hex("kex;enc-out;mac-out;zip-out"),
  });
  assert.deepEqual(hasshServer(kexInit), {
    raw: "kex;enc-in;mac-in;zip-in",
    hash: md5Hex("kex;enc-in;mac-in;zip-in"),
  });
});

Deno.test("hasshServer() hashes the bytes that were sent, not their UTF-8", () => {
  const kexInit = { ...OPENSSH_9_2, kexAlgorithms: "\xe9\xff" };
  const { hash, raw } = hasshServer(kexInit);
  assert.equal(hash, md5Hex(latin1Bytes(raw)));
  assert.notEqual(hash, md5Hex(raw));
});

Deno.test("hasshServer() of empty lists is the hash of the three separators", () => {
  const nothing = Object.fromEntries(Object.keys(OPENSSH_9_2).map((key) => [key, ""]));
  // md5(";;;")
  assert.equal(
    hasshServer(nothing as unknown as typeof OPENSSH_9_2).hash,
    "95420f9d932ddd22833f17b96a80bedb",
  );
});
