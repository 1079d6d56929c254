import assert from "node:assert/strict";
import { FakeTracing } from "../../tests/support/fake_tracing.ts";
import { CommitSpans } from "./commit_spans.ts";
import { freshCounters } from "./stats.ts";

const batch = (key: string, ...texts: string[]) => ({
  key,
  origin: { decky: undefined, service: undefined, container: undefined },
  lines: texts.map((text) => ({ text, time: undefined, place: "0" })),
  position: undefined,
});

Deno.test("CommitSpans makes one span of all portions between two commits", () => {
  const tracing = new FakeTracing();
  const counters = { ...freshCounters(), lines: 7 };
  const spans = new CommitSpans(tracing, counters);
  spans.commit()();
  assert.equal(tracing.spans.length, 0);
  const trace = spans.take(batch("a", "12", "345"));
  counters.lines += 2;
  assert.equal(spans.take(batch("b", "6")), trace);
  counters.lines += 1;
  const committed = spans.commit();
  // What comes while it is being stored belongs to the next one.
  assert.notEqual(spans.take(batch("a", "7")), trace);
  counters.lines += 1;
  committed("no room");
  spans.commit()();
  assert.deepEqual(
    tracing.spans.map(({ attributes: { source, portions, lines, bytes }, failure }) => [
      ...[source, portions, lines, bytes, failure],
    ]),
    [[["a", "b"], 2, 3, 6, "no room"], [["a"], 1, 1, 1, undefined]],
  );
});
