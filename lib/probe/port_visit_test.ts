import assert from "node:assert/strict";
import fc from "fast-check";
import { Dialer, type OpenStream } from "./dialer.ts";
import { endingIn, FakeProbe, finding, reading } from "../../tests/support/fake_probe.ts";
import { FakeNetwork, FakeStream, openingBy, settled } from "../../tests/support/fake_stream.ts";
import { type Measurement, type VisitOptions, visitPort } from "./port_visit.ts";
import { type Language, type Probe, ProbeFailure } from "./probe.ts";

/** Longer than any test lasts. */
const LONG_MS = 60_000;

const TARGET = { host: "host.example", address: "192.0.2.7", named: true };

const OPEN = openingBy(() => new FakeStream());

function options(open: OpenStream, changes: Partial<VisitOptions> = {}): VisitOptions {
  const dialer = new Dialer({ rate: 0, maxOpen: 100, open });
  return { dialer, timeout: LONG_MS, retries: 0, ja4plus: true, ...changes };
}

async function visit(probes: readonly Probe[], visiting: VisitOptions): Promise<Measurement[]> {
  return await Array.fromAsync(visitPort(TARGET, 443, probes, visiting));
}

function outcomes(measurements: readonly Measurement[]): string[] {
  return measurements.map(({ result }) => result.outcome);
}

Deno.test("visitPort() gives each probe's result with target, port and probe, in order", async () => {
  const probes = [endingIn("a", "tls", finding("h")), endingIn("b", "tls", "protocol_error")];
  const measurements = await visit(probes, options(OPEN));
  assert.deepEqual(measurements.map(({ target, port, probe }) => [target, port, probe]), [
    [TARGET, 443, probes[0]],
    [TARGET, 443, probes[1]],
  ]);
  assert.deepEqual(measurements[0]!.result, finding("h"));
  assert.deepEqual(measurements[1]!.result, { outcome: "protocol_error" });
  assert.ok(measurements.every(({ at }) => Number.isInteger(at)));
});

Deno.test("visitPort() hands the probe target, port, ja4plus and the time that it has", async () => {
  const probe = new FakeProbe("a", "tls", (context) => {
    assert.equal(context.target, TARGET);
    assert.equal(context.port, 443);
    assert.equal(context.ja4plus, false);
    assert.ok(context.remaining() > 0 && context.remaining() <= LONG_MS);
    return Promise.resolve(finding("h"));
  });
  assert.deepEqual(outcomes(await visit([probe], options(OPEN, { ja4plus: false }))), ["ok"]);
});

Deno.test("visitPort() asks a port that cannot be connected to only once, whatever the probes", async () => {
  for (
    const [code, outcome] of [
      ["ECONNREFUSED", "refused"],
      ["EHOSTUNREACH", "unreachable"],
      ["ETIMEDOUT", "timeout"],
      ["EACCES", "local_error"],
    ]
  ) {
    const visiting = options(openingBy(() => code!));
    const probes = [reading("a", "ssh"), reading("b", "tls"), reading("c", "tls")];
    assert.deepEqual(outcomes(await visit(probes, visiting)), [outcome, outcome, outcome]);
    assert.equal(visiting.dialer.attempts, 1);
  }
});

Deno.test("visitPort() asks a port that lets no connection through only once", async () => {
  const visiting = options(new FakeNetwork().open, { timeout: 3 });
  const measurements = await visit([reading("a", "ssh"), reading("b", "tls")], visiting);
  assert.deepEqual(outcomes(measurements), ["timeout", "timeout"]);
  assert.equal(visiting.dialer.attempts, 1);
});

