/** Which piece of work something came from, as W3C Trace Context writes it. */

/** W3C Trace Context, 3.2: version 00. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** W3C Trace Context, 3.2.2.3 and 3.2.2.4: ids of zeros are none. */
const NO_ID = /^0+$/;

/** Name of the header that carries it, over HTTP and over NATS. */
export const TRACEPARENT_HEADER = "traceparent";

/** Links that a span has at the most: what OpenTelemetry's SDKs keep of them unless told otherwise. */
const MAX_ORIGINS = 128;

/** The parts of a traceparent. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** The parts of `value`; undefined for all that is no traceparent, which may come from anybody. */
export function parseTraceparent(value: unknown): TraceContext | undefined {
  if (typeof value !== "string") return undefined;
  const [, traceId, spanId, flags] = TRACEPARENT.exec(value) ?? [];
  if (traceId === undefined || NO_ID.test(traceId) || NO_ID.test(spanId!)) return undefined;
  return { traceId, spanId: spanId!, traceFlags: Number.parseInt(flags!, 16) };
}

/** True for what is safe to be sent on. */
export function isTraceparent(value: unknown): value is string {
  return parseTraceparent(value) !== undefined;
}

/** The different traceparents among `values`, as many as a span takes. */
export function distinctOrigins(values: Iterable<unknown>): string[] {
  const found = new Set<string>();
  for (const value of values) {
    // Most follow one of their own kind.
    if (value === undefined || found.has(value as string) || !isTraceparent(value)) continue;
    found.add(value);
    if (found.size === MAX_ORIGINS) break;
  }
  return [...found];
}
