import assert from "node:assert/strict";
import { FailingStore } from "../../tests/support/failing_store.ts";
import { endingIn, finding } from "../../tests/support/fake_probe.ts";
import { ManualClock } from "../../tests/support/manual_clock.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import type { LogNotice } from "../log/item.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import type { StateStore } from "../store/state_store.ts";
import { GuardedStore } from "./guarded_store.ts";
import type { Outcome } from "./outcome.ts";
import type { Miss } from "./probe.ts";
import { type Cycle, ProbeService, type ServiceOptions } from "./service.ts";

const NOW = Date.parse("2026-01-02T00:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;

function lineOf(address: string, timestamp = "2026-01-01T12:00:00.000000Z"): string {
  return JSON.stringify({
    timestamp,
    decky: "web",
    service: "ssh",
    event_type: "auth_attempt",
    attacker_ip: address,
    fields: { src_ip: address },
  }) + "\n";
}

interface Changes extends Partial<Omit<ServiceOptions, "store">> {
  readonly store?: StateStore;
}

function service(log: string, changes: Changes = {}) {
  const { store = new SqliteStore(":memory:"), ...more } = changes;
  const cycles: Cycle[] = [];
  const notices: LogNotice[] = [];
  const made = new ProbeService({
    logs: [log],
    store: new GuardedStore(store, { onFailure: () => {}, onRecovery: () => {}, pause: 0 }),
    probes: ["jarm"],
    cooldown: DAY,
    maxTargets: 100,
    maxAge: 7 * DAY,
    interval: undefined,
    onNotice: (_path, notice) => notices.push(notice),
    onCycle: (cycle) => cycles.push(cycle),
    signal: new AbortController().signal,
    now: () => NOW,
    ...more,
  });
  return { made, cycles, notices };
}

async function addressesOf(made: ProbeService): Promise<string[]> {
  const addresses: string[] = [];
  for await (const { spec } of made.candidates()) addresses.push(spec.host);
  return addresses;
}

const PROBE = endingIn("jarm", "tls", "closed");

const targetAt = (address: string) => ({ host: address, address, named: false });

/** Ends the work on a target with one outcome a port. */
async function finish(
  made: ProbeService,
  address: string,
  outcomes: readonly Outcome[],
  isKept = true,
): Promise<void> {
  const target = targetAt(address);
  for (const [index, outcome] of outcomes.entries()) {
    const result = outcome === "ok" ? finding("h") : { outcome } as Miss;
    made.measurement({ target, port: 1 + index, probe: PROBE, result, at: NOW }, isKept);
  }
  await made.targetDone({ target, work: [{ probe: PROBE, ports: [443] }] });
}

Deno.test("ProbeService hands out each attacker of the log once, and nobody twice at a time", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lineOf("192.0.2.1") + lineOf("192.0.2.2") + lineOf("192.0.2.1"));
  const { made, cycles } = service(log);
  assert.deepEqual((await addressesOf(made)).sort(), ["192.0.2.1", "192.0.2.2"]);
  made.finish();
  assert.deepEqual(cycles, [
    { lines: 3, sightings: 3, targets: 2, waiting: 0, known: 2, forgotten: 0 },
  ]);
  assert.deepEqual(await addressesOf(made), []);
});

Deno.test("ProbeService leaves in peace who was not seen for long", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const old = lineOf("192.0.2.1", "2025-12-01T00:00:00Z");
  await Deno.writeTextFile(log, old + lineOf("192.0.2.2"));
  assert.deepEqual(await addressesOf(service(log).made), ["192.0.2.2"]);
});

Deno.test("ProbeService stops coming back to who is not seen any more", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new SqliteStore(":memory:");
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const { made } = service(log, { store });
  await addressesOf(made);
  await finish(made, "192.0.2.1", ["ok"]);
  const later = (days: number) => service(log, { store, now: () => NOW + days * DAY }).made;
  assert.deepEqual(await addressesOf(later(3)), ["192.0.2.1"]);
  assert.deepEqual(await addressesOf(later(8)), []);
});

