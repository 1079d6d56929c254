/** What OpenTelemetry's collectors are sent. */
import { fileURLToPath } from "node:url";

const CHILD = fileURLToPath(new URL("otlp_receiver_child.ts", import.meta.url));

/** Far beyond what an exporter takes, which sends at its end what is left. */
const NEVER_AFTER_MS = 180_000;

/** A span in OTLP's JSON, as far as it matters here. */
export interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentSpanId: string;
  readonly status?: { readonly code: number; readonly message?: string };
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** By name; lists as lists of texts. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface SentValue {
  readonly arrayValue?: { readonly values: readonly SentValue[] };
}

/** A receiver, killed when it is disposed of. */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: SentSpan[] = [];
  /** Makes Deno trace, and send here. */
  readonly env: Readonly<Record<string, string>>;
  readonly #child: Deno.ChildProcess;
  #wake = () => {};

  private constructor(child: Deno.ChildProcess, port: string) {
    this.#child = child;
    this.env = {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    };
  }

  /** Starts one. @param under a command that runs the rest of its arguments, say in a namespace */
  static async start(under: readonly string[] = []): Promise<OtlpReceiver> {
    const [command, ...args] = [...under, Deno.execPath(), "run", "--quiet", "-A", CHILD];
    const child = new Deno.Command(command!, { args, stdin: "null", stdout: "piped" }).spawn();
    const lines = linesOf(child.stdout);
    const { value: port } = await lines.next();
    const receiver = new OtlpReceiver(child, port!);
    void receiver.#collect(lines);
    return receiver;
  }

  /** Spans called `name`, once there are so many. */
  async named(name: string, count = 1): Promise<SentSpan[]> {
    const found = () => this.spans.filter((span) => span.name === name);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, NEVER_AFTER_MS);
    try {
      while (found().length < count) {
        if (isLate) throw new Error(`${found().length} of ${count} spans ${name}`);
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
      return found();
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  async #collect(lines: AsyncIterable<string>): Promise<void> {
    for await (const line of lines) {
      for (const { scopeSpans } of JSON.parse(line).resourceSpans ?? []) {
        for (const { spans } of scopeSpans) this.spans.push(...spans.map(readSpan));
      }
      this.#wake();
    }
  }
}

/** The traceparent of a span. */
export function traceparentOf({ traceId, spanId }: SentSpan): string {
  return `00-${traceId}-${spanId}-01`;
}

// deno-lint-ignore no-explicit-any
function readSpan(sent: any): SentSpan {
  const attributes = (sent.attributes ?? []).map((
    { key, value }: { key: string; value: SentValue },
  ) => [key, valueOf(value)]);
  const { name, traceId, spanId, parentSpanId = "", status, links = [] } = sent;
  return {
    ...{ name, traceId, spanId, parentSpanId, status, links },
    attributes: Object.fromEntries(attributes),
  };
}

function valueOf(value: SentValue): unknown {
  return value.arrayValue === undefined
    ? Object.values(value)[0]
    : value.arrayValue.values.map(valueOf);
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
