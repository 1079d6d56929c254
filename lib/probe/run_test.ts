import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressSet, parseRange } from "../net/address_range.ts";
import type { Scope, TargetOrigin } from "../net/scope.ts";
import { Dialer } from "./dialer.ts";
import { endingIn, FakeProbe, finding, reading } from "../../tests/support/fake_probe.ts";
import {
  FakeNetwork,
  FakeStream,
  openingBy,
  settled,
  until,
} from "../../tests/support/fake_stream.ts";
import type { PlannedProbe } from "./plan.ts";
import type { Measurement } from "./port_visit.ts";
import { type Candidate, type ProbeRun, runProbes, type TargetVisit } from "./run.ts";
import { hostsOf, parseTarget } from "./target_spec.ts";

/** Longer than any test lasts. */
const LONG_MS = 60_000;

const OPEN = openingBy(() => new FakeStream());

function set(...texts: string[]): AddressSet {
  return new AddressSet(texts.map((text) => parseRange(text)!));
}

function* candidatesOf(origin: TargetOrigin, texts: readonly string[]): Generator<Candidate> {
  for (const text of texts) {
    for (const spec of hostsOf(parseTarget(text))) yield { spec, origin };
  }
}

async function* listed(...texts: string[]): AsyncGenerator<Candidate> {
  yield* candidatesOf("listed", texts);
}

async function* named(...texts: string[]): AsyncGenerator<Candidate> {
  yield* candidatesOf("named", texts);
}

function planned(...probes: FakeProbe[]): PlannedProbe[] {
  return probes.map((probe) => ({ probe, ports: probe.ports }));
}

/** Everything that a run reports, in order, with what it would be compared by. */
class Reports implements Partial<ProbeRun> {
  readonly measurements: Measurement[] = [];
  readonly visits: TargetVisit[] = [];
  readonly log: string[] = [];

  readonly onMeasurement = (measurement: Measurement) => {
    const { target, port, probe, result } = measurement;
    this.measurements.push(measurement);
    this.log.push(`${target.host} ${target.address} ${port} ${probe.name} ${result.outcome}`);
  };

  readonly onTargetDone = (visit: TargetVisit) => {
    this.visits.push(visit);
    this.log.push(`${visit.target.host} done${visit.skipped ? ` ${visit.skipped.outcome}` : ""}`);
  };
}

function runOf(reports: Reports, changes: Partial<ProbeRun>): ProbeRun {
  return {
    dialer: new Dialer({ rate: 0, maxOpen: 1000, open: OPEN }),
    timeout: LONG_MS,
    retries: 0,
    ja4plus: true,
    plan: planned(endingIn("a", "tls", finding("h"))),
    scope: { deny: set(), allow: set() },
    concurrency: 4,
    resolve: () => Promise.resolve(undefined),
    onMeasurement: reports.onMeasurement,
    onTargetDone: reports.onTargetDone,
    ...changes,
  };
}

async function logOf(
  candidates: AsyncIterable<Candidate>,
  changes: Partial<ProbeRun>,
): Promise<string[]> {
  const reports = new Reports();
  await runProbes(candidates, runOf(reports, { concurrency: 1, ...changes }));
  return reports.log;
}

Deno.test("runProbes() runs every planned probe on every port of every target", async () => {
  const tls = endingIn("a", "tls", finding("h"));
  const ssh = endingIn("b", "ssh", finding("h"));
  const log = await logOf(named("192.0.2.7", "192.0.2.8"), {
    plan: [{ probe: tls, ports: [443, 8443] }, { probe: ssh, ports: [22] }],
  });
  assert.deepEqual(log.toSorted(), [
    ...["192.0.2.7 192.0.2.7 22 b ok", "192.0.2.7 192.0.2.7 443 a ok"],
    ...["192.0.2.7 192.0.2.7 8443 a ok", "192.0.2.7 done"],
    ...["192.0.2.8 192.0.2.8 22 b ok", "192.0.2.8 192.0.2.8 443 a ok"],
    ...["192.0.2.8 192.0.2.8 8443 a ok", "192.0.2.8 done"],
  ]);
});