Deno.test("ProbeService goes on in the log where an earlier run was, over its rotation", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new SqliteStore(":memory:");
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const first = service(log, { store });
  assert.deepEqual(await addressesOf(first.made), ["192.0.2.1"]);
  await finish(first.made, "192.0.2.1", ["refused"]);
  await Deno.writeTextFile(log, lineOf("192.0.2.2"), { append: true });
  await Deno.rename(log, `${log}.1`);
  await Deno.writeTextFile(log, lineOf("192.0.2.3").repeat(50) + '{"half');
  const second = service(log, { store });
  assert.deepEqual((await addressesOf(second.made)).sort(), ["192.0.2.2", "192.0.2.3"]);
  second.made.finish();
  assert.equal(second.cycles[0]?.lines, 51);
  assert.deepEqual(await addressesOf(service(log, { store }).made), ["192.0.2.2", "192.0.2.3"]);
});

Deno.test("ProbeService starts with the rotated files that may hold somebody to probe", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  for (const [name, host, days] of [[".2", 1, 30], [".1", 2, 3], ["", 3, 0]] as const) {
    await Deno.writeTextFile(log + name, lineOf(`192.0.2.${host}`));
    await Deno.utime(log + name, (NOW - days * DAY) / 1000, (NOW - days * DAY) / 1000);
  }
  const { made, cycles } = service(log);
  assert.deepEqual((await addressesOf(made)).sort(), ["192.0.2.2", "192.0.2.3"]);
  made.finish();
  assert.equal(cycles[0]?.lines, 2);
});

Deno.test("ProbeService passes over lines that are no events", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, `[1]\nnull\n\u0000\u0000\n{"a":\n${lineOf("192.0.2.1")}`);
  const read: unknown[] = [];
  const { made } = service(log, { onLogRead: (path, counts) => read.push(path, counts) });
  assert.deepEqual(await addressesOf(made), ["192.0.2.1"]);
  assert.deepEqual(read, [log, { lines: 5, events: 1, sightings: 1 }]);
});

Deno.test("ProbeService says that a log is missing, and reads the others", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const { made, notices } = service("", { logs: [`${folder.path}/none.json`, folder.path, log] });
  assert.deepEqual(await addressesOf(made), ["192.0.2.1"]);
  assert.deepEqual(
    notices.flatMap(({ kind }) => kind === "caught_up" ? [] : [kind]),
    ["missing", "error"],
  );
});

Deno.test("ProbeService in watch mode looks again, and ends with its signal", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const stop = new AbortController();
  const { made, cycles } = service(log, { interval: 1, signal: stop.signal });
  const candidates = made.candidates();
  assert.equal((await candidates.next()).value?.spec.host, "192.0.2.1");
  const next = candidates.next();
  await Deno.writeTextFile(log, lineOf("192.0.2.2"), { append: true });
  assert.equal((await next).value?.spec.host, "192.0.2.2");
  const told = cycles.length;
  const last = candidates.next();
  stop.abort();
  assert.equal((await last).done, true);
  assert.equal(cycles.length, told);
});

Deno.test("ProbeService in watch mode looks for newcomers before a long list is through", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const hosts = Array.from({ length: 20 }, (_, host) => `192.0.2.${host}`);
  await Deno.writeTextFile(log, hosts.map((host) => lineOf(host)).join(""));
  const clock = new ManualClock();
  const { made, cycles } = service(log, { interval: MINUTE, clock });
  const candidates = made.candidates();
  for (let index = 0; index < 3; index++) await candidates.next();
  clock.advance(MINUTE);
  await Deno.writeTextFile(log, lineOf("198.51.100.1"), { append: true });
  const rest: string[] = [];
  while (rest.length < 18) rest.push((await candidates.next()).value!.spec.host);
  assert.ok(rest.includes("198.51.100.1"));
  assert.deepEqual([cycles.length, cycles[0]?.waiting], [1, 17]);
});

Deno.test("ProbeService gets on however short the interval is", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lineOf("192.0.2.1") + lineOf("192.0.2.2"));
  // No time passes between two looks, and each is over as soon as it has begun.
  const { made } = service(log, { interval: 0, clock: new ManualClock() });
  const candidates = made.candidates();
  for (const host of ["192.0.2.1", "192.0.2.2"]) {
    assert.equal((await candidates.next()).value?.spec.host, host);
  }
});

Deno.test("ProbeService runs only what is due", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new SqliteStore(":memory:");
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const first = service(log, { store });
  await addressesOf(first.made);
  await finish(first.made, "192.0.2.1", ["refused"]);
  const both = service(log, { store, probes: ["jarm", "hassh"] });
  assert.deepEqual(await addressesOf(both.made), ["192.0.2.1"]);
  const target = targetAt("192.0.2.1");
  assert.deepEqual([both.made.isRecent(target, "jarm"), both.made.isRecent(target, "hassh")], [
    true,
    false,
  ]);
});

