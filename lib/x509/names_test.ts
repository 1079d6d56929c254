import assert from "node:assert/strict";
import { concatBytes, toHex } from "../bytes.ts";
import { fixtureCertificate } from "../../tests/support/certificate_fixture.ts";
import { DerReader, TAG } from "./der.ts";
import { der, derHex, derName, derSequence, derText } from "../../tests/support/der_builder.ts";
import { attributeTypes, firstCommonName, type Name, readName } from "./names.ts";

const CN = "550403";
const O = "55040a";

function read(bytes: Uint8Array): Name {
  return readName(new DerReader(bytes))!;
}

function utf8(text: string): Uint8Array {
  return derText(TAG.utf8String, text);
}

Deno.test("readName() writes the last relative name first (RFC 4514 2.1)", () => {
  assert.equal(read(derName([O, utf8("Example")], [CN, utf8("a")])).text, "CN=a,O=Example");
  assert.equal(read(derName()).text, "");
});

Deno.test("readName() writes the parts of a relative name with + between them", () => {
  assert.equal(
    fixtureCertificate("multi-valued").subject.text,
    "CN=John Doe+UID=jdoe,DC=example,DC=org",
  );
});

Deno.test("readName() escapes what RFC 4514 2.4 has escaped", () => {
  const escaped: Record<string, string> = {
    'a"b+c,d;e<f>g\\h=i': 'a\\"b\\+c\\,d\\;e\\<f\\>g\\\\h=i',
    "#a#": "\\#a#",
    " a b ": "\\ a b\\ ",
    " ": "\\ ",
    "  ": "\\ \\ ",
    "#": "\\#",
    "\0": "\\00",
    "a\0b": "a\\00b",
    "": "",
  };
  for (const [value, text] of Object.entries(escaped)) {
    assert.equal(read(derName([CN, utf8(value)])).text, `CN=${text}`);
  }
});

Deno.test("readName() keeps control characters and bidirectional overrides as they are", () => {
  const value = "a\nb\rc\x1bd\x85e\u202ef\u2028g";
  assert.equal(read(derName([CN, utf8(value)])).text, `CN=${value}`);
});

Deno.test("readName() writes the hexadecimal of what has no name or is no string", () => {
  assert.equal(read(derName(["2a0304", utf8("Hi")])).text, "1.2.3.4=#0c024869");
  assert.equal(read(derName([CN, derHex(TAG.integer, "05")])).text, "CN=#020105");
  assert.equal(read(derName(["ff", utf8("Hi")])).text, "#ff=#0c024869");
});

Deno.test("readName() keeps the whole element and the order of encoding", () => {
  const bytes = derName([O, utf8("x")], [CN, utf8("y")]);
  const name = readName(new DerReader(concatBytes(bytes, derHex(TAG.null, ""))))!;
  assert.equal(toHex(name.der), toHex(bytes));
  assert.deepEqual(attributeTypes(name).map(toHex), [O, CN]);
});

Deno.test("readName() reads 64 attributes and 4,096 characters", () => {
  const many = derName(
    ...Array.from({ length: 70 }, (_, index) => [CN, utf8(`${index}`)] as const),
  );
  const name = read(many);
  assert.equal(attributeTypes(name).length, 64);
  assert.ok(name.text.startsWith("CN=63,CN=62,"));
  const wide = derSequence(
    der(TAG.set, ...Array.from({ length: 70 }, () => derSequence(derHex(TAG.oid, CN), utf8("x")))),
  );
  assert.equal(attributeTypes(read(wide)).length, 64);
  const long = read(derName([O, utf8("x")], [CN, utf8("\u{1f640}".repeat(9000))]));
  assert.equal(long.text.length, 4096);
  assert.ok(long.text.isWellFormed());
  assert.equal(read(derName([CN, der(TAG.integer, new Uint8Array(1 << 20))])).text.length, 4096);
});

Deno.test("readName() leaves out what is malformed and reads on", () => {
  const good = der(TAG.set, derSequence(derHex(TAG.oid, CN), utf8("good")));
  const malformed = [
    der(TAG.set),
    der(TAG.set, derSequence(derHex(TAG.oid, CN))),
    der(TAG.set, derSequence(utf8("x"), utf8("y"))),
    der(TAG.set, derHex(TAG.sequence, "0603")),
    derHex(TAG.set, "3080"),
  ];
  for (const part of malformed) {
    assert.equal(read(derSequence(part, good)).text, "CN=good", toHex(part));
  }
  assert.equal(read(derSequence(good, derSequence(), good)).text, "CN=good");
});

Deno.test("readName() returns undefined where there is no SEQUENCE", () => {
  for (const bytes of [new Uint8Array(0), utf8("x"), derHex(TAG.set, "")]) {
    assert.equal(readName(new DerReader(bytes)), undefined);
  }
});

Deno.test("firstCommonName() gives the first that is a string, unescaped", () => {
  const name = read(
    derName([O, utf8("x")], [CN, derHex(TAG.integer, "05")], [CN, utf8("a,b")], [CN, utf8("c")]),
  );
  assert.equal(firstCommonName(name), "a,b");
  assert.equal(firstCommonName(read(derName([O, utf8("x")]))), undefined);
  assert.equal(firstCommonName(read(derName([CN, utf8("")]))), "");
});
