import assert from "node:assert/strict";
import { SynCookies } from "./syn_cookie.ts";

Deno.test("SynCookies gives HalfSipHash-2-4 of address and ports", () => {
  // The reference vector for the eight bytes 00 to 07 under the key 00 to 07: d0 b8 84 8f.
  const cookies = new SynCookies([0x03020100, 0x07060504]);
  assert.equal(cookies.sequence(0x03020100, 0x0706, 0x0504), 0x8f84b8d0);
});

Deno.test("SynCookies depend on address, both ports and the key", () => {
  const cookies = new SynCookies([1, 2]);
  const sequences = new Set([
    cookies.sequence(0xcb007107, 40000, 80),
    cookies.sequence(0xcb007108, 40000, 80),
    cookies.sequence(0xcb007107, 40001, 80),
    cookies.sequence(0xcb007107, 40000, 81),
    new SynCookies([1, 3]).sequence(0xcb007107, 40000, 80),
    new SynCookies([2, 2]).sequence(0xcb007107, 40000, 80),
    new SynCookies().sequence(0xcb007107, 40000, 80),
  ]);
  assert.equal(sequences.size, 7);
  assert.equal(cookies.sequence(0xcb007107, 40000, 80), cookies.sequence(-889163513, 40000, 80));
});
