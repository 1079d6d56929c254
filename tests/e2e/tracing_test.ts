/** Spans as OpenTelemetry's collectors get them. */
import assert from "node:assert/strict";
import { decnet, printedEvents } from "../support/decnet.ts";
import { Fleet } from "../support/rotating_fleet.ts";

/** A span in OTLP's JSON, as far as it matters here. */
interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly status?: { readonly message?: string };
}

/** What a collector is sent while `work` goes on. */
async function collected(work: (endpoint: string) => Promise<void>): Promise<SentSpan[]> {
  const spans: SentSpan[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.json();
      for (const { scopeSpans } of body.resourceSpans ?? []) {
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      return Response.json({});
    },
  );
  await work(`http://127.0.0.1:${server.addr.port}`);
  await server.shutdown();
  return spans;
}

Deno.test("each probe is a span, and its event says which", async () => {
  await using fleet = new Fleet(1);
  const args = [
    ...["probe", "--json", "--no-state", "--probe", "hassh"],
    ...["--port", `hassh=${fleet.ports[0]},1`, "127.0.0.1"],
  ];
  const untraced = printedEvents(await decnet(args));
  assert.ok(!("_trace" in untraced[0]!));
  let trace: string | undefined;
  const spans = await collected(async (endpoint) => {
    const [event] = printedEvents(
      await decnet(args, {
        env: {
          OTEL_DENO: "true",
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        },
      }),
    );
    trace = (event as { _trace?: string })._trace;
  });
  const probes = spans.filter(({ name }) => name === "probe.hassh");
  assert.equal(probes.length, 2);
  const found = probes.find(({ status }) => !status?.message)!;
  assert.equal(trace, `00-${found.traceId}-${found.spanId}-01`);
  assert.ok(probes.some(({ status }) => status?.message === "refused"));
});
