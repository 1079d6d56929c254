import assert from "node:assert/strict";
import { endingIn } from "../../tests/support/fake_probe.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import type { LogNotice } from "../log/item.ts";
import { SqliteStore } from "../store/sqlite_store.ts";
import type { Outcome } from "./outcome.ts";
import { type Cycle, ProbeService, type ServiceOptions } from "./service.ts";

const NOW = Date.parse("2026-01-02T00:00:00Z");
const DAY = 86_400_000;

function lineOf(address: string, timestamp = "2026-01-01T12:00:00.000000Z"): string {
  return JSON.stringify({
    timestamp,
    decky: "web",
    service: "ssh",
    event_type: "auth_attempt",
    attacker_ip: address,
    fields: {},
  }) + "\n";
}

function service(log: string, more: Partial<ServiceOptions> = {}) {
  const cycles: Cycle[] = [];
  const notices: LogNotice[] = [];
  const made = new ProbeService({
    logs: [log],
    store: new SqliteStore(":memory:"),
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

async function finish(made: ProbeService, address: string, outcome: Outcome): Promise<void> {
  const target = { host: address, address, named: false };
  const probe = endingIn("jarm", "tls", "closed");
  if (outcome !== "ok") {
    made.measurement({ target, port: 443, probe, result: { outcome }, at: NOW });
  }
  await made.targetDone({ target, work: [{ probe, ports: [443] }] });
}

Deno.test("ProbeService hands out each attacker of the log once, and nobody twice at a time", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lineOf("192.0.2.1") + lineOf("192.0.2.2") + lineOf("192.0.2.1"));
  const { made, cycles } = service(log);
  assert.deepEqual((await addressesOf(made)).sort(), ["192.0.2.1", "192.0.2.2"]);
  made.finish();
  assert.deepEqual(cycles, [{ lines: 3, sightings: 3, targets: 2 }]);
  assert.deepEqual(await addressesOf(made), []);
});

Deno.test("ProbeService leaves in peace who was not seen for long", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const old = lineOf("192.0.2.1", "2025-12-01T00:00:00Z");
  await Deno.writeTextFile(log, old + lineOf("192.0.2.2"));
  assert.deepEqual(await addressesOf(service(log).made), ["192.0.2.2"]);
});

Deno.test("ProbeService goes on in the log where an earlier run was, over its rotation", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new SqliteStore(":memory:");
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const first = service(log, { store });
  assert.deepEqual(await addressesOf(first.made), ["192.0.2.1"]);
  await finish(first.made, "192.0.2.1", "refused");
  await Deno.writeTextFile(log, lineOf("192.0.2.2"), { append: true });
  await Deno.rename(log, `${log}.1`);
  await Deno.writeTextFile(log, lineOf("192.0.2.3").repeat(50) + '{"half');
  const second = service(log, { store });
  assert.deepEqual((await addressesOf(second.made)).sort(), ["192.0.2.2", "192.0.2.3"]);
  second.made.finish();
  assert.equal(second.cycles[0]?.lines, 51);
  assert.deepEqual(await addressesOf(service(log, { store }).made), ["192.0.2.2", "192.0.2.3"]);
});

Deno.test("ProbeService passes over lines that are no events", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, `[1]\nnull\n\u0000\u0000\n{"a":\n${lineOf("192.0.2.1")}`);
  const { made, cycles } = service(log);
  assert.deepEqual(await addressesOf(made), ["192.0.2.1"]);
  made.finish();
  assert.deepEqual(cycles[0], { lines: 5, sightings: 1, targets: 1 });
});

Deno.test("ProbeService says that a log is missing, and ends", async () => {
  await using folder = await tempFolder();
  const { made, notices } = service(`${folder.path}/none.json`);
  assert.deepEqual(await addressesOf(made), []);
  assert.ok(notices.some(({ kind }) => kind === "missing"));
});

Deno.test("ProbeService in watch mode looks again, and ends with its signal", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const stop = new AbortController();
  const { made } = service(log, { interval: 1, signal: stop.signal });
  const candidates = made.candidates();
  assert.equal((await candidates.next()).value?.spec.host, "192.0.2.1");
  const next = candidates.next();
  await Deno.writeTextFile(log, lineOf("192.0.2.2"), { append: true });
  assert.equal((await next).value?.spec.host, "192.0.2.2");
  const last = candidates.next();
  stop.abort();
  assert.equal((await last).done, true);
});

Deno.test("ProbeService runs only what is due", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  const store = new SqliteStore(":memory:");
  await Deno.writeTextFile(log, lineOf("192.0.2.1"));
  const first = service(log, { store });
  await addressesOf(first.made);
  await finish(first.made, "192.0.2.1", "refused");
  const both = service(log, { store, probes: ["jarm", "hassh"] });
  assert.deepEqual(await addressesOf(both.made), ["192.0.2.1"]);
  const target = { host: "192.0.2.1", address: "192.0.2.1", named: false };
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
  const target = { host: "192.0.2.1", address: "192.0.2.1", named: false };
  await made.targetDone({ target, skipped: { outcome: "denied" }, work: [] });
  assert.deepEqual(await addressesOf(made), []);
});
