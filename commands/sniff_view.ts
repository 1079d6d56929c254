/** How counts of a sniffer's run read. */
import type { EngineCounters } from "../lib/sniff/engine.ts";
import type { SourceStatistics } from "./sniff_sources.ts";
import type { Counters, SniffStatistics } from "./sniff_tally.ts";

/** What counters count, where their names do not say it. */
const LABELS: Readonly<Record<string, string>> = {
  notIp: "packets without IP",
  outside: "sightings between strangers",
  suppressed: "sightings told before",
  dedup: "sightings remembered",
};

/** Ends the names of counters of the most there was at a time. */
const HIGH_WATER = "HighWater";

/** `12345 packets, 67890 bytes, 12 flows, 1 event`: what a source came to. */
export function sourceLine(
  { packets, bytes, flows }: Pick<EngineCounters, "packets" | "bytes" | "flows">,
  events: number,
): string {
  return [
    counted(packets, "packet"),
    counted(bytes, "byte"),
    counted(flows, "flow"),
    counted(events, "event"),
  ].join(", ");
}

/** `12 packets received by the kernel, 0 dropped`. */
export function kernelLine({ received, dropped, interfaceDropped }: SourceStatistics): string {
  const before = interfaceDropped > 0 ? `, ${interfaceDropped} by the interface` : "";
  return `${counted(received, "packet")} received by the kernel, ${dropped} dropped${before}`;
}

/** `12345 packets, 67 events, 1028 packets/s, 0 dropped`, of which the rate is that since `before`. */
export function statisticsLine(now: SniffStatistics, before?: SniffStatistics): string {
  const packets = now.packets - (before?.packets ?? 0);
  const seconds = now.seconds - (before?.seconds ?? 0);
  return [
    counted(now.packets, "packet"),
    counted(eventCount(now.events), "event"),
    `${perSecond(packets, seconds)} packets/s`,
    ...(now.kernel === undefined ? [] : [`${now.kernel.dropped} dropped`]),
  ].join(", ");
}

/** The counts for reports of health. */
export function healthNumbers({ packets, bytes, counters, events, kernel }: SniffStatistics) {
  const grown = Object.entries(counters).filter(([name]) => !name.endsWith(HIGH_WATER));
  return {
    counters: {
      packets,
      bytes,
      events: eventCount(events),
      kernelDropped: kernel?.dropped ?? 0,
      ...Object.fromEntries(grown),
    },
    gauges: {},
  };
}

/** All counts, a line each for packets, events, what became of them, tables and the kernel. */
export function statisticsLines(statistics: SniffStatistics): string[] {
  const { packets, bytes, seconds, counters, events, kernel } = statistics;
  const rate = perSecond(packets, seconds);
  const names = Object.keys(counters);
  const highWater = names.filter((name) => name.endsWith(HIGH_WATER));
  const others = names.filter((name) => !name.endsWith(HIGH_WATER));
  return [
    `packets ${packets}, bytes ${bytes}, seconds ${seconds.toFixed(2)}, packets/s ${rate}`,
    `events ${eventCount(events)}${list(Object.entries(events), ": ")}`,
    list(others.map((name) => [label(name), counters[name]!])),
    list(
      highWater.map((name) => [label(name.slice(0, -HIGH_WATER.length)), counters[name]!]),
      "most at a time: ",
    ),
    kernel === undefined ? "" : `kernel: received ${kernel.received}, dropped ${kernel.dropped}, ` +
      `dropped by the interface ${kernel.interfaceDropped}`,
  ].filter((line) => line !== "");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function eventCount(events: Counters): number {
  return Object.values(events).reduce((sum, count) => sum + count, 0);
}

function perSecond(count: number, seconds: number): number {
  return seconds > 0 ? Math.round(count / seconds) : 0;
}

function list(counts: readonly (readonly [name: string, count: number])[], before = ""): string {
  if (counts.length === 0) return "";
  return before + counts.map(([name, count]) => `${name} ${count}`).join(", ");
}

/** `flowsEvicted` reads `flows evicted`. */
function label(name: string): string {
  return LABELS[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
