/** Probes of hostile servers: what must hold whatever a server does. */
import assert from "node:assert/strict";
import { decnet, type DecnetRun, parseEvents, type PrintedEvent } from "./decnet.ts";
import { type Script, serve } from "./scripted_server.ts";

/** A `--timeout` that servers are to run into: there is one for each of the probes of a port. */
export const SHORT_TIMEOUT = "2s";

/** A `--timeout` that is not to be reached, on a machine under load. */
const TIMEOUT = "10s";

/** The probes of a port run one after the other. */
const ENDS_WITHIN_MS = 60_000;

/** The runtime alone takes about 70 MB. */
const MEMORY_LIMIT = 200 * 1024 * 1024;

/** Control characters that may stand in lines of output: none but the newline. */
// deno-lint-ignore no-control-regex -- it is them that it looks for
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** A server and how each probe of it must end. */
export interface HostileServer {
  readonly name: string;
  readonly script: Script;
  /** Outcome by probe. */
  readonly ends: Readonly<Record<string, string>>;
}

/** Asserts what holds of every run: in time, in little memory, without a fault of its own. */
export function assertUnharmed(run: DecnetRun): void {
  assert.equal(run.code, 0, run.stderr);
  assert.ok(run.milliseconds < ENDS_WITHIN_MS, `took ${run.milliseconds} ms`);
  if (Deno.build.os === "linux") assert.ok(run.peakMemory > 0, "memory was not measured");
  assert.ok(run.peakMemory < MEMORY_LIMIT, `took ${run.peakMemory} bytes of memory`);
  assert.doesNotMatch(run.stderr, /^\s+at |\bpanicked\b|\bUncaught\b/m);
  assertNoControl(run.stdout, "stdout");
  assertNoControl(run.stderr, "stderr");
}

/** Asserts that nothing in `text` could steer a terminal or forge a line. */
export function assertNoControl(text: string, where: string): void {
  const found = CONTROL.exec(text);
  assert.equal(found, null, `${where} has a control character at ${found?.index}`);
}

/** Probes ports of 127.0.0.1, by probe; `flags` may have a `--timeout`. */
export async function probeHostile(
  ports: Readonly<Record<string, readonly number[]>>,
  ...flags: string[]
): Promise<DecnetRun> {
  return await decnet([
    ...["probe", "--no-state", "--outcomes"],
    ...(flags.includes("--timeout") ? [] : ["--timeout", TIMEOUT]),
    ...["--probe", Object.keys(ports).join(",")],
    ...Object.entries(ports).flatMap(([probe, list]) => ["--port", `${probe}=${list.join(",")}`]),
    ...flags,
    "127.0.0.1",
  ]);
}

/** Registers a test that probes all `servers` in one run and has a step for each of them. */
export function testHostile(
  title: string,
  servers: readonly HostileServer[],
  ...flags: string[]
): void {
  Deno.test(title, async (context) => {
    await using running = new AsyncDisposableStack();
    const started = servers.map((server) => ({
      ...server,
      port: running.use(serve(server.script)).port,
    }));
    const probes = [...new Set(servers.flatMap(({ ends }) => Object.keys(ends)))];
    const run = await probeHostile(
      Object.fromEntries(
        probes.map((probe) => [
          probe,
          started.filter(({ ends }) => probe in ends).map(({ port }) => port),
        ]),
      ),
      ...flags,
    );
    assertUnharmed(run);
    const events = parseEvents(run.stdout);
    for (const { name, port, ends } of started) {
      await context.step(name, () => assert.deepEqual(outcomes(events, port), ends));
    }
  });
}

const PROBE_OF: Readonly<Record<string, string>> = {
  jarm_fingerprint: "jarm",
  hassh_fingerprint: "hassh",
  tls_certificate: "tlscert",
  http_fingerprint: "http",
  banner_fingerprint: "banner",
};

/** How each probe of `port` ended. */
function outcomes(events: readonly PrintedEvent[], port: number): Record<string, unknown> {
  return Object.fromEntries(
    events.filter(({ fields }) => fields["target_port"] === port).map(({ event_type, fields }) => {
      const probe = PROBE_OF[event_type];
      return probe === undefined
        ? [String(fields["probe_type"]), fields["outcome"]]
        : [probe, "ok"];
    }),
  );
}
