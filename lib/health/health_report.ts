/** What a long-running verb tells of itself. */

/** Numbers by name: counts that only grow, and amounts that go up and down. */
export interface HealthNumbers {
  /** Names in camel case: `linesRead`. */
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}

/** One report, as it goes over the bus. */
export interface HealthReport {
  readonly worker: string;
  readonly sensor: string;
  /** Milliseconds since the epoch. */
  readonly ts: number;
  readonly version: string;
  readonly pid: number;
  /** Seconds since the start. */
  readonly uptime: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}

/** How long a report says that all is well: three of them may be lost. */
export const FRESH_MS = 90_000;

/** How often one is sent. */
export const REPORT_EVERY_MS = 30_000;

/** Reads a report of anybody's. Undefined for what is none. */
export function parseHealthReport(text: string): HealthReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { worker, sensor, ts, version, pid, uptime, counters, gauges } = value as Record<
    string,
    unknown
  >;
  if (typeof worker !== "string" || typeof sensor !== "string" || !isNumber(ts)) return undefined;
  return {
    worker,
    sensor,
    ts,
    version: typeof version === "string" ? version : "",
    pid: isNumber(pid) ? pid : 0,
    uptime: isNumber(uptime) ? uptime : 0,
    counters: numbersOf(counters),
    gauges: numbersOf(gauges),
  };
}

function numbersOf(value: unknown): Record<string, number> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, number]) => isNumber(number)));
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
