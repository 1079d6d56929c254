import assert from "node:assert/strict";
import { sleep } from "./sleep.ts";

Deno.test("sleep() ends by itself, and leaves nothing behind on its signal", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  await sleep(1, signal);
  assert.equal(listeners, 0);
});

Deno.test("sleep() is cut short by its signal, also by one that came before", async () => {
  const early = AbortSignal.abort();
  await sleep(1e9, early);
  const controller = new AbortController();
  const sleeping = sleep(1e9, controller.signal);
  controller.abort();
  await sleeping;
});
