/**
 * Spans of OpenTelemetry, made by Deno itself: with OTEL_DENO=true it exports them as its OTEL_*
 * variables say. Without the variable nothing of this is loaded, see commands/start_tracing.ts.
 */
import type { Event } from "../event/event.ts";
import { BatchSpans, type BatchSpansOptions } from "./batch_spans.ts";
import { distinctOrigins, parseTraceparent } from "./traceparent.ts";

/** What is told of a span beside its name and its time. */
export type SpanAttributes = Readonly<
  Record<string, string | number | boolean | readonly string[]>
>;

/** A piece of work under way. */
export interface Span {
  /** W3C Trace Context: `00-<trace id>-<span id>-<flags>`, for events and headers. */
  readonly traceparent: string;
  setAttributes(attributes: SpanAttributes): void;
  /** It turned out to come from these, too; see {@linkcode SpanOrigin}. */
  link(origins: Iterable<unknown>): void;
  /** Does `work` as a part of this one: what Deno traces by itself meanwhile (fetch) is its child. */
  run<T>(work: () => T): T;
  /** @param failure why the work failed, where it did */
  end(failure?: string): void;
}

/** Where work comes from. */
export interface SpanOrigin {
  /** Traceparent of the work that this one is part of. */
  readonly parent?: string | undefined;
  /**
   * Traceparents of the work that made what is worked on, among whatever else. A single one, where nothing
   * else is the parent, becomes it, so that an event's way is one trace; several are linked to.
   */
  readonly origins?: Iterable<unknown> | undefined;
}

/** Makes spans. */
export interface Tracing {
  start(name: string, attributes?: SpanAttributes, origin?: SpanOrigin): Span;
  /** Spans for work in many small batches. */
  batches(options: BatchSpansOptions): BatchSpans;
  /** `event` as the work with this traceparent made it; as it is without one. */
  mark(event: Event, traceparent: string | undefined): Event;
}

/** The parts of OpenTelemetry's interface that are used here. */
interface OtelSpan {
  spanContext(): { traceId: string; spanId: string; traceFlags: number };
  setAttributes(attributes: SpanAttributes): void;
  setStatus(status: { code: number; message?: string }): void;
  addLink(link: OtelLink): void;
  end(): void;
}

interface OtelLink {
  readonly context: unknown;
}

interface OtelOptions {
  readonly attributes?: SpanAttributes;
  readonly links?: readonly OtelLink[];
  readonly root?: boolean;
}

interface OtelTracer {
  startSpan(name: string, options: OtelOptions, context?: OtelContext): OtelSpan;
}

interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
  deleteValue(key: symbol): OtelContext;
}

interface OtelContextManager {
  with<T>(context: OtelContext, work: () => T): T;
}

/** @opentelemetry/api: the key under which a context holds its span. */
const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

/** @opentelemetry/api: SpanStatusCode.ERROR. */
const STATUS_ERROR = 2;

/** Makes spans under this program's name. Only where OTEL_DENO=true they come to anything. */
export function openTracing(version: string): Tracing {
  const tracer = Deno.telemetry.tracerProvider.getTracer("decnet", version) as OtelTracer;
  return new DenoTracing(tracer);
}

class DenoTracing implements Tracing {
  readonly #tracer: OtelTracer;

  constructor(tracer: OtelTracer) {
    this.#tracer = tracer;
  }

  start(
    name: string,
    attributes: SpanAttributes = {},
    { parent, origins = [] }: SpanOrigin = {},
  ): Span {
    const sources = distinctOrigins(origins);
    const adopted = parent ?? (sources.length === 1 ? sources[0] : undefined);
    const context = remoteSpan(adopted);
    const links = adopted === sources[0] ? [] : linksTo(sources);
    const options = { attributes, ...links.length === 0 ? {} : { links } };
    // Else a request of before, which Deno leaves behind as the current work, would become the parent.
    const span = context === undefined
      ? this.#tracer.startSpan(name, { ...options, root: true })
      : this.#tracer.startSpan(name, options, contextOf(context));
    return new DenoSpan(span);
  }

  batches(options: BatchSpansOptions): BatchSpans {
    return new BatchSpans(this, options);
  }

  mark(event: Event, traceparent: string | undefined): Event {
    if (traceparent === undefined) return event;
    const { timestamp, event_id, schema, sensor, decky, service, event_type, attacker_ip } = event;
    const { fields, msg } = event;
    return {
      ...{ timestamp, event_id, schema, sensor, decky, service, event_type, attacker_ip, fields },
      ...(msg === undefined ? {} : { msg }),
      _trace: traceparent,
    };
  }
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

  link(origins: Iterable<unknown>): void {
    for (const link of linksTo(distinctOrigins(origins))) this.#span.addLink(link);
  }

  run<T>(work: () => T): T {
    const manager = Deno.telemetry.contextManager as OtelContextManager;
    return manager.with(contextOf(this.#span), work);
  }

  end(failure?: string): void {
    if (failure !== undefined) this.#span.setStatus({ code: STATUS_ERROR, message: failure });
    this.#span.end();
  }
}

function linksTo(traceparents: readonly string[]): OtelLink[] {
  return traceparents.map((traceparent) => ({ context: remoteSpan(traceparent)?.spanContext() }));
}

/** The span of somebody else; undefined where `traceparent` is none. */
function remoteSpan(traceparent: string | undefined) {
  const parts = parseTraceparent(traceparent);
  if (parts === undefined) return undefined;
  const context = { ...parts, isRemote: true };
  return { spanContext: () => context };
}

/** A context that holds nothing but a span, until somebody puts more into it. */
function contextOf(span: unknown): OtelContext {
  return new SpanContext(new Map([[SPAN_KEY, span]]));
}

class SpanContext implements OtelContext {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  setValue(key: symbol, value: unknown): OtelContext {
    return new SpanContext(new Map([...this.#values, [key, value]]));
  }

  deleteValue(key: symbol): OtelContext {
    return new SpanContext(new Map([...this.#values].filter(([known]) => known !== key)));
  }
}