Deno.test("visitPort() shares the verdict not_tls among TLS probes, and still tries SSH", async () => {
  const probes = [
    endingIn("a", "tls", { outcome: "not_tls", detail: "spoke HTTP" }),
    endingIn("b", "tls", finding("h")),
    endingIn("c", "ssh", finding("h")),
    endingIn("d", "tls", finding("h")),
  ];
  const measurements = await visit(probes, options(OPEN));
  assert.deepEqual(outcomes(measurements), ["not_tls", "not_tls", "ok", "not_tls"]);
  assert.deepEqual(measurements[1]!.result, { outcome: "not_tls", detail: "spoke HTTP" });
  assert.deepEqual(probes.map(({ runs }) => runs), [1, 0, 1, 0]);
});

Deno.test("visitPort() leaves out the probes of other languages once the port has shown its own", async () => {
  for (const shown of [finding("h"), "handshake_error"] as const) {
    const probes = [
      endingIn("a", "ssh", shown),
      endingIn("b", "tls", finding("h")),
      endingIn("c", "ssh", finding("h")),
    ];
    const measurements = await visit(probes, options(OPEN));
    assert.deepEqual(measurements[1]!.result, {
      outcome: "not_tls",
      detail: "the port speaks ssh",
    });
    assert.deepEqual(probes.map(({ runs }) => runs), [1, 0, 1]);
  }
});

Deno.test("visitPort() asks for HTTP inside TLS, and for a greeting where SSH is spoken", async () => {
  const after = async (first: Language) => {
    const probes = [
      endingIn("a", first, finding("h")),
      endingIn("b", "http", finding("h")),
      endingIn("c", "greeting", finding("h")),
    ];
    return outcomes(await visit(probes, options(OPEN)));
  };
  assert.deepEqual(await after("tls"), ["ok", "ok", "silent"]);
  assert.deepEqual(await after("ssh"), ["ok", "not_http", "ok"]);
});

Deno.test("visitPort() shares silence within a language: a server may wait for another one's first word", async () => {
  const visiting = options(OPEN, { timeout: 3 });
  const probes = [reading("a", "tls"), reading("b", "tls"), reading("c", "ssh")];
  assert.deepEqual(outcomes(await visit(probes, visiting)), ["timeout", "timeout", "timeout"]);
  assert.equal(visiting.dialer.attempts, 2);
});

Deno.test("visitPort() does not take a slow answer for silence", async () => {
  const open = openingBy(() => new FakeStream([Uint8Array.of(22)]));
  const visiting = options(open, { timeout: 3 });
  assert.deepEqual(outcomes(await visit([reading("a", "tls"), reading("b", "tls")], visiting)), [
    "timeout",
    "timeout",
  ]);
  assert.equal(visiting.dialer.attempts, 2);
});

Deno.test("visitPort() learns nothing for other probes from a connection that broke", async () => {
  const probes = [endingIn("a", "tls", "closed"), endingIn("b", "tls", finding("h"))];
  assert.deepEqual(outcomes(await visit(probes, options(OPEN))), ["closed", "ok"]);
});

Deno.test("visitPort() tries again after a timeout, a broken connection or no route, and only then", async () => {
  const cases = [
    { results: ["timeout", "closed", finding("h")], runs: 3, outcome: "ok" },
    { results: ["timeout", "unreachable", "closed"], runs: 3, outcome: "closed" },
    { results: ["refused", finding("h")], runs: 1, outcome: "refused" },
    { results: ["not_tls", finding("h")], runs: 1, outcome: "not_tls" },
    { results: ["handshake_error", finding("h")], runs: 1, outcome: "handshake_error" },
    { results: ["interrupted", finding("h")], runs: 1, outcome: "interrupted" },
    { results: ["local_error", finding("h")], runs: 1, outcome: "local_error" },
  ] as const;
  for (const { results, runs, outcome } of cases) {
    const probe = endingIn("a", "tls", ...results);
    assert.deepEqual(outcomes(await visit([probe], options(OPEN, { retries: 2 }))), [outcome]);
    assert.equal(probe.runs, runs);
  }
});

