import assert from "node:assert/strict";
import { FakeTracing } from "../../../tests/support/fake_tracing.ts";
import { createEvent } from "../../event/create.ts";
import type { Batch } from "./delivery.ts";
import { freshShipCounts } from "./ship_counts.ts";
import { TracedDelivery } from "./traced_delivery.ts";

const EVENT = createEvent({
  ...{ time: 0, sensor: "s", decky: "d", service: "ssh", eventType: "x", fields: {} },
  ...{ attackerIp: "192.0.2.1", trace: `00-${"2".repeat(32)}-${"3".repeat(16)}-01` },
});

/** A delivery that keeps what it is given. */
function kept() {
  const tracing = new FakeTracing();
  const counts = freshShipCounts();
  const batches: Batch[] = [];
  const inner = {
    send: (batch: Batch) => Promise.resolve(void batches.push(batch)),
    settle: () => Promise.resolve(),
    close: () => {},
  };
  const delivery = new TracedDelivery(inner, { tracing, receiver: "r", counts });
  return { tracing, counts, batches, delivery };
}

Deno.test("TracedDelivery ends a span when its batch has arrived, with all attempts", async () => {
  const { tracing, counts, batches, delivery } = kept();
  let commits = 0;
  await delivery.send({ events: [EVENT, EVENT], bytes: 10, commit: () => commits++ });
  const [span] = tracing.spans;
  assert.equal(span!.ended, false);
  assert.equal(batches[0]!.trace, span!.traceparent);
  assert.deepEqual([...span!.origin.origins!], [EVENT._trace, EVENT._trace]);
  counts.retries += 2;
  batches[0]!.commit();
  assert.equal(commits, 1);
  assert.deepEqual(span!.attributes, { receiver: "r", events: 2, bytes: 10, attempts: 3 });
  delivery.close();
  assert.deepEqual([span!.ended, span!.failure], [true, undefined]);
});

Deno.test("TracedDelivery says of a batch that has not arrived by the end that this is not known", async () => {
  const { tracing, counts, delivery } = kept();
  await delivery.send({ events: [EVENT], commit: () => {} });
  counts.retries++;
  delivery.close();
  assert.match(tracing.spans[0]!.failure ?? "", /not known/);
  assert.equal(tracing.spans[0]!.attributes["attempts"], 1);
});

Deno.test("TracedDelivery makes no span of a batch without events", async () => {
  const { tracing, batches, delivery } = kept();
  await delivery.send({ events: [], commit: () => {} });
  assert.deepEqual([tracing.spans.length, batches.length], [0, 1]);
});
