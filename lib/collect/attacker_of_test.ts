import assert from "node:assert/strict";
import fc from "fast-check";
import { ATTACKER_FIELDS, attackerAddress } from "../event/attacker.ts";
import { attackerOf } from "./attacker_of.ts";

Deno.test("attackerOf() finds the address and its port", () => {
  assert.deepEqual(attackerOf(["user", "src_ip"], ["x", "192.0.2.1"]), { address: "192.0.2.1" });
  assert.deepEqual(attackerOf(["src_ip", "src"], ["nobody", "[2001:DB8::1]:22"]), {
    address: "2001:db8::1",
    port: 22,
  });
  assert.deepEqual(attackerOf(["remote_addr"], ["192.0.2.1:5555"]), {
    address: "192.0.2.1",
    port: 5555,
  });
  assert.equal(attackerOf(["user"], ["192.0.2.1"]), undefined);
});

Deno.test("attackerOf() agrees with attackerAddress()", () => {
  const name = fc.constantFrom("user", ...ATTACKER_FIELDS);
  const value = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.tuple(fc.ipV4(), fc.nat(70_000)).map(([address, port]) => `${address}:${port}`),
    fc.constantFrom(
      "1.2.3",
      "01.2.3.4",
      "1.2.3.256",
      "1.2.3.4.",
      "1.2.3.4.5",
      "",
      "::ffff:1.2.3.4",
    ),
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }), (all) => {
      const found = attackerOf(all.map(([key]) => key), all.map(([, text]) => text));
      assert.equal(found?.address ?? "Unknown", attackerAddress(Object.fromEntries(all)));
    }),
  );
});
