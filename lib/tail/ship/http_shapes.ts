/** Bodies of requests, as their receivers want them. */
import type { Event } from "../../event/event.ts";
import { parseTimestamp } from "../../event/time.ts";

/** How a receiver wants events, and how it answers. */
export interface HttpShape {
  readonly contentType: string;
  /** Format of the events when none is asked for, one of lib/event/formats.ts. */
  readonly format: string;
  /** @param write makes a line of an event */
  readonly body: (events: readonly Event[], write: (event: Event) => string) => string;
  /**
   * What the answer to a request that went well says of single events; undefined: nothing.
   *
   * @returns `again`: some must be sent again; `refused`: so many never will be taken
   */
  readonly judge?: (answer: string) => { readonly again: boolean; readonly refused: number };
  /**
   * False where 400 and 422 tell of the receiver's set-up and never of an event: nothing is left behind.
   *
   * @default true
   */
  readonly isRefused?: boolean;
}

const NANOS_PER_MICRO = "000";

const ndjson: HttpShape = {
  contentType: "application/x-ndjson",
  format: "native",
  body: (events, write) => events.map((event) => `${write(event)}\n`).join(""),
};

/** Elasticsearch's bulk API. The id makes a second delivery a conflict, which is as good. */
const elastic: HttpShape = {
  contentType: "application/x-ndjson",
  format: "ecs",
  body: (events, write) =>
    events.map((event) => `{"create":{"_id":"${event.event_id}"}}\n${write(event)}\n`).join(""),
  judge: (answer) => {
    const statuses = bulkStatuses(answer);
    return {
      again: statuses.some((status) => status === 429 || status >= 500),
      refused: statuses.filter((status) => status >= 400 && status < 500 && status !== 409).length,
    };
  },
};

/** Splunk's HTTP Event Collector. */
const splunk: HttpShape = {
  contentType: "application/json",
  format: "native",
  body: (events, write) =>
    events.map((event) => {
      const line = write(event);
      const isJson = line.startsWith("{");
      return `{"time":${(parseTimestamp(event.timestamp) ?? 0) / 1e6},"host":${
        JSON.stringify(event.sensor)
      },"source":"decnet","sourcetype":"decnet:${isJson ? "json" : "text"}","event":${
        isJson ? line : JSON.stringify(line)
      }}\n`;
    }).join(""),
};

/** Lines with the same labels. */
interface LokiStream {
  readonly stream: Readonly<Record<string, string>>;
  readonly values: [nanoseconds: string, line: string][];
}

/** Loki's push API: a stream for each sensor and service, for labels must be few. */
const loki: HttpShape = {
  contentType: "application/json",
  format: "native",
  body: (events, write) => {
    const streams = new Map<string, LokiStream>();
    for (const event of events) {
      const { sensor, service } = event;
      const key = JSON.stringify([sensor, service]);
      const labels = { job: "decnet", sensor, service };
      const found: LokiStream = streams.get(key) ?? { stream: labels, values: [] };
      streams.set(key, found);
      const nanos = `${parseTimestamp(event.timestamp) ?? 0}${NANOS_PER_MICRO}`;
      found.values.push([nanos, write(event)]);
    }
    return JSON.stringify({ streams: [...streams.values()] });
  },
};

/** By the name that `--shape` has for it. */
export const HTTP_SHAPES = { ndjson, elastic, splunk, loki } as const satisfies Readonly<
  Record<string, HttpShape>
>;

/** Statuses of the items of a bulk answer; empty when it tells of no error. */
function bulkStatuses(answer: string): number[] {
  try {
    const { errors, items } = JSON.parse(answer) as {
      errors?: unknown;
      items?: Readonly<Record<string, { readonly status?: unknown }>>[];
    };
    if (errors !== true || !Array.isArray(items)) return [];
    return items.flatMap((item) => Object.values(item).map(({ status }) => Number(status)));
  } catch {
    return [];
  }
}
