/** Spans as OpenTelemetry's collectors get them. */
import assert from "node:assert/strict";
import { pcap } from "../support/capture_builder.ts";
import { decnet, parseEvents, printedEvents } from "../support/decnet.ts";
import { LIVE, sendFrames, startLiveSniffer } from "../support/live_sniffer.ts";
import { networkNamespace } from "../support/network_namespace.ts";
import { OtlpReceiver, traceparentOf } from "../support/otlp_receiver.ts";
import { testNeeding } from "../support/requirements.ts";
import { Fleet } from "../support/rotating_fleet.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { helloFor, TcpTalk } from "../support/tcp_talk.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Where an event says which work made it. */
function tracesIn(lines: string): (string | undefined)[] {
  return parseEvents(lines).map((event) => (event as { _trace?: string })._trace);
}

/** Lines without what tells of the work that made them. */
function untraced(lines: string): string {
  return lines.replaceAll(/,"_trace":"00-[0-9a-f]{32}-[0-9a-f]{16}-01"/g, "");
}

function talk(name: string, clientPort = 40_000) {
  return new TcpTalk({ clientPort }).open().say("client", helloFor(name)).packets;
}

const LINES = Array.from(
  { length: 5 },
  (_, index) =>
    "<134>1 2026-05-03T05:12:51.123456+00:00 decky-01 ssh - auth_attempt " +
    `[relay@55555 src_ip="192.0.2.${index}"${index % 2 ? ' user="x"' : ""}]${
      index % 2 ? " hi" : ""
    }\n`,
).join("");

Deno.test("each probe is a span, and its event says which", async () => {
  await using fleet = new Fleet(1);
  await using receiver = await OtlpReceiver.start();
  const args = [
    ...["probe", "--json", "--no-state", "--probe", "hassh"],
    ...["--port", `hassh=${fleet.ports[0]},1`, "127.0.0.1"],
  ];
  const untraced = printedEvents(await decnet(args));
  assert.ok(!("_trace" in untraced[0]!));
  const { code, stdout } = await decnet(args, { env: receiver.env });
  assert.equal(code, 0);
  const probes = await receiver.named("probe.hassh", 2);
  assert.equal(probes.length, 2);
  const found = probes.find(({ status }) => !status?.message)!;
  assert.deepEqual(tracesIn(stdout), [traceparentOf(found)]);
  assert.ok(probes.some(({ status }) => status?.message === "refused"));
});

