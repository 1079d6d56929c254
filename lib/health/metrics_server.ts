/** `--metrics`: answers Prometheus' scrapes. */
import type { HealthReport } from "./health_report.ts";
import { PROMETHEUS_TYPE, prometheusText } from "./prometheus.ts";

/** A server that is there until it is disposed of. */
export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Listens at `place`.
 *
 * @param place `127.0.0.1:9090`, `[::1]:9090`; port 0 for any that is free
 * @throws {SyntaxError} for another kind of text
 * @throws {Error} when it cannot listen there
 */
export function startMetrics(place: string, report: () => HealthReport): MetricsServer {
  const match = /^(\[[0-9a-f:.]+\]|[^:]+):(\d{1,5})$/i.exec(place);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new SyntaxError(`"${place}" is no address and port like 127.0.0.1:9090`);
  }
  const hostname = match[1]!.replace(/^\[(.*)\]$/, "$1");
  const server = Deno.serve({ hostname, port, onListen: () => {} }, (request) => {
    if (new URL(request.url).pathname !== "/metrics") return new Response(null, { status: 404 });
    if (request.method !== "GET") return new Response(null, { status: 405 });
    return new Response(prometheusText(report()), { headers: { "content-type": PROMETHEUS_TYPE } });
  });
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}
