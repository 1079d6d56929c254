import assert from "node:assert/strict";
import { eventSamples } from "../../tests/support/event_samples.ts";
import { createEvent } from "../event/create.ts";
import { sentence, sentenceTypes } from "./sentence.ts";

const SAMPLES = eventSamples();

function sentenceOf(type: string): string {
  return sentence(SAMPLES.find(({ event_type }) => event_type === type)!);
}

Deno.test("sentence() says what happened", () => {
  assert.equal(
    sentenceOf("http_request"),
    'HTTP GET /a?b=c|d of decoy.example by "curl/8" ja4h=ge11nn03',
  );
  assert.equal(sentenceOf("jarm_fingerprint").slice(0, 34), "JARM of [2001:db8::7]:443 is 07d14");
  assert.equal(
    sentenceOf("tcp_flow_timing"),
    "flow to port 443: 5 packets, 48 bytes in 0.014 s with 0 retransmits",
  );
  assert.match(sentenceOf("fingerprint_rotated"), /^jarm of \S+ has changed from \w+ to \w+$/);
});

Deno.test("sentence() of a type without one of its own shows its first fields", () => {
  assert.match(sentenceOf("never_heard_of"), /^never_heard_of src_port=40000 username=ro\]o"t/);
});

Deno.test("sentence() needs no field at all", () => {
  for (const eventType of sentenceTypes()) {
    const bare = createEvent({
      time: 0,
      sensor: "s",
      decky: "d",
      service: "x",
      eventType,
      fields: {},
    });
    const words = sentence(bare);
    assert.ok(words.length > 2, eventType);
    assert.doesNotMatch(words, /undefined|null|\[object/);
  }
});