Deno.test("ProbeService does not come back at once to a target that is out of scope", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const { made } = service(log);
  await addressesOf(made);
  const target = targetAt("192.0.2.1");
  await made.targetDone({ target, skipped: { outcome: "denied" }, work: [] });
  assert.deepEqual(await addressesOf(made), []);
});

Deno.test("ProbeService comes back soon to what it found and could not keep", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new SqliteStore(":memory:");
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const { made } = service(log, { store });
  await addressesOf(made);
  await finish(made, "192.0.2.1", ["refused", "ok", "refused"], false);
  const later = (minutes: number) =>
    addressesOf(service(log, { store, now: () => NOW + minutes * MINUTE }).made);
  assert.deepEqual(await later(13), []);
  assert.deepEqual(await later(17), ["192.0.2.1"]);
});

Deno.test("ProbeService does not come back at once for probes that are not for such a host", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const target = targetAt("192.0.2.1");
  const probes = ["jarm", "for_ipv6", "on_the_link"];
  const store = new SqliteStore(":memory:");
  const { made } = service(log, { store, probes });
  await addressesOf(made);
  const onTheLink = endingIn("on_the_link", "tls", "closed");
  for (
    const [probe, port, outcome] of [[PROBE, 443, "ok"], [onTheLink, 0, "unreachable"]] as const
  ) {
    const result = outcome === "ok" ? finding("h") : { outcome };
    made.measurement({ target, port, probe, result, at: NOW }, true);
  }
  await made.targetDone({
    target,
    work: [{ probe: PROBE, ports: [443] }, { probe: onTheLink, ports: [0] }],
  });
  const later = (hours: number) =>
    addressesOf(service(log, { store, probes, now: () => NOW + hours * 60 * MINUTE }).made);
  assert.deepEqual([await later(0), await later(21), await later(27)], [[], [], ["192.0.2.1"]]);
});

Deno.test("ProbeService comes back at once to what was interrupted, also in another process", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new SqliteStore(":memory:");
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const { made } = service(log, { store });
  await addressesOf(made);
  await finish(made, "192.0.2.1", ["ok", "interrupted"]);
  assert.deepEqual(await addressesOf(service(log, { store }).made), ["192.0.2.1"]);
});

Deno.test("ProbeService hands out nobody while its state fails, and goes on afterwards", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new FailingStore(new SqliteStore(":memory:"));
  await Deno.writeTextFile(log, lineOf("192.0.2.1") + lineOf("192.0.2.2"));
  for (const fails of [true, "writing"] as const) {
    store.fails = fails;
    assert.deepEqual(await addressesOf(service(log, { store }).made), [], String(fails));
  }
  const { made } = service(log, { store });
  assert.deepEqual(await addressesOf(made), []);
  store.fails = false;
  assert.deepEqual((await addressesOf(made)).sort(), ["192.0.2.1", "192.0.2.2"]);
});

Deno.test("ProbeService stops handing out when its state begins to fail, and forgets nothing", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const inner = new SqliteStore(":memory:");
  const store = new FailingStore(inner);
  await Deno.writeTextFile(
    log,
    ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((host) => lineOf(host)).join(""),
  );
  const { made } = service(log, { store });
  const candidates = made.candidates();
  const first = (await candidates.next()).value!.spec.host;
  store.fails = "writing";
  await finish(made, first, ["ok"]);
  assert.equal((await candidates.next()).done, true);
  store.fails = false;
  assert.equal((await addressesOf(made)).length, 2);
  // What was done while the state failed has been written since.
  assert.equal((await addressesOf(service(log, { store: inner }).made)).includes(first), false);
});

Deno.test("ProbeService does not read again what it has read while its state failed", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new FailingStore(new SqliteStore(":memory:"));
  const { made, cycles } = service(log, { store });
  await addressesOf(made);
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  store.fails = "writing";
  await addressesOf(made);
  store.fails = false;
  assert.deepEqual(await addressesOf(made), ["192.0.2.1"]);
  made.finish();
  assert.equal(cycles[0]?.sightings, 0);
  assert.deepEqual(await addressesOf(service(log, { store }).made), ["192.0.2.1"]);
});
