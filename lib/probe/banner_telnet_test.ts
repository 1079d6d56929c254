import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../bytes.ts";
import { latin1, latin1Bytes } from "../text/latin1.ts";
import { parseTelnet } from "./banner_telnet.ts";

function parse(text: string) {
  const result = parseTelnet(latin1Bytes(text));
  return result === undefined ? undefined : { ...result, text: latin1(result.text) };
}

Deno.test("parseTelnet() lists options in order and gives the text between them", () => {
  const bytes = fromHex("fffd18fffd20fffd23fffd27fffb01fffe63");
  assert.deepEqual(parse(`${latin1(bytes)}\r\nhost \xff\xfb\x03login: `), {
    options: [
      ...["do terminal-type", "do terminal-speed", "do x-display-location", "do new-environment"],
      ...["will echo", "dont 99", "will suppress-go-ahead"],
    ],
    text: "\r\nhost login: ",
  });
});

Deno.test("parseTelnet() passes over subnegotiations and other commands, and unescapes 255", () => {
  assert.deepEqual(parse("\xff\xf1\xff\xfa\x18\x01\xff\xff\xff\xf0a\xff\xffb\xff\xfc\x01"), {
    options: ["wont echo"],
    text: "a\xffb",
  });
});

Deno.test("parseTelnet() takes what is cut short", () => {
  assert.deepEqual(parse("\xff\xfd"), { options: [], text: "" });
  assert.deepEqual(parse("\xff\xfb\x01\xff\xfa\x18\x01"), { options: ["will echo"], text: "" });
  assert.deepEqual(parse("\xff\xfb\x01x\xff"), { options: ["will echo"], text: "x" });
});

Deno.test("parseTelnet() returns undefined for what opens with no command", () => {
  for (const text of ["", "\xff", "login: ", "\xff\xff", "\xffOpen"]) {
    assert.equal(parse(text), undefined, JSON.stringify(text));
  }
});

Deno.test("parseTelnet() lists 64 options at the most, whatever comes", () => {
  assert.equal(parse("\xff\xfd\x01".repeat(1000))!.options.length, 64);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
    const result = parseTelnet(Uint8Array.of(255, 251, 1, ...bytes));
    assert.ok(result!.options.length <= 64 && result!.text.length <= bytes.length);
  }));
});
