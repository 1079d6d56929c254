import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePublishAck } from "./publish_ack.ts";

function answer(ack: unknown): string | undefined {
  return parsePublishAck(new TextEncoder().encode(JSON.stringify(ack)))?.message;
}

Deno.test("parsePublishAck() takes a place in the stream for stored", () => {
  assert.equal(answer({ stream: "DECNET", seq: 7 }), undefined);
  assert.equal(answer({ stream: "DECNET", seq: 7, duplicate: true }), undefined);
});

Deno.test("parsePublishAck() does not take a duplicate without a place for stored", () => {
  assert.match(answer({ stream: "DECNET", seq: 0, duplicate: true })!, /not certain/);
});

Deno.test("parsePublishAck() tells why a message was refused", () => {
  const error = { code: 503, err_code: 10077, description: "maximum messages exceeded" };
  assert.equal(answer({ error, stream: "DECNET", seq: 0 }), "maximum messages exceeded");
  assert.equal(answer({ error: {} }), "refused");
});

Deno.test("parsePublishAck() takes nothing else for stored", () => {
  for (const other of [null, 1, "x", [], {}, { seq: 1 }, { stream: "S" }, { stream: 1, seq: 1 }]) {
    assert.match(answer(other)!, /none/);
  }
  fc.assert(fc.property(fc.uint8Array(), (data) => parsePublishAck(data) instanceof Error));
});
