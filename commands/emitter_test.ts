import assert from "node:assert/strict";
import type { LogRecord } from "../lib/event/log_pair.ts";
import { Emitter } from "./emitter.ts";

const records = (from: number, to: number): LogRecord[] =>
  Array.from({ length: to - from }, (_, index) => ({ line: String(from + index) }));

/** An emitter, and a log that fails as long as it is told to. */
function emitter() {
  const log = {
    fails: false,
    lines: [] as string[],
    append(batch: readonly LogRecord[]) {
      if (log.fails) throw new Error("full");
      log.lines.push(...batch.map(({ line }) => line));
    },
  };
  const failures: unknown[] = [];
  return { log, failures, emitter: new Emitter(log, (error) => failures.push(error)) };
}

const linesOf = (batch: readonly LogRecord[]) => batch.map(({ line }) => line);

Deno.test("Emitter keeps what cannot be written, and writes it in order later", () => {
  const { log, failures, emitter: emitted } = emitter();
  assert.equal(emitted.emit(records(0, 3)), true);
  log.fails = true;
  assert.equal(emitted.emit(records(3, 5)), false);
  assert.equal(emitted.emit(records(5, 6)), false);
  assert.deepEqual([emitted.waiting, emitted.lost, failures.length], [3, 0, 1]);
  log.fails = false;
  assert.equal(emitted.emit(records(6, 8)), true);
  assert.deepEqual(log.lines, linesOf(records(0, 8)));
  assert.equal(emitted.waiting, 0);
});

Deno.test("Emitter tells of each failure once", () => {
  const { log, failures, emitter: emitted } = emitter();
  for (const fails of [true, true, false, true]) {
    log.fails = fails;
    emitted.emit(records(0, 1));
  }
  assert.equal(failures.length, 2);
});

Deno.test("Emitter gives up the oldest when too many wait, and counts them", () => {
  const { log, emitter: emitted } = emitter();
  log.fails = true;
  emitted.emit(records(0, 6000));
  emitted.emit(records(6000, 12_500));
  assert.deepEqual([emitted.waiting, emitted.lost], [10_000, 2500]);
  log.fails = false;
  assert.equal(emitted.flush(), true);
  assert.deepEqual(log.lines, linesOf(records(2500, 12_500)));
});

Deno.test("Emitter writes a batch that is larger than what may wait", () => {
  const { log, emitter: emitted } = emitter();
  assert.equal(emitted.emit(records(0, 25_000)), true);
  assert.deepEqual([log.lines.length, emitted.lost], [25_000, 0]);
});
