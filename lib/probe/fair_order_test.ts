import assert from "node:assert/strict";
import fc from "fast-check";
import { inTurn, networkOf, networksInTurn } from "./fair_order.ts";

Deno.test("networkOf() takes an IPv4 address for itself, and an IPv6 address for its /64", () => {
  assert.notEqual(networkOf("192.0.2.1"), networkOf("192.0.2.2"));
  assert.equal(networkOf("2001:db8::1"), networkOf("2001:db8:0:0:ffff::2"));
  assert.notEqual(networkOf("2001:db8::1"), networkOf("2001:db8:0:1::1"));
});

Deno.test("networksInTurn() takes one of each network before the second of any", () => {
  assert.deepEqual(networksInTurn(["a1", "a2", "a3", "b1", "b2", "c1"], (item) => item[0]!), [
    ...["a1", "b1", "c1", "a2", "b2", "a3"],
  ]);
});

Deno.test("networksInTurn() keeps the order of those that are alone, and loses nobody", () => {
  fc.assert(fc.property(fc.array(fc.nat(9)), (networks) => {
    const items = networks.map((network, index) => ({ network, index }));
    const fair = networksInTurn(items, ({ network }) => String(network));
    assert.deepEqual(new Set(fair), new Set(items));
    for (const network of new Set(networks)) {
      const own = fair.filter((item) => item.network === network).map(({ index }) => index);
      assert.deepEqual(own, own.toSorted((a, b) => a - b));
    }
  }));
});

Deno.test("inTurn() takes one of each list until one is at its end", () => {
  assert.deepEqual(inTurn([1, 2, 3, 4], [9]), [1, 9, 2, 3, 4]);
  assert.deepEqual(inTurn([], [9, 8]), [9, 8]);
  assert.deepEqual(inTurn([1, 2], [9, 8]), [1, 9, 2, 8]);
});