Deno.test("runProbes() visits the port of host:port with every probe, and no other", async () => {
  const plan = planned(
    endingIn("a", "tls", "not_tls"),
    new FakeProbe("b", "ssh", () => Promise.resolve(finding("h")), [22, 2222]),
  );
  assert.deepEqual(await logOf(named("192.0.2.7:9999"), { plan }), [
    "192.0.2.7 192.0.2.7 9999 a not_tls",
    "192.0.2.7 192.0.2.7 9999 b ok",
    "192.0.2.7 done",
  ]);
});

Deno.test("runProbes() probes special-purpose addresses that are named, not those from a list", async () => {
  const addresses = ["127.0.0.1", "10.0.0.1", "::1", "169.254.1.1"];
  const dialer = new Dialer({ rate: 0, maxOpen: 9, open: OPEN });
  const denied = await logOf(listed(...addresses), { dialer });
  assert.deepEqual(denied, addresses.map((address) => `${address} done denied`));
  assert.equal(dialer.attempts, 0);
  await logOf(named(...addresses), { dialer });
  assert.equal(dialer.attempts, addresses.length);
});

Deno.test("runProbes() lets --deny beat everything, and --allow open a range to lists", async () => {
  const scope: Scope = { deny: set("10.0.0.0/31", "8.8.8.8"), allow: set("10.0.0.0/8") };
  const log = await logOf(listed("10.0.0.0/30", "8.8.8.8", "::ffff:10.0.0.1", "192.168.0.1"), {
    scope,
  });
  assert.deepEqual(log.filter((line) => line.includes("done")), [
    ...["10.0.0.0 done denied", "10.0.0.1 done denied", "10.0.0.2 done", "10.0.0.3 done"],
    ...["8.8.8.8 done denied", "::ffff:10.0.0.1 done denied", "192.168.0.1 done denied"],
  ]);
  assert.deepEqual(await logOf(named("10.0.0.1", "8.8.8.8"), { scope }), [
    "10.0.0.1 done denied",
    "8.8.8.8 done denied",
  ]);
});

Deno.test("runProbes() judges a name by the address that it has, and connects to that one", async () => {
  const addresses: { [name: string]: string } = {
    "public.example": "8.8.8.8",
    "inside.example": "10.0.0.1",
    "denied.example": "8.8.4.4",
  };
  let asked = 0;
  const resolve = (name: string) => Promise.resolve(addresses[(asked++, name)]);
  const scope = { deny: set("8.8.4.4"), allow: set() };
  const names = [...Object.keys(addresses), "nowhere.example"];
  assert.deepEqual(await logOf(listed(...names), { resolve, scope }), [
    "public.example 8.8.8.8 443 a ok",
    "public.example done",
    "inside.example done denied",
    "denied.example done denied",
    "nowhere.example done unresolved",
  ]);
  assert.equal(asked, 4);
  const log = await logOf(named("inside.example"), { resolve, scope });
  assert.equal(log[0], "inside.example 10.0.0.1 443 a ok");
});

Deno.test("runProbes() leaves out what was probed lately, and says so when nothing is left", async () => {
  const plan = planned(endingIn("a", "tls", finding("h")), endingIn("b", "tls", finding("h")));
  const isRecent: ProbeRun["isRecent"] = (target, probe, ports) => {
    assert.deepEqual(ports, target.host === "192.0.2.9" ? [22] : [443]);
    return Promise.resolve(probe.name === "a" || target.host === "192.0.2.8");
  };
  const log = await logOf(named("192.0.2.7", "192.0.2.8", "192.0.2.9:22"), { plan, isRecent });
  assert.deepEqual(log, [
    "192.0.2.7 192.0.2.7 443 b ok",
    "192.0.2.7 done",
    "192.0.2.8 done recent",
    "192.0.2.9 192.0.2.9 22 b ok",
    "192.0.2.9 done",
  ]);
});