Deno.test("sniff: each batch of packets is a span with its counts, and its events say which", async () => {
  await using folder = await tempFolder();
  await using receiver = await OtlpReceiver.start();
  const path = `${folder.path}/in.pcap`;
  await Deno.writeFile(path, pcap(talk("a.example")));
  const run = (env: Record<string, string>) => {
    const out = `${folder.path}/${env["OTEL_DENO"] ?? "off"}`;
    return decnet(["sniff", "-r", path, "--out", out, "--sensor", "s1"], { env });
  };
  const off = await run({});
  assert.deepEqual(receiver.spans, []);
  const on = await run(receiver.env);
  assert.equal(on.code, 0, on.stderr);
  const events = parseEvents(on.stdout);
  const spans = await receiver.named("sniff.batch");
  assert.equal(sum(spans.map(({ attributes }) => attributes["packets"])), 4);
  assert.equal(sum(spans.map(({ attributes }) => attributes["events"])), events.length);
  assert.ok(spans.every(({ attributes }) => attributes["source"] === path));
  assert.ok(sum(spans.map(({ attributes }) => attributes["bytes"])) > 100);
  const known = new Set(spans.map(traceparentOf));
  assert.ok(tracesIn(on.stdout).every((trace) => known.has(trace!)), on.stdout);
  // Otherwise nothing is as much as a byte different.
  assert.equal(untraced(on.stdout), off.stdout);
  const logs = ["log", "json"] as const;
  for (const kind of logs) {
    const text = (name: string) => Deno.readTextFile(`${folder.path}/${name}.${kind}`);
    assert.equal(untraced(await text("true")), await text("off"), kind);
  }
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  testNeeding(
    LIVE,
    `sniff -i sends its spans though it has given up all rights, on ${signal} the last ones`,
    async () => {
      await using namespace = await networkNamespace();
      await using receiver = await OtlpReceiver.start(namespace.enter);
      const under = [...namespace.enter, "env"];
      for (const [name, value] of Object.entries(receiver.env)) under.push(`${name}=${value}`);
      // Without a log the sniffer keeps no right at all.
      await using run = await startLiveSniffer({ ...namespace, enter: under }, "-i", "far");
      await sendFrames(namespace, "near", talk("one.example"));
      await run.stdout.until((text) => text.includes("one.example"));
      run.kill(signal);
      const { code, stdout, stderr } = await run.end();
      assert.equal(code, 0, stderr);
      assert.match(stderr, /captures on far as nobody/);
      const traces = new Set(tracesIn(stdout));
      const spans = await receiver.named("sniff.batch", traces.size);
      assert.deepEqual(new Set(spans.map(traceparentOf)).intersection(traces), traces);
      assert.equal(sum(spans.map(({ attributes }) => attributes["packets"])), 4);
      assert.equal(sum(spans.map(({ attributes }) => attributes["drops"])), 0);
    },
  );
}

Deno.test("collect: each commit is a span, and its events say which", async () => {
  await using folder = await tempFolder();
  await using receiver = await OtlpReceiver.start();
  const run = async (env: Record<string, string>) => {
    const base = `${folder.path}/${env["OTEL_DENO"] ?? "off"}`;
    const state = ["--state", `${base}.db`];
    const args = ["collect", "-", "--out", base, ...state, "--sensor", "s1", "--rate-limit", "0"];
    const { code, stderr } = await decnet(args, { env, stdin: LINES });
    assert.equal(code, 0, stderr);
    return await Deno.readTextFile(`${base}.json`);
  };
  const off = await run({});
  const on = await run(receiver.env);
  const spans = await receiver.named("collect.commit");
  assert.equal(sum(spans.map(({ attributes }) => attributes["lines"])), 5);
  assert.equal(sum(spans.map(({ attributes }) => attributes["events"])), 5);
  assert.ok(spans.every(({ attributes }) => String(attributes["source"]) === "stdin"));
  const known = new Set(spans.map(traceparentOf));
  const traces = tracesIn(on);
  assert.equal(traces.length, 5);
  assert.ok(traces.every((trace) => known.has(trace!)));
  assert.equal(untraced(on), off);
});

Deno.test("collect: the last commit is sent on SIGTERM", async () => {
  await using folder = await tempFolder();
  await using receiver = await OtlpReceiver.start();
  const path = `${folder.path}/in.log`;
  await Deno.writeTextFile(path, LINES);
  const base = `${folder.path}/out`;
  const args = ["collect", "--file", path, "--out", base, "--state", `${base}.db`, "--stats"];
  await using run = new RunningDecnet(args, { env: receiver.env });
  await run.stderr.until((text) => / 5 lines/.test(text));
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
  const spans = await receiver.named("collect.commit");
  assert.equal(sum(spans.map(({ attributes }) => attributes["lines"])), 5);
  assert.deepEqual(spans.map(({ attributes }) => attributes["source"]).at(0), [`file/${path}`]);
});

Deno.test("tail --to https: a request says which batch it is part of, each attempt is counted", async () => {
  await using folder = await tempFolder();
  await using receiver = await OtlpReceiver.start();
  const headers: (string | null)[] = [];
  let refusals = 1;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      headers.push(request.headers.get("traceparent"));
      await request.text();
      return new Response(null, { status: refusals-- > 0 ? 503 : 200 });
    },
  );
  const path = `${folder.path}/in.pcap`;
  await Deno.writeFile(path, pcap(talk("a.example")));
  const sniffed = await decnet(["sniff", "-r", path, "--out", `${folder.path}/a`], {
    env: receiver.env,
  });
  const [sniff] = await receiver.named("sniff.batch");
  const to = `http://127.0.0.1:${server.addr.port}/`;
  const args = ["tail", `${folder.path}/a.json`, "--no-follow", "--from-start", "--to", to];
  const { code, stderr } = await decnet(args, { env: receiver.env });
  assert.equal(code, 0, stderr);
  const [batch] = await receiver.named("tail.batch");
  assert.equal(batch!.attributes["events"], parseEvents(sniffed.stdout).length);
  assert.equal(batch!.attributes["attempts"], 2);
  assert.equal(batch!.attributes["receiver"], to.slice(0, -1));
  assert.ok(Number(batch!.attributes["bytes"]) > 500);
  assert.equal(traceparentOf({ ...sniff!, spanId: batch!.parentSpanId }), traceparentOf(sniff!));
  // Deno's own span of a request stands between: it is what the header names.
  const requests = await receiver.named("POST", 2);
  assert.deepEqual(headers.toSorted(), requests.map(traceparentOf).toSorted());
  for (const { traceId, parentSpanId } of requests) {
    assert.deepEqual([traceId, parentSpanId], [batch!.traceId, batch!.spanId]);
  }
});

