import assert from "node:assert/strict";
import { type HealthReport, parseHealthReport } from "./health_report.ts";
import { startMetrics } from "./metrics_server.ts";
import { prometheusText } from "./prometheus.ts";

const REPORT: HealthReport = {
  worker: "sniff",
  sensor: 'edge "1"\n',
  ts: 1000,
  version: "0.1.0",
  pid: 7,
  uptime: 12.5,
  counters: { packetsRead: 3 },
  gauges: { openFlows: 2, "a-b": 1 },
};

Deno.test("prometheusText() writes counters and gauges with escaped labels", () => {
  assert.equal(
    prometheusText(REPORT),
    [
      "# TYPE decnet_info gauge",
      'decnet_info{verb="sniff",sensor="edge \\"1\\"\\n",version="0.1.0"} 1',
      "# TYPE decnet_uptime_seconds gauge",
      'decnet_uptime_seconds{verb="sniff",sensor="edge \\"1\\"\\n"} 12.5',
      "# TYPE decnet_packets_read_total counter",
      'decnet_packets_read_total{verb="sniff",sensor="edge \\"1\\"\\n"} 3',
      "# TYPE decnet_open_flows gauge",
      'decnet_open_flows{verb="sniff",sensor="edge \\"1\\"\\n"} 2',
      "# TYPE decnet_a_b gauge",
      'decnet_a_b{verb="sniff",sensor="edge \\"1\\"\\n"} 1',
      "",
    ].join("\n"),
  );
});

Deno.test("parseHealthReport() gives back what was written, and takes no nonsense", () => {
  assert.deepEqual(parseHealthReport(JSON.stringify(REPORT)), REPORT);
  for (const text of ["", "null", "[]", "{}", '{"worker":"a","sensor":"b","ts":"now"}']) {
    assert.equal(parseHealthReport(text), undefined, text);
  }
  const odd = '{"worker":"a","sensor":"b","ts":1,"counters":{"x":"y","z":1},"gauges":3}';
  assert.deepEqual(parseHealthReport(odd)?.counters, { z: 1 });
});

Deno.test("startMetrics() answers a scrape, and nothing else", async () => {
  const server = startMetrics("127.0.0.1:0", () => REPORT);
  const at = (path: string, method = "GET") =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  const answer = await at("/metrics");
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.equal(await answer.text(), prometheusText(REPORT));
  for (const [path, method] of [["/", "GET"], ["/metrics", "POST"]] as const) {
    const other = await at(path, method);
    await other.body?.cancel();
    assert.ok(other.status === 404 || other.status === 405);
  }
  await server[Symbol.asyncDispose]();
  assert.throws(() => startMetrics("nonsense", () => REPORT), SyntaxError);
});
