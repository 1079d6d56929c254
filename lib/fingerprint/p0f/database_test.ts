import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDatabase } from "./database.ts";

const FILE = `
; a comment
classes = win,unix,other

[mtu]
label = Ethernet
sig   = 1500
label = DSL
sig   = 1452
sig   = 1492

[tcp:request]
label = s:unix:Linux:6.x
sig   = *:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0

label = g:!:NMap:SYN: scan
sys   = @unix, Windows
sig   = 4:59-:0:1460:1024,0:mss::0

[tcp:response]
label = s:win:Windows:
sig   = *:128:0:*:8192,0:mss,nop,nop,sok:df,id+:0

[http:request]
ua_os = Linux,Windows
label = s:!:Chrome:
sig   = 1:Host,User-Agent:Accept:Chrome
`;

Deno.test("parseDatabase() reads labels and signatures of TCP and MTU", () => {
  const { database, errors } = parseDatabase(FILE);
  assert.deepEqual(errors, []);
  assert.deepEqual([...database.links], [[1500, "Ethernet"], [1452, "DSL"], [1492, "DSL"]]);
  assert.deepEqual(
    database.requests.map(({ label, line }) => [line, label.text]),
    [[14, "s:unix:Linux:6.x"], [18, "g:!:NMap:SYN: scan"]],
  );
  assert.deepEqual(database.requests[1]!.label, {
    text: "g:!:NMap:SYN: scan",
    generic: true,
    family: "!",
    name: "NMap",
    flavour: "SYN: scan",
    osGuess: "nmap",
    systems: ["@unix", "Windows"],
  });
  assert.equal(database.responses.length, 1);
  assert.equal(database.responses[0]!.label.flavour, "");
});

Deno.test("parseDatabase() takes the lines of Windows editors", () => {
  const { database, errors } = parseDatabase(FILE.replaceAll("\n", "\r\n"));
  assert.deepEqual(errors, []);
  assert.equal(database.requests.length, 2);
});

Deno.test("parseDatabase() names the lines that make no sense, and uses the others", () => {
  const { database, errors } = parseDatabase(
    [
      "label = s:unix:Linux:early",
      "[tcp:request]",
      "sig = *:64:0:*:1,0:::0",
      "label = Linux",
      "sig = *:64:0:*:1,0:::0",
      "label = s:unix:Linux:",
      "sig = *:64:0:*:1,0:::x",
      "sig = *:64:0:*:2,0:::0",
      "nonsense",
      "colour = red",
      "[tcp:sideways]",
      "sig = ignored",
      "[mtu]",
      "sig = 1500",
      "label = Ethernet",
      "sig = big",
      "sig = 1500",
      "[tcp:response",
      "label = s:unix:Linux:",
      "sig = *:64:0:*:2,0:::0",
    ].join("\n"),
  );
  assert.deepEqual(errors.map(({ line, message }) => `${line}: ${message}`), [
    "1: 'label' before the first section",
    "3: a signature without a label",
    "4: a label is s or g, class, name and flavour",
    "5: a signature without a label",
    "7: the payload class is 0, + or *, not 'x'",
    "9: neither a section nor 'key = value'",
    "10: unknown key 'colour'",
    "11: unknown section [tcp:sideways]",
    "14: a signature without a label",
    "16: 'big' is no MTU",
  ]);
  assert.deepEqual(database.requests.map(({ line }) => line), [8]);
  assert.deepEqual([...database.links], [[1500, "Ethernet"]]);
  assert.equal(database.responses.length, 1);
});

Deno.test("parseDatabase() keeps a hundred errors of a file that is none", () => {
  const { database, errors } = parseDatabase("%PDF-1.7\n".repeat(5000));
  assert.equal(errors.length, 100);
  assert.equal(database.requests.length, 0);
});

Deno.test("parseDatabase() bears any text", () => {
  const line = fc.oneof(
    fc.constantFrom("[tcp:request]", "[mtu]", "label = s:a:b:c", "sig = 1", "sys = @unix", "="),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
    const { errors } = parseDatabase(lines.join("\n"));
    for (const error of errors) assert.ok(error.line >= 1);
  }));
});
