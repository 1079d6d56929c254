import assert from "node:assert/strict";
import { addressIn, attackerAddress } from "./attacker.ts";

Deno.test("attackerAddress() takes the first field that holds an address", () => {
  assert.equal(attackerAddress({ ip: "192.0.2.7", target_ip: "192.0.2.6" }), "192.0.2.6");
  assert.equal(attackerAddress({ remote_addr: "192.0.2.5", src_ip: "192.0.2.1" }), "192.0.2.1");
  // Empty text and garbage do not hide what follows.
  assert.equal(attackerAddress({ src_ip: "", src: "-", client_ip: "192.0.2.3" }), "192.0.2.3");
  assert.equal(attackerAddress({ src_ip: 5, ip: ["192.0.2.1"] }), "Unknown");
  assert.equal(attackerAddress({}), "Unknown");
});

Deno.test("addressIn() drops ports and gives canonical text", () => {
  const cases: [string, string | undefined][] = [
    ["1.2.3.4:5555", "1.2.3.4"],
    ["1.2.3.4", "1.2.3.4"],
    ["::1", "::1"],
    ["[::1]:443", "::1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["2001:db8::1:22", "2001:db8::1:22"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["[::ffff:192.0.2.1]:80", "192.0.2.1"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["scan.example", undefined],
    ["010.1.1.1", undefined],
    ["1.2.3.4, 5.6.7.8", undefined],
    ["2001:db8:", undefined],
    ["Unknown", undefined],
  ];
  for (const [text, address] of cases) assert.equal(addressIn(text), address, text);
});
