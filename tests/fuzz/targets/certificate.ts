/** X.509 certificates: what they say, and whether they are signed with their own key. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { attackerAddress } from "../../../lib/event/attacker.ts";
import { ja4x } from "../../../lib/fingerprint/ja4plus/ja4x.ts";
import { describeCertificate } from "../../../lib/probe/certificate_description.ts";
import { type Certificate, parseCertificate } from "../../../lib/x509/certificate.ts";
import { TAG } from "../../../lib/x509/der.ts";
import { MAX_ALTERNATIVE_NAMES, readAlternativeNames } from "../../../lib/x509/general_names.ts";
import { decodeOid } from "../../../lib/x509/oid.ts";
import { decodeString, MAX_TEXT_LENGTH } from "../../../lib/x509/strings.ts";
import { decodeTime } from "../../../lib/x509/time.ts";
import { derCertificate } from "../../support/der_builder.ts";
import type { FuzzTarget } from "../target.ts";

const FOLDER = fileURLToPath(new URL("../../fixtures/certificates/", import.meta.url));

/** Larger ones are larger versions of others. */
const MAX_SEED = 4096;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

export const CERTIFICATE: FuzzTarget = {
  name: "certificate",
  seeds: () => [
    derCertificate(),
    ...[...Deno.readDirSync(FOLDER)]
      .map(({ name }) => name)
      .filter((name) => name.endsWith(".der"))
      .sort()
      .map((name) => Deno.readFileSync(FOLDER + name))
      .filter(({ length }) => length <= MAX_SEED),
  ],
  async run(input) {
    parts(input);
    const certificate = parseCertificate(input);
    if (certificate === undefined) return "none";
    check(certificate, input);
    const { fields, lines } = await describeCertificate(input, true);
    assert.ok(JSON.stringify([fields, lines]).length <= 64 * 1024 + 16 * input.length);
    assert.equal(attackerAddress(fields), "Unknown");
    const { publicKey, signatureAlgorithm, extensionOids } = certificate;
    return [
      ...[fields["self_signed"], publicKey.type, publicKey.bits !== undefined, publicKey.curve],
      ...[signatureAlgorithm.name, extensionOids.length, certificate.version, certificate.isCa],
    ].join();
  },
};

function check(certificate: Certificate, input: Uint8Array): void {
  const { subject, issuer, serial, notBefore, notAfter, alternativeNames } = certificate;
  for (const text of [subject.text, issuer.text, ...alternativeNames.map(({ value }) => value)]) {
    assert.ok(text.isWellFormed() && text.length <= 2 * MAX_TEXT_LENGTH, text.slice(0, 80));
  }
  assert.match(serial, /^(?:[0-9a-f]{2}){0,64}$/);
  for (const time of [notBefore, notAfter]) if (time !== undefined) assert.match(time, TIME);
  assert.ok(certificate.der.length <= input.length && certificate.tbs.length <= input.length);
  assert.ok(alternativeNames.length <= MAX_ALTERNATIVE_NAMES);
  assert.match(ja4x(certificate), /^[0-9a-f]{12}_[0-9a-f]{12}_[0-9a-f]{12}$/);
}

/** The input as each of the parts that certificates are made of. */
function parts(input: Uint8Array): void {
  const oid = decodeOid(input);
  if (oid !== undefined) assert.match(oid, /^[0-2]\.\d+(?:\.\d+)*$/);
  for (const tag of Object.values(TAG)) {
    const text = decodeString(tag, input);
    assert.ok(text === undefined || text.isWellFormed() && text.length <= MAX_TEXT_LENGTH);
    const time = decodeTime({ tag, content: input, raw: input });
    if (time !== undefined) assert.match(time, TIME);
  }
  const { names, count } = readAlternativeNames(input);
  assert.ok(names.length <= count && count <= input.length);
}