Deno.test("runProbes() tells what work was done on each target", async () => {
  const probe = endingIn("a", "tls", finding("h"));
  const reports = new Reports();
  const run = runOf(reports, { plan: planned(probe) });
  await runProbes(named("192.0.2.7", "192.0.2.8:22", "nowhere.example"), run);
  const work = Object.fromEntries(reports.visits.map(({ target, work }) => [target.host, work]));
  assert.deepEqual(work, {
    "192.0.2.7": [{ probe, ports: [443] }],
    "192.0.2.8": [{ probe, ports: [22] }],
    "nowhere.example": [],
  });
});

Deno.test("runProbes() pulls no more candidates than it has room for", async () => {
  for (const concurrency of [1, 3]) {
    const network = new FakeNetwork();
    let pulled = 0;
    const candidates = async function* () {
      for await (const candidate of named("192.0.2.0/28")) {
        pulled++;
        yield candidate;
      }
    };
    const reports = new Reports();
    const running = runProbes(
      candidates(),
      runOf(reports, {
        concurrency,
        dialer: new Dialer({ rate: 0, maxOpen: 1000, open: network.open }),
      }),
    );
    for (let done = 0; done < 16; done++) {
      await until(() => reports.visits.length === done && network.attempts.length > done);
      await settled();
      assert.ok(pulled <= done + concurrency, `${pulled} pulled, ${done} done`);
      network.attempts[done]!.refuse("ECONNREFUSED");
    }
    await running;
    assert.equal(pulled, 16);
  }
});

Deno.test("runProbes() visits no more than 32 ports of a target at a time", async () => {
  const network = new FakeNetwork();
  const ports = Array.from({ length: 100 }, (_, index) => index + 1);
  const reports = new Reports();
  const running = runProbes(
    named("192.0.2.7"),
    runOf(reports, {
      plan: [{ probe: reading("a", "tls"), ports }],
      dialer: new Dialer({ rate: 0, maxOpen: 1000, open: network.open }),
    }),
  );
  await until(() => network.attempts.length >= 32);
  await settled();
  assert.equal(network.attempts.length, 32);
  for (let next = 0; next < 100; next++) {
    await until(() => network.attempts.length > next);
    network.attempts[next]!.refuse("ECONNREFUSED");
  }
  await running;
  assert.deepEqual(new Set(reports.measurements.map(({ port }) => port)), new Set(ports));
});

Deno.test("runProbes() waits for what the callbacks do", async () => {
  const log: string[] = [];
  const slow = async (what: string) => {
    log.push(`${what} begins`);
    await settled();
    log.push(`${what} ends`);
  };
  await runProbes(
    named("192.0.2.7"),
    runOf(new Reports(), {
      onMeasurement: () => slow("measurement"),
      onTargetDone: () => slow("target"),
    }),
  );
  assert.deepEqual(log, [
    "measurement begins",
    "measurement ends",
    "target begins",
    "target ends",
  ]);
});

Deno.test("runProbes() passes an error of a callback on, and ends the list", async () => {
  let ended = false;
  const candidates = async function* () {
    try {
      yield* named("192.0.2.0/24");
    } finally {
      ended = true;
    }
  };
  const failing = runProbes(
    candidates(),
    runOf(new Reports(), {
      onMeasurement: () => {
        throw new Error("disk full");
      },
    }),
  );
  await assert.rejects(failing, /disk full/);
  assert.equal(ended, true);
});

Deno.test("runProbes() ends at an interrupt: every port of the targets under way has its outcome", async () => {
  const interrupt = new AbortController();
  const ports = Array.from({ length: 40 }, (_, index) => index + 1);
  const reports = new Reports();
  const dialer = new Dialer({ rate: 0, maxOpen: 1000, open: OPEN });
  const running = runProbes(
    named("192.0.2.0/24"),
    runOf(reports, {
      dialer,
      interrupt: interrupt.signal,
      concurrency: 3,
      plan: [{ probe: reading("a", "tls"), ports }, { probe: reading("b", "tls"), ports }],
    }),
  );
  await until(() => dialer.attempts === 3 * 32);
  interrupt.abort();
  await running;
  assert.equal(reports.visits.length, 3);
  assert.equal(reports.measurements.length, 3 * 2 * ports.length);
  assert.ok(reports.measurements.every(({ result }) => result.outcome === "interrupted"));
});

