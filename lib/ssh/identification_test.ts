import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type IdentificationResult,
  isIdentificationBegun,
  parseIdentification,
} from "./identification.ts";
import { latin1, latin1Bytes } from "../text/latin1.ts";

function parse(text: string): IdentificationResult {
  return parseIdentification(latin1Bytes(text));
}

/** What a reader comes to who asks after every byte, and stops at the first answer. */
function parseByteByByte(bytes: Uint8Array): IdentificationResult {
  for (let length = 0; length < bytes.length; length++) {
    const result = parseIdentification(bytes.subarray(0, length));
    if (result !== "incomplete") return result;
  }
  return parseIdentification(bytes);
}

Deno.test("parseIdentification() reads a banner up to LF, with or without CR", () => {
  for (const end of ["\r\n", "\n"]) {
    assert.deepEqual(parse(`SSH-2.0-OpenSSH_9.2p1 Debian-2${end}\0\0\x05`), {
      banner: "SSH-2.0-OpenSSH_9.2p1 Debian-2",
      protocol: "2.0",
      preamble: [],
      length: 30 + end.length,
    });
  }
});

Deno.test("parseIdentification() tells the versions of the protocol apart", () => {
  const cases = [
    ["SSH-1.99-Cisco-1.25\n", "1.99"],
    ["SSH-1.5-1.2.27\r\n", "1.5"],
    ["SSH-2.0-\n", "2.0"],
    ["SSH-2.0\n", "2.0"],
    ["SSH-\n", ""],
  ];
  for (const [text, protocol] of cases) {
    const result = parse(text!);
    assert.ok(typeof result === "object");
    assert.equal(result.protocol, protocol);
  }
});

Deno.test("parseIdentification() keeps text lines before the banner", () => {
  const result = parse(
    "Unauthorised use\r\n\r\n\x1b[31mis\tforbidden\n SSH-1-x\nSSH-2.0-x\r\nrest",
  );
  assert.ok(typeof result === "object");
  assert.deepEqual(result.preamble, [
    "Unauthorised use",
    "",
    "\x1b[31mis\tforbidden",
    " SSH-1-x",
  ]);
  assert.equal(result.banner, "SSH-2.0-x");
  assert.equal(result.length, 58);
});

Deno.test("parseIdentification() keeps every byte of a banner, as Latin-1", () => {
  const result = parse("SSH-2.0-\xe9\x00\x1b[2J\r\r\n");
  assert.ok(typeof result === "object");
  assert.equal(result.banner, "SSH-2.0-\xe9\x00\x1b[2J\r");
});

Deno.test("parseIdentification() says incomplete while a banner may still come", () => {
  for (
    const text of ["", "S", "SSH-", "SSH-2.0-OpenSSH", "Welcome", "Welcome\r\n", "Hi\nSSH-2.0"]
  ) {
    assert.equal(parse(text), "incomplete", JSON.stringify(text));
  }
});

Deno.test("parseIdentification() says not_ssh to binary protocols at their first control byte", () => {
  const cases = [
    "\x15\x03\x03\x00\x02\x02\x28", // a TLS alert
    "\x4a\x00\x00\x00\x0a8.0.36", // MySQL
    "\xff\xfd\x18\xff\xfd\x20", // Telnet
    "Hello\n\x00",
    "ssh-2.0-x\x07",
  ];
  for (const text of cases) assert.equal(parse(text), "not_ssh", JSON.stringify(text));
});

Deno.test("parseIdentification() bounds the banner, each line and all lines together", () => {
  const longest = `SSH-2.0-${"x".repeat(1016)}`;
  assert.ok(typeof parse(`${longest}\n`) === "object");
  assert.equal(parse(longest), "incomplete");
  assert.equal(parse(`${longest}x`), "not_ssh");
  assert.equal(parse(`${longest}x\n`), "not_ssh");
  assert.equal(parse("x".repeat(32_768)), "incomplete");
  assert.equal(parse("x".repeat(32_769)), "not_ssh");
  assert.equal(parse("no banner\n".repeat(4000) + "SSH-2.0-x\n"), "not_ssh");
  assert.ok(typeof parse("notice...\n".repeat(3200) + "SSH-2.0-x\n") === "object");
});

/** Bytes out of which banners, notices and protocols that are not SSH may come to be. */
const opening = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...[
        "SSH-",
        "2.0-",
        "1.99-x",
        "\r\n",
        "\n",
        "\r",
        "S",
        "-",
        "Welcome",
        "\x00",
        "\t",
        "\x1b[1m",
      ],
      ...["x".repeat(1100), "y".repeat(20_000)],
    ),
    fc.string({ maxLength: 5 }),
  ),
  { maxLength: 12 },
).map((parts) => latin1Bytes(parts.join("")));

Deno.test("parseIdentification() comes to the same answer byte by byte as all at once", () => {
  fc.assert(
    fc.property(opening, fc.nat(60), (bytes, keep) => {
      // Every length of a short opening and one of a long one, to stay fast.
      const short = bytes.subarray(0, 200 + keep);
      assert.deepEqual(parseByteByByte(short), parseIdentification(short));
      const cut = parseIdentification(bytes.subarray(0, Math.floor(bytes.length * keep / 60)));
      if (cut !== "incomplete") assert.deepEqual(parseIdentification(bytes), cut);
    }),
  );
});

Deno.test("parseIdentification() never throws, and consumes no more than there is", () => {
  fc.assert(fc.property(fc.oneof(opening, fc.uint8Array({ maxLength: 300 })), (bytes) => {
    const result = parseIdentification(bytes);
    if (typeof result !== "object") return;
    assert.ok(result.length <= bytes.length);
    assert.equal(bytes[result.length - 1], 0x0a);
    assert.match(result.banner, /^SSH-[^\n]*$/);
  }));
});

Deno.test("latin1() gives one character for each byte", () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);
  assert.deepEqual(latin1Bytes(latin1(all)), all);
});

Deno.test("isIdentificationBegun() looks at the last line, however little there is of it", () => {
  const begun = (text: string) => isIdentificationBegun(new TextEncoder().encode(text));
  assert.ok(begun("S") && begun("SSH-2.0-x") && begun("Welcome\r\nSSH"));
  assert.ok(!begun("") && !begun("220 mail") && !begun("SSH-2.0-x\r\n") && !begun("SSL"));
});
