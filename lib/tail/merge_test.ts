import assert from "node:assert/strict";
import { createEvent } from "../event/create.ts";
import { toJsonLine } from "../event/json.ts";
import { BEGINNING } from "../log/cursor.ts";
import type { LogItem, LogNotice } from "../log/item.ts";
import { readLogStream } from "../log/read_stream.ts";
import { EventFilter } from "./event_filter.ts";
import { mergeLogs, type NamedLog } from "./merge.ts";
import { type TailChunk, tailLog } from "./tail_source.ts";

/** A log with events at these seconds; each list is a piece. */
function log(name: string, ...pieces: readonly (readonly number[])[]): NamedLog {
  const encoder = new TextEncoder();
  async function* chunks() {
    for (const piece of pieces) {
      yield encoder.encode(piece.map((second) => `${line(second, name)}\n`).join(""));
    }
  }
  return named(name, readLogStream(chunks()));
}

function line(second: number, decky: string): string {
  return toJsonLine(createEvent({
    time: second * 1_000_000,
    sensor: "s",
    decky,
    service: "x",
    eventType: "y",
    fields: {},
  }));
}

function named(name: string, items: AsyncIterable<LogItem>): NamedLog {
  const counts = { lines: 0, foreign: 0 };
  return { name, items: tailLog(items, { filter: new EventFilter({}), sensor: "s" }, counts) };
}

async function merged(...logs: readonly NamedLog[]): Promise<string[]> {
  const all: string[] = [];
  for await (const { name, events } of mergeLogs(logs, () => {})) {
    for (const { time } of events) all.push(`${name}${time / 1_000_000}`);
  }
  return all;
}

Deno.test("mergeLogs() gives several logs in the order of time", async () => {
  assert.deepEqual(
    await merged(log("a", [1, 4], [7, 9]), log("b", [2, 3, 8]), log("c", [], [5]), log("d")),
    ["a1", "b2", "b3", "a4", "c5", "a7", "b8", "a9"],
  );
});

Deno.test("mergeLogs() leaves a log that is out of order in its own order", async () => {
  assert.deepEqual(await merged(log("a", [5, 1, 6]), log("b", [2, 7])), [
    "b2",
    "a5",
    "a1",
    "a6",
    "b7",
  ]);
});

Deno.test("mergeLogs() waits for no log of which all has been read", async () => {
  let wake = () => {};
  const later = new Promise<void>((resolve) => wake = resolve);
  async function* quiet(): AsyncGenerator<LogItem> {
    yield { kind: "caught_up", cursor: { v: 1, offset: 0, head: "", tail: "", dev: 0, ino: 0 } };
    await later;
  }
  const notices: string[] = [];
  const items = mergeLogs(
    [named("quiet", quiet()), log("a", [1], [2])],
    (name, { kind }) => notices.push(`${name} ${kind}`),
  );
  assert.equal((await items.next()).value?.name, "a");
  assert.equal((await items.next()).value?.name, "a");
  assert.deepEqual(notices, ["quiet caught_up"]);
  wake();
  assert.equal((await items.next()).done, true);
});

Deno.test("mergeLogs() waits for no log that cannot be read for now", async () => {
  const error = new Error("too many open files");
  async function* refused(): AsyncGenerator<LogItem, void> {
    yield { kind: "error", path: "b", code: "EMFILE", error, isFinal: false };
    await new Promise(() => {});
  }
  const found: number[] = [];
  for await (const { events } of mergeLogs([log("a", [1], [2]), named("b", refused())], () => {})) {
    found.push(...events.map(({ time }) => time / 1_000_000));
    if (found.length === 2) break;
  }
  assert.deepEqual(found, [1, 2]);
});

Deno.test("mergeLogs() does not wait for a stream that is silent, and takes what it says later", async () => {
  const speaks = Promise.withResolvers<void>();
  const later = log("b", [3]);
  async function* silent(): AsyncGenerator<TailChunk | LogNotice, void> {
    await speaks.promise;
    yield* later.items;
  }
  const stream = { name: "b", items: silent(), maySilence: true };
  const found: string[] = [];
  for await (const { name, events } of mergeLogs([log("a", [1], [2]), stream], () => {}, 0)) {
    for (const { time } of events) found.push(`${name}${time / 1_000_000}`);
    if (found.length === 2) speaks.resolve();
  }
  assert.deepEqual(found, ["a1", "a2", "b3"]);
});

Deno.test("mergeLogs() leaves nothing behind in a log in which nothing happens, however busy others are", async () => {
  let listeners = 0;
  class CountedPromise<T> extends Promise<T> {
    override then<A, B>(
      onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
      onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      listeners++;
      return super.then(onFulfilled, onRejected);
    }
  }
  const idle: NamedLog["items"] = {
    [Symbol.asyncIterator]: () => ({ next: () => new CountedPromise(() => {}) }),
  };
  const { items } = log("busy", [1]);
  async function* busy() {
    for (let count = 0; count < 1000; count++) {
      yield { kind: "caught_up", cursor: BEGINNING } as const;
    }
    yield* items;
  }
  const logs = [
    { name: "busy", items: busy() },
    { name: "idle", items: idle, maySilence: true },
  ];
  for await (const { name } of mergeLogs(logs, () => {}, 0)) {
    assert.equal(name, "busy");
    break;
  }
  assert.ok(listeners < 20, `${listeners}`);
});

Deno.test("mergeLogs() fails as a log does that others were heard of meanwhile", async () => {
  const failure = Promise.withResolvers<never>();
  async function* failing() {
    yield { kind: "caught_up", cursor: BEGINNING } as const;
    await failure.promise;
  }
  async function* busy() {
    for (let count = 0; count < 10; count++) {
      yield { kind: "caught_up", cursor: BEGINNING } as const;
    }
    failure.reject(new Error("torn"));
    await new Promise(() => {});
  }
  const logs = [{ name: "a", items: failing() }, { name: "b", items: busy() }];
  await assert.rejects(async () => {
    for await (const _ of mergeLogs(logs, () => {}));
  }, /torn/);
});