Deno.test("visitPort() judges a port by the last try", async () => {
  const answers = ["ETIMEDOUT", new FakeStream(), new FakeStream()];
  const visiting = options(openingBy(() => answers.shift()!), { retries: 1 });
  const probes = [endingIn("a", "tls", finding("h")), endingIn("b", "tls", finding("i"))];
  assert.deepEqual(outcomes(await visit(probes, visiting)), ["ok", "ok"]);
});

Deno.test("visitPort() ends what is under way and what is to come when interrupted", async () => {
  const interrupt = new AbortController();
  const visiting = options(OPEN, { interrupt: interrupt.signal, retries: 5 });
  const probes = [reading("a", "tls"), reading("b", "tls"), reading("c", "ssh")];
  const visited = visit(probes, visiting);
  await settled();
  interrupt.abort();
  assert.deepEqual(outcomes(await visited), ["interrupted", "interrupted", "interrupted"]);
  assert.equal(visiting.dialer.attempts, 1);
});

Deno.test("visitPort() closes what a probe has left open", async () => {
  const streams: FakeStream[] = [];
  const open = openingBy(() => streams[streams.push(new FakeStream()) - 1]!);
  const forgetful = new FakeProbe("a", "tls", async (context) => {
    await context.connect();
    return finding("h");
  });
  // One lane fails while another waits for a server that never answers.
  const laned = new FakeProbe("b", "tls", async (context) => {
    const silent = context.connect().then((connection) => connection.read());
    const failing = context.connect().then(() => {
      throw new ProbeFailure("unreachable", "no route any more");
    });
    await Promise.all([silent, failing]);
    return finding("h");
  });
  const visiting = options(open);
  assert.deepEqual(outcomes(await visit([forgetful, laned], visiting)), ["ok", "unreachable"]);
  assert.deepEqual(streams.map(({ closed }) => closed), [true, true, true]);
});

Deno.test("visitPort() ends in exactly one measurement for each probe, whatever happens", async () => {
  const behaviour = fc.constantFrom(
    ...["ok", "refused", "timeout", "unreachable", "closed", "not_tls", "not_ssh"] as const,
    ...["handshake_error", "protocol_error", "local_error"] as const,
  );
  const probes = fc.array(
    fc.record({
      language: fc.constantFrom<Language[]>("tls", "ssh"),
      results: fc.array(behaviour, { minLength: 1, maxLength: 3 }),
      throws: fc.boolean(),
      connects: fc.boolean(),
    }),
    { maxLength: 6 },
  );
  const codes = fc.infiniteStream(fc.constantFrom("", "", "", "ECONNREFUSED", "EHOSTUNREACH"));
  await fc.assert(fc.asyncProperty(probes, codes, fc.nat(3), async (scripts, answers, retries) => {
    const built = scripts.map(({ language, results, throws, connects }, index) =>
      new FakeProbe(String(index), language, async (context, run) => {
        if (connects) await context.connect();
        const outcome = results[run % results.length]!;
        if (outcome === "ok") return finding("h");
        if (throws) throw new ProbeFailure(outcome, "told to");
        return { outcome };
      })
    );
    const open = openingBy(() => answers.next().value || new FakeStream());
    const measurements = await visit(built, options(open, { retries }));
    assert.deepEqual(measurements.map(({ probe }) => probe), built);
    for (const { runs } of built) assert.ok(runs <= 1 + retries);
    // Whatever one probe showed to be spoken, none of another language shows too.
    const spoken = measurements.filter(({ result }) => result.outcome === "ok");
    assert.ok(new Set(spoken.map(({ probe }) => (probe as Probe).language)).size <= 1);
  }));
});

Deno.test("visitPort() makes a miss of a bug in a probe, and goes on", async () => {
  const broken = new FakeProbe("broken", "tls", () => Promise.reject(new TypeError("oops")));
  const [measurement] = await visit([broken], options(OPEN));
  assert.deepEqual(measurement?.result, {
    outcome: "local_error",
    detail: "internal error, please report it: TypeError: oops",
  });
});
