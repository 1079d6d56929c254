import assert from "node:assert/strict";
import { Alarm, Backoff } from "./docker_alarm.ts";

const NEVER = new AbortController().signal;

Deno.test("Backoff doubles from a quarter of a second to half a minute, with jitter (F30)", () => {
  const highest = new Backoff({}, () => 1);
  const waits = Array.from({ length: 9 }, () => highest.next());
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  highest.reset();
  assert.equal(highest.next(), 250);
  assert.equal(new Backoff({}, () => 0).next(), 125);
});

Deno.test("Alarm ends a wait, or the next one if nobody waits", async () => {
  const alarm = new Alarm();
  const waiting = alarm.wait(NEVER);
  alarm.ring();
  await waiting;
  alarm.ring();
  await alarm.wait(NEVER);
  alarm.ring();
  alarm.reset();
  await alarm.wait(NEVER, 1);
});

Deno.test("Alarm ends a wait with the signal", async () => {
  const controller = new AbortController();
  const waiting = new Alarm().wait(controller.signal);
  controller.abort();
  await waiting;
  await new Alarm().wait(controller.signal);
});
