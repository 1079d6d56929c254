import assert from "node:assert/strict";
import { SqliteStore } from "../store/sqlite_store.ts";
import { endingIn } from "../../tests/support/fake_probe.ts";
import type { PlannedProbe } from "./plan.ts";
import { Visits } from "./visits.ts";

const HOST = { host: "192.0.2.7", address: "192.0.2.7", named: false };

function work(...plan: [name: string, ports: number[]][]): PlannedProbe[] {
  return plan.map(([name, ports]) => ({ probe: endingIn(name, "tls", "closed"), ports }));
}

Deno.test("Visits.isRecent() is false for what was never visited", async () => {
  const visits = new Visits(new SqliteStore(":memory:"));
  assert.equal(await visits.isRecent(HOST, "jarm", [443], 0), false);
  await visits.record(HOST, work(["jarm", [443]]), 1000);
  assert.equal(await visits.isRecent(HOST, "hassh", [443], 0), false);
  assert.equal(await visits.isRecent({ ...HOST, address: "192.0.2.70" }, "jarm", [443], 0), false);
});

Deno.test("Visits.isRecent() is true from the moment asked for, that moment included", async () => {
  const visits = new Visits(new SqliteStore(":memory:"));
  await visits.record(HOST, work(["jarm", [443, 8443]]), 1000);
  assert.equal(await visits.isRecent(HOST, "jarm", [443], 1000), true);
  assert.equal(await visits.isRecent(HOST, "jarm", [443], 1001), false);
});

Deno.test("Visits.isRecent() asks for all ports", async () => {
  const visits = new Visits(new SqliteStore(":memory:"));
  await visits.record(HOST, work(["jarm", [443, 8443]]), 1000);
  assert.equal(await visits.isRecent(HOST, "jarm", [8443, 443], 0), true);
  assert.equal(await visits.isRecent(HOST, "jarm", [443, 44], 0), false);
  assert.equal(await visits.isRecent(HOST, "jarm", [3], 0), false);
});

Deno.test("Visits keeps a name apart from its address, and from other names there", async () => {
  const visits = new Visits(new SqliteStore(":memory:"));
  const named = { host: "a.example", address: "192.0.2.7", named: true };
  await visits.record(named, work(["tlscert", [443]]), 1000);
  assert.equal(await visits.isRecent(named, "tlscert", [443], 0), true);
  assert.equal(await visits.isRecent(HOST, "tlscert", [443], 0), false);
  assert.equal(await visits.isRecent({ ...named, host: "b.example" }, "tlscert", [443], 0), false);
});

Deno.test("Visits.record() renews the probes of the visit, and leaves the others", async () => {
  const visits = new Visits(new SqliteStore(":memory:"));
  await visits.record(HOST, work(["jarm", [443]], ["hassh", [22]]), 1000);
  await visits.record(HOST, work(["hassh", [2222]]), 2000);
  assert.equal(await visits.isRecent(HOST, "jarm", [443], 1000), true);
  assert.equal(await visits.isRecent(HOST, "jarm", [443], 2000), false);
  assert.equal(await visits.isRecent(HOST, "hassh", [2222], 2000), true);
  // The latest visit is what counts: it did not touch port 22.
  assert.equal(await visits.isRecent(HOST, "hassh", [22], 0), false);
});
