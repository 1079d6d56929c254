import assert from "node:assert/strict";
import { type CutOff, Deadline } from "./deadline.ts";
import { ProbeFailure } from "./probe.ts";

/** Longer than any test lasts. */
const LONG_MS = 60_000;

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function cutOff(deadline: Deadline): Promise<void> {
  return new Promise((resolve) => deadline.onCutOff(resolve));
}

function endsWith(outcome: CutOff) {
  return (error: unknown) => error instanceof ProbeFailure && error.outcome === outcome;
}

Deno.test("Deadline calls its dependents once when its time is up, and fails as timeout from then on", async () => {
  const deadline = new Deadline(2);
  assert.equal(deadline.cutOff, undefined);
  assert.ok(deadline.remaining() <= 2);
  deadline.check();
  let calls = 0;
  deadline.onCutOff(() => calls++);
  await cutOff(deadline);
  assert.equal(calls, 1);
  assert.equal(deadline.cutOff, "timeout");
  assert.equal(deadline.remaining(), 0);
  assert.throws(() => deadline.check(), endsWith("timeout"));
  deadline.dispose();
  assert.equal(deadline.cutOff, "timeout");
  assert.equal(calls, 1);
});

Deno.test("Deadline ends early, as interrupted, with its signal", () => {
  const interrupt = new AbortController();
  const deadline = new Deadline(LONG_MS, interrupt.signal);
  let calls = 0;
  deadline.onCutOff(() => calls++);
  interrupt.abort();
  assert.equal(calls, 1);
  assert.equal(deadline.remaining(), 0);
  assert.throws(() => deadline.check(), endsWith("interrupted"));
});

Deno.test("Deadline with a signal that was aborted before is over from the start", async () => {
  const deadline = new Deadline(LONG_MS, AbortSignal.abort());
  assert.throws(() => deadline.check(), endsWith("interrupted"));
  let called = false;
  deadline.onCutOff(() => called = true);
  assert.equal(called, true);
  await assert.rejects(deadline.pauseFor(Promise.resolve()), endsWith("interrupted"));
});

Deno.test("Deadline.onCutOff() can be taken back", () => {
  const interrupt = new AbortController();
  const deadline = new Deadline(LONG_MS, interrupt.signal);
  const forget = deadline.onCutOff(() => assert.fail("was taken back"));
  forget();
  forget();
  interrupt.abort();
});

Deno.test("Deadline.pauseFor() stops the clock, however long the turn takes to come", async () => {
  const deadline = new Deadline(10);
  const left = deadline.remaining();
  const turn = sleep(40);
  const pause = deadline.pauseFor(turn);
  const leftInPause = deadline.remaining();
  assert.ok(leftInPause <= left);
  await sleep(20);
  assert.equal(deadline.remaining(), leftInPause);
  await pause;
  assert.equal(deadline.cutOff, undefined);
  assert.ok(deadline.remaining() <= leftInPause);
  await cutOff(deadline);
  assert.equal(deadline.cutOff, "timeout");
});

Deno.test("Deadline.pauseFor() stops the clock until the last of several turns has come", async () => {
  const deadline = new Deadline(10);
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const pauses = [deadline.pauseFor(first.promise), deadline.pauseFor(second.promise)];
  const left = deadline.remaining();
  first.resolve();
  await pauses[0];
  await sleep(30);
  assert.equal(deadline.cutOff, undefined);
  assert.equal(deadline.remaining(), left);
  second.resolve();
  await pauses[1];
  // Time in which both waited counts as one pause.
  assert.ok(deadline.remaining() <= left);
  deadline.dispose();
});

Deno.test("Deadline.pauseFor() fails at once when interrupted, though the turn never comes", async () => {
  const interrupt = new AbortController();
  const deadline = new Deadline(LONG_MS, interrupt.signal);
  const pause = deadline.pauseFor(new Promise(() => {}));
  interrupt.abort();
  await assert.rejects(pause, endsWith("interrupted"));
});

Deno.test("Deadline.dispose() ends what was left under way, and its failure is no timeout", async () => {
  const deadline = new Deadline(LONG_MS);
  let calls = 0;
  deadline.onCutOff(() => calls++);
  const pause = deadline.pauseFor(new Promise(() => {}));
  deadline.dispose();
  deadline.dispose();
  assert.equal(calls, 1);
  await assert.rejects(pause, endsWith("interrupted"));
  assert.throws(() => deadline.check(), endsWith("interrupted"));
});

Deno.test({
  name: "Deadline.dispose() leaves no timer and no listener behind",
  sanitizeOps: true,
  sanitizeResources: true,
  async fn() {
    const interrupt = new AbortController();
    const deadline = new Deadline(LONG_MS, interrupt.signal);
    await Promise.all([
      deadline.pauseFor(Promise.resolve()),
      deadline.pauseFor(Promise.resolve()),
    ]);
    deadline.dispose();
    interrupt.abort();
    assert.equal(deadline.cutOff, "interrupted");
  },
});

Deno.test("Deadline may lie further away than a timer can count", async () => {
  const deadline = new Deadline(30 * 86_400_000);
  await sleep(10);
  assert.equal(deadline.cutOff, undefined);
  deadline.dispose();
});
