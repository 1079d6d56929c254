import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { maskVolatile } from "./banner_mask.ts";

/** Asserts that both visits leave the same, and that it is `masked`. */
function assertSame(first: string, second: string, masked: string): void {
  assert.equal(maskVolatile(first), masked);
  assert.equal(maskVolatile(second), masked);
}

Deno.test("maskVolatile() masks dates and times in the forms that servers write", () => {
  assertSame(
    "220 mx.example.com ESMTP Exim 4.96 Tue, 28 Jun 2026 12:00:00 +0000",
    "220 mx.example.com ESMTP Exim 4.96 Wed, 1 Jul 2026 02:03:04 +0200",
    "220 mx.example.com ESMTP Exim 4.96 *",
  );
  assertSame(
    "220 mail ESMTP Sendmail 8.14.7/8.14.7; Sun, 1 Jan 2017 10:00:00 GMT",
    "220 mail ESMTP Sendmail 8.14.7/8.14.7; Sun, 11 Feb 2018 10:00:00 -0500 (EST)",
    "220 mail ESMTP Sendmail 8.14.7/8.14.7; *",
  );
  assertSame("now Thu Jan  2 03:04:05 2025", "now Fri Oct 31 13:04:05 2025", "now *");
  assertSame("at 2024-01-02 03:04:05.123Z.", "at 2025/11/12.", "at *.");
  assertSame("Local time is now 12:34.", "Local time is now 01:02:03 PM.", "Local time is now *.");
});

Deno.test("maskVolatile() masks addresses", () => {
  assertSame(
    "220 ProFTPD 1.3.5e Server [::ffff:10.0.0.1]",
    "220 ProFTPD 1.3.5e Server [2001:db8::1]",
    "220 ProFTPD 1.3.5e Server [*]",
  );
  assertSame("hello 192.0.2.1:5555!", "hello 198.51.100.77:5555!", "hello *:5555!");
});

Deno.test("maskVolatile() masks message ids, counters and identifiers", () => {
  assertSame(
    "+OK POP3 ready <1896.697170952@dbc.mtview.ca.us>",
    "+OK POP3 ready <1.2@x>",
    "+OK POP3 ready <*>",
  );
  assertSame(
    "220 mx.google.com ESMTP d9443c01a7336-1f9d8a7b3casi123456.45 - gsmtp",
    "220 mx.google.com ESMTP 5b1f17b1804b1-4a2f3e1d2csm98.7 - gsmtp",
    "220 mx.google.com ESMTP * - gsmtp",
  );
  assertSame(
    "You are user number 1 of 50",
    "You are user number 17 of 50",
    "You are user number *",
  );
  assertSame(
    "pid 12 session: 7 no 123456",
    "pid 99999 session: 8888 no 99999",
    "pid * session: * no *",
  );
});

Deno.test("maskVolatile() keeps names and versions", () => {
  for (
    const line of [
      "220 HOST Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready",
      "220 (vsFTPd 3.0.3)",
      "@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4",
      "RFB 003.008",
      "Ubuntu 22.04.3 LTS host login:",
      "220 mx2.example.com ESMTP OpenSMTPD 6.8.0p2",
      "std::string Foo::Bar",
    ]
  ) {
    assert.equal(maskVolatile(line), line);
  }
});

Deno.test("maskVolatile() makes no line longer than its asterisks do", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "Tue, ",
      "28 Jun 2026 ",
      "12:00:00 ",
      "::",
      "1.2.3.4",
      "<a@b>",
      "id 7",
      "a1b2c3d4",
    ),
    fc.string({ unit: CODE_POINT, maxLength: 6 }),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
    assert.ok(maskVolatile(pieces.join("")).length <= pieces.join("").length + pieces.length);
  }));
});
