import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import {
  containerSelection,
  NO_SERVICE_NAMES,
  readServiceNames,
  type SelectionOptions,
  type ServiceNames,
} from "./docker_select.ts";

const STATE = readServiceNames(JSON.stringify({
  config: {
    mode: "unihost",
    deckies: [
      { name: "omega", services: ["ssh"], unknown: true },
      { name: "omega-decky", services: ["ssh", "smtp_relay", 7, ""] },
      { name: "", services: ["ssh"] },
      { services: ["ssh"] },
      null,
    ],
  },
}));

const FLEET = { "decnet.fleet.service": "true" };

function originOf(
  name: string,
  labels: Record<string, string> = {},
  options: SelectionOptions = {},
  state: ServiceNames = STATE,
) {
  return containerSelection(options, () => state)({ id: "1", name, labels });
}

const origin = (decky: string | undefined, service: string | undefined, container: string) => ({
  decky,
  service,
  container,
});

Deno.test("readServiceNames() names containers as DECNET does, and passes over what it does not know", () => {
  assert.deepEqual([...STATE.containers], [
    ["omega-ssh", { decky: "omega", service: "ssh" }],
    ["omega-decky-ssh", { decky: "omega-decky", service: "ssh" }],
    ["omega-decky-smtp-relay", { decky: "omega-decky", service: "smtp_relay" }],
  ]);
  assert.deepEqual(STATE.deckies, ["omega", "omega-decky"]);
  assert.throws(() => readServiceNames("{"), SyntaxError);
  fc.assert(fc.property(fc.json(), (text) => {
    readServiceNames(text);
  }));
});

Deno.test("containerSelection() takes containers with DECNET's labels and those of the state file", () => {
  assert.deepEqual(
    originOf("omega-decky-ssh"),
    origin("omega-decky", "ssh", "omega-decky-ssh"),
  );
  assert.deepEqual(originOf("a-ssh", FLEET), origin("a", "ssh", "a-ssh"));
  assert.ok(originOf("a-ssh", { "decnet.topology.service": "true" }));
  assert.equal(originOf("a-ssh", { "decnet.fleet.service": "false" }), undefined);
  // The decoy itself is no service.
  assert.equal(originOf("omega-decky"), undefined);
  assert.equal(originOf("proxy"), undefined);
});

Deno.test("containerSelection() finds decoy and service in the name", () => {
  assert.deepEqual(
    originOf("omega-decky-new-thing", FLEET),
    origin("omega-decky", "new-thing", "omega-decky-new-thing"),
  );
  const bare = (name: string) => originOf(name, FLEET, {}, NO_SERVICE_NAMES);
  assert.deepEqual(bare("a-b-http"), origin("a-b", "http", "a-b-http"));
  assert.deepEqual(bare("a-smtp-relay"), origin("a", "smtp_relay", "a-smtp-relay"));
  assert.deepEqual(bare("alone"), origin(undefined, undefined, "alone"));
  assert.deepEqual(bare("a-"), origin(undefined, undefined, "a-"));
});

Deno.test("containerSelection() takes all labels and any name that are asked for, instead of DECNET's", () => {
  const names = { names: ["web-*", "d?"] };
  assert.ok(originOf("web-1", {}, names));
  assert.ok(originOf("db", {}, names));
  assert.equal(originOf("dbx", {}, names), undefined);
  assert.equal(originOf("my-web-1", {}, names), undefined);
  assert.equal(originOf("omega-decky-ssh", FLEET, names), undefined);
  const labels = { labels: ["a", "b=c=d"] };
  assert.ok(originOf("x", { a: "", b: "c=d" }, labels));
  assert.equal(originOf("x", { a: "", b: "c" }, labels), undefined);
  assert.equal(originOf("x", { b: "c=d" }, labels), undefined);
  assert.equal(originOf("x", { a: "" }, { labels: ["a"], names: ["y"] }), undefined);
  assert.equal(originOf("x", {}, { labels: ["constructor"] }), undefined);
  assert.deepEqual(originOf("x-y", {}, { all: true }), origin(undefined, undefined, "x-y"));
});

Deno.test("containerSelection() takes a name without * and ? literally", () => {
  fc.assert(fc.property(fc.string({ unit: CODE_POINT }), fc.string(), (name, other) => {
    const literal = name.replace(/[*?]/g, "");
    const options = { names: [literal] };
    assert.ok(originOf(literal, {}, options));
    assert.equal(originOf(other, {}, options) !== undefined, other === literal);
  }));
});
