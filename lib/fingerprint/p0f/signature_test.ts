import assert from "node:assert/strict";
import fc from "fast-check";
import { ANY, parseSignature, type TcpSignature, WINDOW } from "./signature.ts";
import { QUIRK } from "./quirks.ts";

function parse(text: string): TcpSignature {
  const signature = parseSignature(text);
  assert.ok(typeof signature !== "string", `${text}: ${signature}`);
  return signature;
}

Deno.test("parseSignature() reads a signature", () => {
  assert.deepEqual(parse("4:64:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0"), {
    text: "4:64:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0",
    version: 4,
    ttl: 64,
    ttlVaries: false,
    ipOptionLength: 0,
    mss: 1460,
    windowKind: WINDOW.mss,
    window: 44,
    scale: 7,
    layout: { kinds: Uint8Array.of(2, 4, 8, 1, 3), padding: 0 },
    quirks: QUIRK.df | QUIRK.idSet,
    payload: 0,
  });
});

Deno.test("parseSignature() reads wildcards", () => {
  const signature = parse("*:64:0:*:*,*:::*");
  assert.equal(signature.version, ANY);
  assert.equal(signature.mss, ANY);
  assert.equal(signature.windowKind, WINDOW.any);
  assert.equal(signature.scale, ANY);
  assert.equal(signature.layout.kinds.length, 0);
  assert.equal(signature.quirks, 0);
  assert.equal(signature.payload, ANY);
});

Deno.test("parseSignature() reads each form of a TTL", () => {
  const cases: [string, number, boolean][] = [["64", 64, false], ["54+10", 64, false], [
    "59-",
    59,
    true,
  ]];
  for (const [text, ttl, ttlVaries] of cases) {
    const signature = parse(`4:${text}:0:0:1024,0:::0`);
    assert.deepEqual([signature.ttl, signature.ttlVaries], [ttl, ttlVaries], text);
  }
});

Deno.test("parseSignature() reads each form of a window", () => {
  const cases: [string, number, number][] = [
    ["65535", WINDOW.value, 65535],
    ["0", WINDOW.value, 0],
    ["%8192", WINDOW.modulo, 8192],
    ["mss*4", WINDOW.mss, 4],
    ["mtu*3", WINDOW.mtu, 3],
    ["*", WINDOW.any, 0],
  ];
  for (const [text, kind, window] of cases) {
    const signature = parse(`4:64:0:*:${text},0:mss::+`);
    assert.deepEqual([signature.windowKind, signature.window], [kind, window], text);
    assert.equal(signature.payload, 1);
  }
});

Deno.test("parseSignature() says what is wrong", () => {
  const cases: [string, RegExp][] = [
    ["", /8 fields, not 1/],
    ["4:64:0:0:0,0:::0:", /8 fields, not 9/],
    ["5:64:0:0:0,0:::0", /IP version/],
    ["4:0:0:0:0,0:::0", /initial TTL/],
    ["4:250+6:0:0:0,0:::0", /initial TTL/],
    ["4:64*:0:0:0,0:::0", /initial TTL/],
    ["4:64:256:0:0,0:::0", /IP options/],
    ["4:64:0:65536:0,0:::0", /MSS/],
    ["4:64:0:0:0:::0", /window/],
    ["4:64:0:0:65536,0:::0", /window/],
    ["4:64:0:0:mss*0,0:::0", /window/],
    ["4:64:0:0:mss*1001,0:::0", /window/],
    ["4:64:0:0:%1,0:::0", /window/],
    ["4:64:0:0:1,256:::0", /window/],
    ["4:64:0:0:1,0:foo::0", /option layout/],
    ["4:64:0:0:1,0::foo:0", /quirks/],
    ["4:64:0:0:1,0:::1", /payload/],
  ];
  for (const [text, message] of cases) {
    const result = parseSignature(text);
    assert.ok(typeof result === "string", text);
    assert.match(result, message, text);
  }
});

Deno.test("parseSignature() bears any text", () => {
  const part = fc.oneof(
    fc.constantFrom("4", "*", "64", "64-", "1+2", "mss*4", "%9", ",", "mss", "eol+1", "df", "0"),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
    const result = parseSignature(parts.join(":"));
    assert.ok(typeof result === "string" ? result !== "" : result.text === parts.join(":"));
  }));
});
