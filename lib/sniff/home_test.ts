import assert from "node:assert/strict";
import { AddressSet, parseCidr } from "../net/address_range.ts";
import { Home, readDecoyState } from "./home.ts";

const state = (...deckies: unknown[]) => JSON.stringify({ config: { deckies }, compose_path: "" });

const decoysOf = (text: string) => [...readDecoyState(text).decoys];

Deno.test("readDecoyState() reads names by canonical address", () => {
  const names = decoysOf(state(
    { name: "omega-decky", ip: "192.168.1.10", services: ["ssh"], invented: { deep: [1] } },
    { name: "six", ip: " 2001:DB8:0::A " },
  ));
  assert.deepEqual(names, [["192.168.1.10", "omega-decky"], ["2001:db8::a", "six"]]);
});

Deno.test("readDecoyState() leaves out what is no decoy", () => {
  const names = decoysOf(state(
    ...[null, 7, "x", [], {}, { name: "a" }, { ip: "192.0.2.1" }, { name: "", ip: "192.0.2.2" }],
    ...[{ name: 1, ip: "192.0.2.3" }, { name: "b", ip: "no address" }, { name: "c", ip: null }],
    { name: "good", ip: "192.0.2.9" },
  ));
  assert.deepEqual(names, [["192.0.2.9", "good"]]);
});

Deno.test("readDecoyState() finds nothing in other JSON, and throws for what is none", () => {
  for (const text of ["null", "[]", "{}", '{"config":null}', '{"config":{"deckies":{"a":1}}}']) {
    assert.deepEqual(readDecoyState(text), { decoys: new Map(), interface: undefined }, text);
  }
  assert.throws(() => readDecoyState("{"), SyntaxError);
});

Deno.test("readDecoyState() reads the interface, where it is one", () => {
  const named = (value: unknown) =>
    readDecoyState(JSON.stringify({ config: { interface: value } })).interface;
  assert.equal(named("eth0"), "eth0");
  for (const value of ["", null, 7, ["eth0"], { name: "eth0" }]) {
    assert.equal(named(value), undefined);
  }
});

Deno.test("Home knows decoys by name and by block", () => {
  const home = new Home(
    new Map([["192.0.2.7", "web"]]),
    new AddressSet([parseCidr("198.51.100.0/24")!, parseCidr("2001:db8::/32")!]),
  );
  assert.equal(home.known, true);
  assert.equal(home.decoyAt("192.0.2.7"), "web");
  assert.equal(home.decoyAt("198.51.100.9"), "198.51.100.9");
  assert.equal(home.decoyAt("2001:db8::5"), "2001:db8::5");
  assert.equal(home.decoyAt("203.0.113.1"), undefined);
});

Deno.test("Home without anything knows nothing, but an empty block is a statement", () => {
  assert.equal(new Home().known, false);
  assert.equal(new Home(new Map(), new AddressSet([])).known, true);
});
