/**
 * Spans of OpenTelemetry, made by Deno itself: with OTEL_DENO=true it exports them as its OTEL_*
 * variables say. Nothing is loaded for it, and without the variable nothing is made.
 */

/** What is told of a span beside its name and its time. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A piece of work under way. */
export interface Span {
  /** W3C Trace Context: `00-<trace id>-<span id>-<flags>`, for events and headers. */
  readonly traceparent: string;
  setAttributes(attributes: SpanAttributes): void;
  /** @param failure why the work failed, where it did */
  end(failure?: string): void;
}

/** Makes spans. */
export interface Tracing {
  /** @param parent traceparent of the work that this one is part of */
  start(name: string, attributes?: SpanAttributes, parent?: string): Span;
}

/** The parts of OpenTelemetry's interface that are used here. */
interface OtelSpan {
  spanContext(): { traceId: string; spanId: string; traceFlags: number };
  setAttributes(attributes: SpanAttributes): void;
  setStatus(status: { code: number; message?: string }): void;
  end(): void;
}

interface OtelTracer {
  startSpan(name: string, options: { attributes?: SpanAttributes }, context?: unknown): OtelSpan;
}

/** @opentelemetry/api: the key under which a context holds its span. */
const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

/** @opentelemetry/api: SpanStatusCode.ERROR. */
const STATUS_ERROR = 2;

/** W3C Trace Context, 3.2: version 00. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Tracing where OTEL_DENO asks for it; undefined everywhere else. */
export function openTracing(version: string): Tracing | undefined {
  if (Deno.env.get("OTEL_DENO") !== "true") return undefined;
  const tracer = Deno.telemetry.tracerProvider.getTracer("decnet", version) as OtelTracer;
  return {
    start(name, attributes, parent) {
      const options = attributes === undefined ? {} : { attributes };
      return new DenoSpan(tracer.startSpan(name, options, contextOf(parent)));
    },
  };
}

class DenoSpan implements Span {
  readonly #span: OtelSpan;
  readonly traceparent: string;

  constructor(span: OtelSpan) {
    this.#span = span;
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
  }

  setAttributes(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  end(failure?: string): void {
    if (failure !== undefined) this.#span.setStatus({ code: STATUS_ERROR, message: failure });
    this.#span.end();
  }
}

/** A context that holds nothing but the span of somebody else. */
function contextOf(traceparent: string | undefined): unknown {
  const match = TRACEPARENT.exec(traceparent ?? "");
  if (match === null) return undefined;
  const [, traceId, spanId, flags] = match;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags!, 16), isRemote: true };
  const span = { spanContext: () => context };
  return { getValue: (key: symbol) => key === SPAN_KEY ? span : undefined };
}