testNeeding(
  ["nats-server"],
  "what a collector began goes on over the bus, in three more processes",
  async () => {
    const { startNatsHub } = await import("../support/nats_server.ts");
    await using folder = await tempFolder();
    await using receiver = await OtlpReceiver.start();
    await using hub = await startNatsHub();
    const env = receiver.env;
    const state = ["--state", `${folder.path}/state.db`];
    const collected = await decnet(
      ["collect", "-", "--out", `${folder.path}/a`, "--rate-limit", "0", ...state],
      { env, stdin: LINES },
    );
    assert.equal(collected.code, 0, collected.stderr);
    const [{ traceId, spanId } = {} as never] = await receiver.named("collect.commit");
    const count = 5;

    const ship = ["tail", `${folder.path}/a.json`, "--no-follow", "--from-start", "--to", hub.url];
    // Also who ships without being traced hands on where events come from.
    const shipped = await decnet(ship);
    assert.equal(shipped.code, 0, shipped.stderr);

    const printed = await decnet(["tail", hub.url, "--no-follow", "--from-start"], { env });
    assert.equal(parseEvents(printed.stdout).length, count, printed.stderr);
    const [print] = await receiver.named("tail.print");
    assert.deepEqual([print!.traceId, print!.parentSpanId], [traceId, spanId]);
    assert.equal(print!.attributes["events"], count);

    const db = ["--db", `${folder.path}/profile.db`];
    const profiled = await decnet(["profile", hub.url, ...db, "--out", `${folder.path}/p`], {
      env,
    });
    assert.equal(profiled.code, 0, profiled.stderr);
    const [run] = await receiver.named("profile.run");
    const [batch] = await receiver.named("profile.batch");
    assert.deepEqual([batch!.traceId, batch!.parentSpanId], [run!.traceId, run!.spanId]);
    assert.deepEqual(batch!.links.map((link) => [link.traceId, link.spanId]), [[traceId, spanId]]);
    assert.equal(batch!.attributes["lines"], count);
    assert.equal(batch!.attributes["attackers"], count);
    assert.equal(run!.attributes["attackers"], count);
    const scored = await Deno.readTextFile(`${folder.path}/p.json`);
    assert.ok(tracesIn(scored).length > 0);
    assert.ok(tracesIn(scored).every((trace) => trace === traceparentOf(run!)));

    const probes = ["--probe", "hassh", "--port", "hassh=1", ...state];
    const probed = await decnet(["probe", "--from-log", hub.url, ...probes], { env });
    assert.equal(probed.code, 0, probed.stderr);
    const [read] = await receiver.named("probe.read");
    assert.deepEqual([read!.traceId, read!.parentSpanId], [traceId, spanId]);
  },
);

testNeeding(["nats-server"], "events that nobody traced are the shipper's on the bus", async () => {
  const { startNatsHub } = await import("../support/nats_server.ts");
  await using folder = await tempFolder();
  await using receiver = await OtlpReceiver.start();
  await using hub = await startNatsHub();
  const path = `${folder.path}/in.pcap`;
  await Deno.writeFile(path, pcap([...talk("a.example"), ...talk("b.example", 40_001)]));
  await decnet(["sniff", "-r", path, "--out", `${folder.path}/a`]);
  // From nobody, and from somebody who may only disturb.
  const hostile = (await Deno.readTextFile(`${folder.path}/a.json`)).replaceAll(
    ',"raw_line"',
    ',"_trace":"00-x\\r\\nNats-Rollup: all","raw_line"',
  );
  for (const [name, text] of [["hostile", hostile], ["a", undefined]] as const) {
    if (text !== undefined) await Deno.writeTextFile(`${folder.path}/${name}.json`, text);
    const log = `${folder.path}/${name}.json`;
    const ship = ["tail", log, "--no-follow", "--from-start", "--to", hub.url];
    const { code, stderr } = await decnet(ship, { env: receiver.env });
    assert.equal(code, 0, stderr);
  }
  await using run = new RunningDecnet([
    "profile",
    hub.url,
    "--watch",
    "--db",
    `${folder.path}/p.db`,
  ], {
    env: receiver.env,
  });
  await run.stdout.until((text) => text.includes("\n"));
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
  const [batch] = await receiver.named("profile.batch");
  const ships = await receiver.named("tail.batch", 2);
  assert.deepEqual(ships.map(({ parentSpanId }) => parentSpanId), ["", ""]);
  // The second delivery was of events that the hub had.
  assert.deepEqual(batch!.links.map(({ spanId }) => spanId), [ships[0]!.spanId]);
});

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + Number(value), 0);
}
