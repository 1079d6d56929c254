import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePort, parsePorts } from "./ports.ts";

Deno.test("parsePorts() reads single ports, lists and ranges, in order and each once", () => {
  const cases: [string, number[]][] = [
    ["443", [443]],
    ["1,65535", [1, 65_535]],
    ["8443,443,8443", [8443, 443]],
    ["8000-8003,9000", [8000, 8001, 8002, 8003, 9000]],
    ["22-22", [22]],
    ["5-7,6-9", [5, 6, 7, 8, 9]],
    [" 80 , 443 ", [80, 443]],
  ];
  for (const [text, ports] of cases) assert.deepEqual(parsePorts(text), ports, text);
  assert.equal(parsePorts("1-65535").length, 65_535);
});

Deno.test("parsePorts() throws an error that names the part that is no port", () => {
  const cases: [string, string][] = [
    ["", ""],
    ["443,", ""],
    ["0", "0"],
    ["70000", "70000"],
    ["80,x", "x"],
    ["-1", "-1"],
    ["443-", "443-"],
    ["443-70000", "443-70000"],
    ["8000-abc", "8000-abc"],
    ["1-2-3", "1-2-3"],
    ["10-5", "10-5"],
    ["4 4", "4 4"],
    ["0x50", "0x50"],
    ["1e3", "1e3"],
    ["000443", "000443"],
  ];
  for (const [text, part] of cases) {
    assert.throws(() => parsePorts(text), {
      name: "RangeError",
      message: `"${part}" is not a port (1-65535) or a range of them`,
    }, text);
  }
});

Deno.test("parsePorts() only ever throws RangeError or gives ports", () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."0123456789-, x") }), (text) => {
    try {
      assert.ok(parsePorts(text).every((port) => parsePort(String(port)) === port));
    } catch (error) {
      assert.ok(error instanceof RangeError);
    }
  }));
});