Deno.test("runProbes() ends at an interrupt though the list keeps it waiting for its next line", async () => {
  const interrupt = new AbortController();
  const reports = new Reports();
  const candidates = async function* () {
    yield* named("192.0.2.7");
    await new Promise(() => {});
  };
  const running = runProbes(candidates(), runOf(reports, { interrupt: interrupt.signal }));
  await until(() => reports.visits.length === 1);
  interrupt.abort();
  await running;
  assert.deepEqual(reports.log, ["192.0.2.7 192.0.2.7 443 a ok", "192.0.2.7 done"]);
});

Deno.test("runProbes() ends at an interrupt though the resolver does not answer", async () => {
  const interrupt = new AbortController();
  const reports = new Reports();
  let asked = false;
  const resolve = () => {
    asked = true;
    return new Promise<undefined>(() => {});
  };
  const running = runProbes(
    named("host.example"),
    runOf(reports, { interrupt: interrupt.signal, resolve }),
  );
  await until(() => asked);
  interrupt.abort();
  await running;
  assert.deepEqual(reports.log, ["host.example done interrupted"]);
});

Deno.test("runProbes() takes no candidate at all when interrupted before", async () => {
  const reports = new Reports();
  await runProbes(named("192.0.2.0/24"), runOf(reports, { interrupt: AbortSignal.abort() }));
  assert.deepEqual(reports.log, []);
});

Deno.test("runProbes() ends every target, port and probe in exactly one outcome", async () => {
  const behaviour = fc.constantFrom("ok", "not_tls", "closed", "ECONNREFUSED", "EHOSTUNREACH", "");
  const plans = fc.array(
    fc.record({
      language: fc.constantFrom("tls" as const, "ssh" as const),
      ports: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const targets = fc.uniqueArray(
    fc.constantFrom("8.8.8.8", "8.8.4.4:22", "10.0.0.1", "2001:4860::1", "a.example", "b.example"),
  );
  await fc.assert(
    fc.asyncProperty(
      plans,
      targets,
      fc.infiniteStream(behaviour),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(3),
      async (scripts, texts, behaviours, concurrency, interruptAfter) => {
        const interrupt = new AbortController();
        const plan = scripts.map(({ language, ports }, index) => ({
          probe: new FakeProbe(String(index), language, async (context) => {
            (await context.connect()).close();
            const outcome = behaviours.next().value;
            return outcome === "ok" ? finding("h") : { outcome: `not_${language}` };
          }),
          ports,
        }));
        const open = openingBy(() => {
          const code = behaviours.next().value;
          return code.startsWith("E") ? code : new FakeStream();
        });
        const reports = new Reports();
        await runProbes(
          listed(...texts),
          runOf(reports, {
            plan,
            concurrency,
            interrupt: interrupt.signal,
            dialer: new Dialer({ rate: 0, maxOpen: 7, open }),
            resolve: (name) => Promise.resolve(name === "a.example" ? "8.8.8.8" : undefined),
            onTargetDone: (visit) => {
              reports.onTargetDone(visit);
              // 0 means never.
              if (reports.visits.length === interruptAfter) interrupt.abort();
            },
          }),
        );
        if (interruptAfter === 0) {
          assert.deepEqual(
            reports.visits.map(({ target }) => target.host).toSorted(),
            texts.map((text) => text.replace(":22", "")).toSorted(),
          );
        }
        for (const { target, skipped, work } of reports.visits) {
          const expected = work.flatMap(({ probe, ports }) =>
            ports.map((port) => `${port} ${probe.name}`)
          );
          assert.equal(skipped === undefined, expected.length > 0);
          const mine = reports.measurements.filter((each) => each.target === target);
          assert.deepEqual(
            mine.map(({ port, probe }) => `${port} ${probe.name}`).toSorted(),
            expected.toSorted(),
          );
          // Nothing of a target is told after it is done.
          const done = reports.log.indexOf(
            `${target.host} done${skipped ? ` ${skipped.outcome}` : ""}`,
          );
          const last = reports.log.findLastIndex((line) =>
            line.startsWith(`${target.host} ${target.address} `)
          );
          assert.ok(last < done);
        }
      },
    ),
  );
});
