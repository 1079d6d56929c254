import assert from "node:assert/strict";
import { AddressSet, parseRange } from "./address_range.ts";
import { denialReason, type Scope } from "./scope.ts";

function scope(deny: string[], allow: string[] = []): Scope {
  const set = (texts: string[]) => new AddressSet(texts.map((text) => parseRange(text)!));
  return { deny: set(deny), allow: set(allow) };
}

Deno.test("denialReason() lets a named target be anything, a listed one only public", () => {
  const open = scope([]);
  for (const address of ["10.0.0.1", "127.0.0.1", "::1", "fe80::1%eth0", "8.8.8.8"]) {
    assert.equal(denialReason(open, address, "named"), undefined, address);
  }
  assert.equal(denialReason(open, "8.8.8.8", "listed"), undefined);
  for (const address of ["10.0.0.1", "127.0.0.1", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"]) {
    assert.match(denialReason(open, address, "listed")!, /special-purpose/, address);
  }
});

Deno.test("denialReason() lets --allow open special-purpose ranges to lists, and no more than those", () => {
  const lab = scope([], ["10.1.0.0/16", "fd00::/64"]);
  assert.equal(denialReason(lab, "10.1.2.3", "listed"), undefined);
  assert.equal(denialReason(lab, "::ffff:10.1.2.3", "listed"), undefined);
  assert.equal(denialReason(lab, "fd00::5", "listed"), undefined);
  assert.match(denialReason(lab, "10.2.0.1", "listed")!, /special-purpose/);
  assert.match(denialReason(lab, "fd01::5", "listed")!, /special-purpose/);
});

Deno.test("denialReason() gives --deny the last word over --allow and over names", () => {
  const both = scope(["10.1.0.0/16", "8.8.8.8", "2001:db8::/32"], ["10.0.0.0/8"]);
  for (const origin of ["named", "listed"] as const) {
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "8.8.8.8", "2001:db8::1"]) {
      assert.match(denialReason(both, address, origin)!, /--deny/, `${address} ${origin}`);
    }
  }
  assert.equal(denialReason(both, "10.2.0.1", "listed"), undefined);
});

Deno.test("denialReason() keeps our own addresses and the decoys out of logs, whatever is allowed", () => {
  const set = (texts: string[]) => new AddressSet(texts.map((text) => parseRange(text)!));
  const lab: Scope = {
    deny: set([]),
    allow: set(["10.0.0.0/8"]),
    own: set(["10.0.0.5", "8.8.8.8"]),
  };
  for (const address of ["10.0.0.5", "8.8.8.8", "::ffff:8.8.8.8"]) {
    assert.match(denialReason(lab, address, "logged")!, /own/, address);
    assert.equal(denialReason(lab, address, "named"), undefined, address);
  }
  assert.equal(denialReason(lab, "10.0.0.6", "logged"), undefined);
  assert.match(denialReason(lab, "8.8.8.8", "listed")!, /own/);
  assert.equal(denialReason(lab, "10.0.0.5", "listed"), undefined);
});
