import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePrometheus } from "../../tests/support/prometheus_parser.ts";
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
  const labels = 'verb="sniff",sensor="edge \\"1\\"\\n"';
  assert.equal(
    prometheusText(REPORT),
    [
      "# HELP decnet_info The version that runs.",
      "# TYPE decnet_info gauge",
      `decnet_info{${labels},version="0.1.0"} 1`,
      "# HELP decnet_uptime_seconds Time since the start.",
      "# TYPE decnet_uptime_seconds gauge",
      `decnet_uptime_seconds{${labels}} 12.5`,
      "# HELP decnet_packets_read_total Packets read.",
      "# TYPE decnet_packets_read_total counter",
      `decnet_packets_read_total{${labels}} 3`,
      "# HELP decnet_open_flows Open flows.",
      "# TYPE decnet_open_flows gauge",
      `decnet_open_flows{${labels}} 2`,
      "# HELP decnet_a_b A b.",
      "# TYPE decnet_a_b gauge",
      `decnet_a_b{${labels}} 1`,
      "",
    ].join("\n"),
  );
});

Deno.test("prometheusText() is in the format whatever the names, and tells what it was given", () => {
  const number = fc.oneof(fc.double(), fc.nat());
  const numbers = fc.dictionary(fc.string(), number);
  // What is counted is a number.
  const amounts = fc.dictionary(fc.string(), fc.oneof(fc.double({ noNaN: true }), fc.nat()));
  fc.assert(
    fc.property(numbers, amounts, fc.string(), fc.string(), (gauges, counts, sensor, version) => {
      const counters = Object.fromEntries(
        Object.entries(counts).map(([name, count]) => [name, Math.abs(count)]),
      );
      const text = prometheusText({ ...REPORT, sensor, version, gauges, counters });
      const families = parsePrometheus(text);
      const [info] = families.get("decnet_info")!.samples;
      assert.deepEqual({ ...info!.labels }, { verb: "sniff", sensor, version });
    }),
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
