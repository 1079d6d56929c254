import assert from "node:assert/strict";
import {
  fixtureCertificate,
  fixtureDer,
  fixtureNames,
} from "../../tests/support/certificate_fixture.ts";
import { sha256Hex } from "../hash.ts";
import { certificateFacts } from "./certificate_facts.ts";

Deno.test("certificateFacts() says what the certificate says, at the first and at later looks", () => {
  for (const name of fixtureNames()) {
    const der = fixtureDer(name);
    const certificate = fixtureCertificate(name);
    const facts = certificateFacts(der);
    assert.equal(facts.sha256, sha256Hex(der));
    assert.equal(facts.readable, true);
    assert.equal(facts.subject, certificate.subject.text || undefined);
    assert.equal(facts.notAfter, certificate.notAfter);
    assert.match(facts.ja4x!, /^[0-9a-f]{12}_[0-9a-f]{12}_[0-9a-f]{12}$/);
    assert.deepEqual(certificateFacts(der.slice()), facts);
  }
});

Deno.test("certificateFacts() has only the hash of what is no certificate", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert.deepEqual(certificateFacts(bytes), { sha256: sha256Hex(bytes), readable: false });
});
