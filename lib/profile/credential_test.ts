import assert from "node:assert/strict";
import { sha256Hex } from "../hash.ts";
import { credentialIn, secretHash, secretText } from "./credential.ts";

Deno.test("credentialIn() reads credentials in all the ways in which decoys write them", () => {
  const root = { principal: "root", kind: "password", secret: "toor" };
  assert.deepEqual(credentialIn({ username: "root", password: "toor" }, true), root);
  assert.deepEqual(
    credentialIn({
      ...{ principal: "root", secret_kind: "password", secret_printable: "too?" },
      secret_b64: btoa("toor"),
    }, true),
    root,
  );
  assert.deepEqual(credentialIn({ community: "public" }, true), {
    ...{ principal: "", kind: "community", secret: "public" },
  });
  assert.deepEqual(credentialIn({ user: "git", key_fingerprint: "SHA256:x" }, true), {
    ...{ principal: "git", kind: "publickey", secret: "SHA256:x" },
  });
  assert.equal(credentialIn({ user: "git", fingerprint: "SHA256:x" }, false), undefined);
  assert.equal(credentialIn({ user: "root" }, true), undefined);
});

Deno.test("credentialIn() keeps secrets that are no text apart, and their hash is that of the bytes", () => {
  const bytes = Uint8Array.from([0xff, 0, 1]);
  const found = credentialIn({ secret_b64: btoa("\xff\0\x01") }, true)!;
  assert.equal(secretHash(found.secret), sha256Hex(bytes));
  assert.equal(secretText(found.secret), "b64:/wAB");
  assert.equal(secretHash("toor"), sha256Hex("toor"));
});

Deno.test("credentialIn() takes nothing that could stand for two fields, and nothing endless", () => {
  const found = credentialIn({ username: "a\0password\0b", password: "x".repeat(70_000) }, true)!;
  assert.equal(found.principal, "a password b");
  assert.equal(found.secret.length, 128);
  assert.equal(credentialIn({ secret_b64: "%%%", secret_printable: "x" }, true)?.secret, "x");
});
