import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { MemoryOutput } from "../../tests/support/collect_output.ts";
import { FakeCollectClock } from "../../tests/support/fake_collect_clock.ts";
import { REAL_CLOCK } from "./collect_clock.ts";
import { Collector, type CollectorOptions } from "./collector.ts";
import { HeldBack } from "./held_back.ts";
import { Limiter } from "./limiter.ts";
import type { Origin, Source, SourceContext } from "./source.ts";
import { freshCounters } from "./stats.ts";

const DECOY: Origin = { decky: "omega", service: "ssh", container: "omega-ssh" };
const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };

function subject(others: Partial<CollectorOptions> = {}) {
  const output = new MemoryOutput();
  const messages: string[] = [];
  const collector = new Collector({
    sensor: "s",
    limiter: new Limiter({ window: 1_000_000, types: ["connect"] }),
    window: 1000,
    held: new HeldBack(),
    counters: freshCounters(),
    dropApps: new Set(),
    guessIp: false,
    zoneOffset: 0,
    output,
    ledger: undefined,
    back: undefined,
    sdId: undefined,
    onCommitted: () => {},
    message: (level, text) => messages.push(`${level}: ${text}`),
    clock: REAL_CLOCK,
    ...others,
  });
  const run = (...sources: ((context: SourceContext) => Promise<void>)[]) =>
    collector.run(sources.map((source): Source => ({ run: source })), new AbortController().signal);
  return { collector, output, messages, run };
}

function batch(...texts: string[]) {
  const lines = texts.map((text, index) => ({ text, time: undefined, place: String(index) }));
  return { key: "k", origin: DECOY, lines, position: undefined };
}

Deno.test("Collector runs all sources to their end and writes what they give", async () => {
  const { output, run } = subject();
  const isWell = await run(
    (context) => context.lines(batch("a", "b")),
    async (context) => {
      assert.equal(await context.resume("k"), undefined);
      await context.lines({ ...batch("c"), key: "other" });
      assert.ok(output.lines.includes("c"), "lines() resolves when they are written");
    },
  );
  assert.equal(isWell, true);
  assert.deepEqual(output.lines.toSorted(), ["a", "b", "c"]);
});

Deno.test("Collector goes on with the others when one source fails, and says so", async () => {
  const { output, messages, run } = subject();
  const isWell = await run(
    () => Promise.reject(Object.assign(new Error("no engine"), { hint: "is it running?" })),
    (context) => context.lines(batch("a")),
  );
  assert.equal(isWell, false);
  assert.deepEqual(output.lines, ["a"]);
  assert.deepEqual(messages, ["error: no engine; is it running?"]);
});

Deno.test("Collector makes events of notices", async () => {
  const { output, run } = subject();
  await run(async ({ notice }) => {
    await notice({ key: "docker/1", origin: DECOY, kind: "gap", detail: { from: "a", to: "b" } });
    await notice({ key: "docker/1", origin: DECOY, kind: "started", detail: {} });
    await notice({ key: "file/x", origin: NOBODY, kind: "restarted", detail: { n: 1 } });
  });
  const told = output.events.map(({ decky, service, event_type, fields }) =>
    [decky, service, event_type, fields] as const
  );
  assert.deepEqual(told, [
    ["omega", "ssh", "gap", { stream: "docker/1", container: "omega-ssh", from: "a", to: "b" }],
    ["omega", "ssh", "container_started", { stream: "docker/1", container: "omega-ssh" }],
    ["decnet-collector", "collector", "source_restarted", { stream: "file/x", n: 1 }],
  ]);
  assert.deepEqual(output.lines, output.events.map(({ raw_line }) => raw_line));
});

Deno.test("Collector tells at the end what was held back", async () => {
  const { output, run } = subject();
  const connect = '<134>1 2026-05-03T05:12:51Z d ssh - connect [r@1 src_ip="192.0.2.1"]';
  await run((context) => context.lines(batch(connect, connect, connect)));
  const [held] = output.eventsOf("rate_limited");
  assert.equal(output.eventsOf("connect").length, 1);
  assert.deepEqual([held!.attacker_ip, held!.fields["count"]], ["192.0.2.1", 2]);
  assert.equal(output.lines.length, 4);
});

Deno.test("Collector tells what it did since it last told", async () => {
  const { collector, output, run } = subject();
  await run(async (context) => {
    await context.lines(batch("a", "b"));
    collector.tellStats();
    await context.lines(batch("c"));
    collector.tellStats();
  });
  const counts = output.eventsOf("collector_stats").map(({ fields }) => fields["lines"]);
  assert.deepEqual(counts, [2, 1]);
  assert.equal(output.eventsOf("collector_stats")[0]!.fields["streams"], 1);
});

Deno.test("Collector tells of a full disk once it goes on", async () => {
  const clock = new FakeCollectClock(0);
  const { output, messages, run } = subject({ clock });
  output.failures = 1;
  const running = run((context) => context.lines(batch("a", "b")));
  await setImmediate();
  clock.advance(1000);
  await running;
  assert.deepEqual(output.lines.slice(0, 2), ["a", "b"]);
  const [full] = output.eventsOf("disk_full");
  const { path, code, records_held: held, attempts } = full!.fields;
  assert.deepEqual([path, code, held, attempts], ["out.log", "ENOSPC", 4, 1]);
  assert.match(messages[0]!, /^error: out.log: no space; holds everything back/);
  assert.match(messages[1]!, /^info: out.log is written again after 1 s$/);
});

Deno.test("Collector ends although the disk stays full, and says what is missing", async () => {
  const { collector, output, messages } = subject();
  output.failures = Infinity;
  const abort = new AbortController();
  const isWell = await collector.run([{
    run: async (context) => {
      const written = context.lines(batch("a"));
      abort.abort();
      assert.ok(context.signal.aborted);
      await written;
    },
  }], abort.signal);
  assert.equal(isWell, false);
  assert.equal(messages.at(-1), "error: 2 records could not be written");
});

Deno.test("Collector stops at the signal, and hands it on", async () => {
  const { collector, output } = subject();
  const abort = new AbortController();
  const run = collector.run([{
    run: async (context) => {
      await context.lines(batch("a"));
      await new Promise<void>((resolve) =>
        context.signal.addEventListener("abort", () => resolve())
      );
      await context.lines(batch("last"));
    },
  }], abort.signal);
  setTimeout(() => abort.abort());
  assert.equal(await run, true);
  assert.deepEqual(output.lines, ["a", "last"]);
});

Deno.test("Collector tells its counts each minute", async () => {
  const clock = new FakeCollectClock(0);
  const { output, run } = subject({ clock });
  await run(async (context) => {
    for (const text of ["a", "b"]) {
      await context.lines(batch(text));
      clock.advance(60_000);
      await setImmediate();
    }
  });
  const told = output.eventsOf("collector_stats").map(({ decky, service, fields }) => [
    ...[decky, service, fields["seconds"], fields["lines"], fields["streams"]],
  ]);
  assert.deepEqual(told, [
    ["decnet-collector", "collector", 60, 1, 1],
    ["decnet-collector", "collector", 60, 1, 1],
  ]);
  clock.advance(600_000);
  assert.equal(output.eventsOf("collector_stats").length, 2, "not behind its end");
});
