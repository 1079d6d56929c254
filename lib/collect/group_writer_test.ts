import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { MemoryOutput } from "../../tests/support/collect_output.ts";
import { FakeCollectClock } from "../../tests/support/fake_collect_clock.ts";
import { GroupWriter, NotWrittenError, type Outage } from "./group_writer.ts";

function subject() {
  const output = new MemoryOutput();
  const clock = new FakeCollectClock(0);
  const blocked: Outage[] = [];
  const resumed: Outage[] = [];
  const writer = new GroupWriter({
    ...{ output, clock },
    onBlocked: (outage) => blocked.push(outage),
    onResumed: (outage) => resumed.push(outage),
  });
  return { output, clock, blocked, resumed, writer };
}

Deno.test("GroupWriter writes what comes in one turn at once", async () => {
  const { output, writer } = subject();
  const written: Promise<void>[] = [];
  for (const line of ["a", "b", "c"]) {
    output.log.add(line);
    written.push(writer.written());
  }
  assert.equal(output.writes, 0);
  await Promise.all(written);
  assert.deepEqual([output.writes, output.lines], [1, ["a", "b", "c"]]);
});

Deno.test("GroupWriter does not wait for more where there is much", async () => {
  const { output, writer } = subject();
  const line = new TextEncoder().encode(`${"x".repeat(300_000)}\n`);
  output.log.addBytes(line, 0, line.length, 1);
  const first = writer.written();
  assert.equal(output.writes, 0);
  output.log.addBytes(line, 0, line.length, 1);
  const second = writer.written();
  assert.deepEqual([output.writes, output.lines.length], [1, 2]);
  await Promise.all([first, second]);
});

Deno.test("GroupWriter holds everybody back while nothing can be written, and tries again", async () => {
  const { output, clock, blocked, resumed, writer } = subject();
  output.failures = 3;
  output.log.add("a");
  let isWritten = false;
  const written = writer.written().then(() => isWritten = true);
  await setImmediate();
  assert.deepEqual([writer.isBlocked, blocked.length, blocked[0]!.code], [true, 1, "ENOSPC"]);
  let isReady = false;
  const ready = writer.ready().then(() => isReady = true);
  // After 1 s, 2 s more, 4 s more.
  for (const [millis, writes] of [[999, 1], [1, 2], [1999, 2], [1, 3], [3999, 3]] as const) {
    clock.advance(millis);
    assert.equal(output.writes, writes);
  }
  assert.deepEqual([isWritten, isReady, writer.flush()], [false, false, false]);
  clock.advance(1);
  await Promise.all([written, ready]);
  assert.deepEqual(output.lines, ["a"]);
  assert.deepEqual(resumed.map(({ attempts, since, waiting }) => [attempts, since, waiting]), [
    [3, 0, 1],
  ]);
  assert.equal(writer.isBlocked, false);
});

Deno.test("GroupWriter waits no longer than 5 s for the next try", async () => {
  const { output, clock, writer } = subject();
  output.failures = 100;
  output.log.add("a");
  writer.written();
  await setImmediate();
  clock.advance(100_000);
  assert.ok(output.writes >= 20, `${output.writes} tries`);
});

Deno.test("GroupWriter.stop() tries once more, and tells those who wait that it was in vain", async () => {
  const { output, clock, writer } = subject();
  output.failures = 2;
  output.log.add("a");
  const written = writer.written();
  await setImmediate();
  const ready = writer.ready();
  writer.stop();
  await assert.rejects(written, NotWrittenError);
  await assert.rejects(ready, NotWrittenError);
  clock.advance(100_000);
  assert.deepEqual([output.writes, output.log.count], [2, 1]);
});

Deno.test("GroupWriter.stop() writes what it can", async () => {
  const { output, writer } = subject();
  output.failures = 1;
  output.log.add("a");
  const written = writer.written();
  await setImmediate();
  writer.stop();
  await written;
  assert.deepEqual(output.lines, ["a"]);
});
