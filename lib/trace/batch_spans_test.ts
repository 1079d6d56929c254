import assert from "node:assert/strict";
import { FakeTracing } from "../../tests/support/fake_tracing.ts";

Deno.test("BatchSpans tells what was added meanwhile; batches that come soon share a span", () => {
  const tracing = new FakeTracing();
  let packets = 5;
  const spans = tracing.batches({
    name: "x",
    attributes: { source: "s" },
    counts: () => ({ packets }),
  });
  assert.equal(spans.traceparent, undefined);
  for (const more of [1, 2]) {
    spans.begin();
    packets += more;
    spans.end();
  }
  assert.equal(spans.traceparent, tracing.spans[0]!.traceparent);
  spans.close();
  spans.close();
  assert.deepEqual(tracing.spans.map(({ attributes, ended }) => [attributes, ended]), [
    [{ source: "s", packets: 3, batches: 2 }, true],
  ]);
});

Deno.test("BatchSpans ends a span that nobody closes, and begins another one", async () => {
  const tracing = new FakeTracing();
  const spans = tracing.batches({ name: "x", counts: () => ({}) });
  spans.begin();
  spans.end();
  const limit = performance.now() + 10_000;
  while (!tracing.spans[0]!.ended) {
    assert.ok(performance.now() < limit);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  spans.begin();
  spans.close("broken");
  assert.deepEqual(tracing.spans.map(({ failure }) => failure), [undefined, "broken"]);
});
