/** JARM against vectors of Salesforce's tool: its hellos to the byte, and its hash of answers. */
import assert from "node:assert/strict";
import { toHex } from "../../lib/bytes.ts";
import { jarmHash } from "../../lib/fingerprint/jarm_hash.ts";
import { JARM_HELLOS, writeJarmHello } from "../../lib/fingerprint/jarm_hello.ts";
import { sha256Hex } from "../../lib/hash.ts";
import vectors from "../fixtures/jarm_vectors.json" with { type: "json" };

const ZERO_SECRETS = {
  random: new Uint8Array(32),
  sessionId: new Uint8Array(32),
  publicKey: new Uint8Array(32),
  grease: 0x0a0a,
};

Deno.test("writeJarmHello() writes the 20 hellos of the reference tool to the byte", () => {
  assert.equal(vectors.hellos.length, 2 * JARM_HELLOS.length);
  for (const { host, name, length, sha256 } of vectors.hellos) {
    const hello = JARM_HELLOS.find((known) => known.name === name);
    assert.ok(hello, `no hello ${name}`);
    const record = writeJarmHello(hello, host, ZERO_SECRETS);
    assert.equal(record.length, length, `${name} for ${host}`);
    assert.equal(sha256Hex(record), sha256, `${name} for ${host}: ${toHex(record)}`);
  }
});

Deno.test("jarmHash() makes the 34 hashes of the reference tool", () => {
  assert.equal(vectors.hashes.length, 34);
  for (const { answers, jarm } of vectors.hashes) {
    assert.equal(jarmHash(answers), jarm, answers.join(","));
  }
});
