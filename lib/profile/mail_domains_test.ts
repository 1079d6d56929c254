import assert from "node:assert/strict";
import { recipientDomains } from "./mail_domains.ts";

Deno.test("recipientDomains() gives one lower-case domain for each recipient, and no local part", () => {
  assert.deepEqual(recipientDomains("<Bob@Contoso.COM>, alice@contoso.com"), [
    ...["contoso.com", "contoso.com"],
  ]);
  assert.deepEqual(recipientDomains('"a@b"@firma.xn--p1ai SIZE=3'), ["firma.xn--p1ai"]);
  assert.deepEqual(recipientDomains("TO:<a@m\u00fcnchen.de.>"), ["m\u00fcnchen.de"]);
});

Deno.test("recipientDomains() gives nothing for names that stand for nobody, and for none", () => {
  for (
    const text of [
      ...["", "bob", "@", "a@localhost", "a@x.test", "a@b.invalid", "a@foo.example", "a@b.local"],
      ...["a@example.com", "a@mail.example.org", "a@[192.0.2.1]", "a@192.0.2.1", "a@-b.com"],
      ...["a@b..com", `a@${"x".repeat(64)}.com`, `a@${"x.".repeat(200)}com`, "a@b.com/../x"],
    ]
  ) assert.deepEqual(recipientDomains(text), [], text);
});
