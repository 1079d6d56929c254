import assert from "node:assert/strict";
import { fixtureCertificate } from "../../../tests/support/certificate_fixture.ts";
import { parseCertificate } from "../../x509/certificate.ts";
import { derCertificate, derName } from "../../../tests/support/der_builder.ts";
import { ja4x } from "./ja4x.ts";

/** `printf %s 550403 | sha256sum`, and so on, over what `openssl asn1parse` shows. */
const KNOWN: Readonly<Record<string, string>> = {
  // Names: C 550406, O 55040a, CN 550403. Extensions: 551d13, 551d0f, 551d0e.
  "ca": "a373a9f83c6b_a373a9f83c6b_6456b1277d74",
  // Another name for the subject: 55040a, 550403. Extensions: 551d13, 551d11, 551d0e, 551d23.
  "same-cn-other-name": "a373a9f83c6b_769119f9990f_bdb1d1df8c60",
  // Extensions: 551d0f, 551d25, 551d20, 551d1f, 2b06010505070101, 551d11, 2b06010401868d1f01,
  // 2b06010401868d1f02, 551d0e.
  "many": "769119f9990f_769119f9990f_bf24cb9a9235",
  // Names: 2b0601040182373c020103, 55040f, 550405, 550406, 550408, 550407, 550409, 550411, 55040a,
  // 55040b, 55040b, 550403, 2a864886f70d010901. Extensions: 551d13, 551d11, 551d0e.
  "organisation": "cc2016b7d4e3_cc2016b7d4e3_f767e99e8a69",
  // Names: 55040a.
  "no-common-name": "b757977db3a9_b757977db3a9_f767e99e8a69",
  // Names: DC twice, 0992268993f22c640119, then in one relative name 550403 and
  // 0992268993f22c640101.
  "multi-valued": "c569dbe729e4_c569dbe729e4_f767e99e8a69",
};

for (const [name, expected] of Object.entries(KNOWN)) {
  Deno.test(`ja4x() of ${name}.der is ${expected}`, () => {
    assert.equal(ja4x(fixtureCertificate(name)), expected);
  });
}

Deno.test("ja4x() has zeros for an empty name and for no extensions", () => {
  assert.equal(ja4x(fixtureCertificate("empty-subject")), "a373a9f83c6b_000000000000_f7b907c41cad");
  assert.equal(ja4x(fixtureCertificate("rsa-512-md5")), "7022c563de38_7022c563de38_000000000000");
  const empty = parseCertificate(derCertificate({ issuer: derName(), subject: derName() }))!;
  assert.equal(ja4x(empty), "000000000000_000000000000_000000000000");
});
