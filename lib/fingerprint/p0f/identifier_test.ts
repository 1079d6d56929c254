import assert from "node:assert/strict";
import { observedSyn } from "../../../tests/support/observed_stack.ts";
import { parseDatabase } from "./database.ts";
import { StackIdentifier } from "./identifier.ts";
import { signatureText } from "./signature_text.ts";

const { database } = parseDatabase(`
[mtu]
label = Ethernet
sig = 1500
[tcp:request]
label = s:unix:Linux:6.x
sig = *:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0
`);

Deno.test("identify() tells system, signature, distance and link", () => {
  const stack = new StackIdentifier(database).identify(observedSyn({ ttl: 51 }));
  assert.equal(stack.osGuess, "linux");
  assert.equal(stack.match?.entry.label.text, "s:unix:Linux:6.x");
  assert.equal(stack.signature, "4:51+13:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0");
  assert.equal(stack.initialTtl, 64);
  assert.equal(stack.hops, 13);
  assert.equal(stack.link, "Ethernet");
});

Deno.test("identify() says unknown of a stack that no signature fits", () => {
  const stack = new StackIdentifier(database).identify(observedSyn({ ttl: 120 }, "020405b4"));
  assert.equal(stack.osGuess, "unknown");
  assert.equal(stack.match, undefined);
  assert.equal(stack.initialTtl, 128);
  assert.equal(stack.hops, 8);
});

Deno.test("identify() gives the same object for what shows the same", () => {
  const identifier = new StackIdentifier(database);
  const first = identifier.identify(observedSyn({ sequence: 1, ipId: 1 }));
  assert.equal(identifier.identify(observedSyn({ sequence: 2, ipId: 2 })), first);
  assert.notEqual(identifier.identify(observedSyn({ ttl: 63 })), first);
  assert.equal(identifier.size, 2);
});

Deno.test("identify() is not misled by an observation object that is used again", () => {
  const identifier = new StackIdentifier(database);
  const observation = observedSyn({ ttl: 60 });
  const stack = identifier.identify(observation);
  observation.ttl = 1;
  observation.layout.fill(9);
  assert.equal(stack.signature, "4:60+4:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0");
});

Deno.test("identify() remembers what it is asked for often, in bounded memory", () => {
  const identifier = new StackIdentifier(database, 8);
  const usual = identifier.identify(observedSyn());
  for (let window = 0; window < 1000; window++) {
    identifier.identify(observedSyn({ window }));
    assert.equal(identifier.identify(observedSyn()), usual);
    assert.ok(identifier.size <= 8);
  }
});

Deno.test("identify() tells apart what differs in one field", () => {
  const variants = [
    observedSyn(),
    observedSyn({ ttl: 63 }),
    observedSyn({ window: 64241 }),
    observedSyn({ ipId: 0 }),
    observedSyn({ payloadLength: 1 }),
    observedSyn({ ipHeaderLength: 24 }),
    observedSyn({ tcpFlags: 0x12, acknowledgement: 1 }),
    observedSyn({}, "020405b30402080aac1700480000000001030307"),
    observedSyn({}, "020405b40402080aac1700480000000001030308"),
    observedSyn({}, "020405b40402080a000000000000000001030307"),
    observedSyn({}, "020405b401030307080aac170048000000000402"),
    observedSyn({ ipVersion: 6, ipHeaderLength: 40 }),
    // As chance has it, MSS and quirks of this one make the same key as those of the first.
    observedSyn({}, "020405b60402080aac1700480000000101030307"),
  ];
  const identifier = new StackIdentifier(database);
  const stacks = new Set(variants.map((variant) => identifier.identify(variant)));
  assert.equal(stacks.size, variants.length);
  for (const variant of variants) {
    assert.equal(identifier.identify(variant).signature, signatureText(variant));
  }
});

Deno.test("identify() counts the peer's MSS in", () => {
  const identifier = new StackIdentifier(database);
  const answer = (peerMss: number) =>
    identifier.identify(
      observedSyn({ tcpFlags: 0x12, acknowledgement: 1, window: 7 * 1301 }, "020405b4", peerMss),
    ).signature;
  assert.match(answer(0), /:9107,0:/);
  assert.match(answer(1301), /:mss\*7,0:/);
});
