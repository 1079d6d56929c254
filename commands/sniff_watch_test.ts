import assert from "node:assert/strict";
import type { CaptureDrops } from "../lib/sniff/capture_drops.ts";
import { Dedup } from "../lib/sniff/dedup.ts";
import { startMessages } from "./messages.ts";
import { SniffTally } from "./sniff_tally.ts";
import { SniffWatch, type SniffWatchOptions } from "./sniff_watch.ts";

/** A watch whose timers go off when the test says so, and what it said. */
function watched(
  { statistics, hasLine, verbose }: { statistics: boolean; hasLine: boolean; verbose: number },
  body: (scene: {
    /** Lets the timers of such an interval go off. */
    readonly tick: (millis: number) => void;
    readonly tally: SniffTally;
    readonly kernel: { received: number; dropped: number; interfaceDropped: number };
    readonly said: readonly string[];
    readonly drawn: readonly string[];
  }) => void,
): { said: string[]; drawn: string[]; lost: CaptureDrops[] } {
  const said: string[] = [];
  const drawn: string[] = [];
  const lost: CaptureDrops[] = [];
  const timers: { readonly action: () => void; readonly millis: number }[] = [];
  const kernel = { received: 0, dropped: 0, interfaceDropped: 0 };
  const tally = new SniffTally(new Dedup(0));
  const options: SniffWatchOptions = {
    screen: {
      hasLine,
      progress: (text, millis) => void timers.push({ action: () => drawn.push(text()), millis }),
      end: () => drawn.push("gone"),
    },
    messages: startMessages({
      ...{ verb: "sniff", quiet: false, verbose, format: "text" },
      write: (text) => said.push(text),
    }),
    tally,
    live: [{ name: "eth0", statistics: () => kernel }],
    statistics,
    onDrops: (drops) => lost.push(drops),
  };
  const real = globalThis.setInterval;
  globalThis.setInterval =
    ((action: () => void, millis: number) =>
      timers.push({ action, millis })) as unknown as typeof setInterval;
  try {
    using _watch = new SniffWatch(options);
    const tick = (millis: number) => {
      for (const timer of timers.filter((one) => one.millis === millis)) timer.action();
    };
    body({ tick, tally, kernel, said, drawn });
  } finally {
    globalThis.setInterval = real;
  }
  return { said, drawn, lost };
}

Deno.test("SniffWatch draws counts every ten seconds where there is a line for them", () => {
  const { said, drawn } = watched(
    { statistics: true, hasLine: true, verbose: 1 },
    ({ tick, tally }) => {
      tick(10_000);
      tally.begin(() => ({ packets: 5, bytes: 1 }));
      tick(10_000);
    },
  );
  assert.deepEqual(drawn.map((line) => line.split(",")[0]), ["0 packets", "5 packets", "gone"]);
  assert.deepEqual(said, []);
});

Deno.test("SniffWatch tells counts every ten seconds elsewhere, with -v only", () => {
  const run = (verbose: number) =>
    watched({ statistics: true, hasLine: false, verbose }, ({ tick }) => {
      tick(10_000);
      tick(10_000);
    });
  assert.deepEqual(run(0).said, []);
  const { said } = run(1);
  assert.equal(said.length, 2);
  for (const line of said) assert.match(line, /^decnet: 0 packets, 0 events, .*0 dropped\n$/);
});

Deno.test("SniffWatch tells no counts that nobody asked for", () => {
  const { said, drawn } = watched(
    { statistics: false, hasLine: true, verbose: 1 },
    ({ tick }) => tick(10_000),
  );
  assert.deepEqual([said, drawn], [[], ["gone"]]);
});

Deno.test("SniffWatch warns of dropped packets, of the last ones at the end", () => {
  const { said, lost } = watched(
    { statistics: false, hasLine: false, verbose: 0 },
    ({ tick, kernel, said }) => {
      tick(1000);
      assert.deepEqual(said, []);
      kernel.dropped = 7;
      tick(1000);
      kernel.dropped = 9;
      tick(1000);
      assert.equal(said.length, 1);
    },
  );
  assert.deepEqual(said.map((line) => /dropped \d+ packets, \d+ in all/.exec(line)?.[0]), [
    "dropped 7 packets, 7 in all",
    "dropped 2 packets, 9 in all",
  ]);
  assert.match(said[0]!, /^decnet: warning: eth0: the kernel dropped/);
  assert.deepEqual(lost, [
    { source: "eth0", fresh: 7, dropped: 7 },
    { source: "eth0", fresh: 2, dropped: 9 },
  ]);
});
