import assert from "node:assert/strict";
import fc from "fast-check";
import { guessAddress } from "./guess_address.ts";

Deno.test("guessAddress() takes a pair before prose before a bare address", () => {
  const cases: [text: string, address: string | undefined][] = [
    ["at 203.0.113.7 from 198.51.100.1 user=x ip=192.0.2.2 src_ip=192.0.2.1", "192.0.2.1"],
    ["at 203.0.113.7: Failed password from 198.51.100.1 port 22", "198.51.100.1"],
    ["connection of 203.0.113.7.", "203.0.113.7"],
    ["rhost=198.51.100.1  user=root", "198.51.100.1"],
    ["closed by client: 2001:db8::1.", "2001:db8::1"],
    ["src=[2001:db8::1]:443,", "2001:db8::1"],
    ["from 192.0.2.1:5555 to", "192.0.2.1"],
    ["from ::1", "::1"],
    ["from the start, version 1.2.3.4.5 or 999.1.1.1", undefined],
    ["from fe and back", undefined],
    ["", undefined],
    [`${"x".repeat(5000)} from 192.0.2.1`, undefined],
  ];
  for (const [text, address] of cases) assert.equal(guessAddress(text), address, text.slice(0, 60));
});

Deno.test("guessAddress() is through with hostile text soon", () => {
  for (const part of ["from ", "1.", "a:", "src_ip=", "src_ip=1.1.", "[::", "from [1:"]) {
    guessAddress(part.repeat(1000));
  }
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => {
    guessAddress(text);
  }));
});
