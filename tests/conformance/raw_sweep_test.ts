/** Sweeps over many addresses of a real kernel in a network namespace. */
import assert from "node:assert/strict";
import { CLOSED_PORT, COUNT_SYN, rawTest } from "../support/raw_jobs.ts";
import { runSweep } from "../support/raw_run.ts";
import { counted, ip, rawTopology, setRules } from "../support/raw_topology.ts";

/** A network that is all the far host's own. */
const SWEPT = { first: "10.99.0.0", rounds: 1, port: CLOSED_PORT, rate: 0, waitMs: 500 };

rawTest("a sweep reaches every address behind a router once, and hears every answer", async () => {
  await using topology = await rawTopology(1);
  const { near, routers, far } = topology;
  await ip(routers[0]!, "route", "add", "10.99.0.0/20", "via", "198.51.100.6");
  await ip(far, "route", "add", "local", "10.99.0.0/20", "dev", "lo");
  await setRules(far, "prerouting", COUNT_SYN);
  const addresses = 4096;
  const privileged = await runSweep(near, { ...SWEPT, addresses });
  const { sent, reset, dropped } = privileged;
  assert.deepEqual([sent, reset, dropped], [addresses, addresses, 0]);
  assert.equal(await counted(far, "syns"), addresses);
  // With less room for answers.
  const unprivileged = await runSweep(near, {
    ...SWEPT,
    addresses,
    rate: 20_000,
    unprivileged: true,
  });
  assert.deepEqual([unprivileged.sent, unprivileged.reset], [addresses, addresses]);
});

rawTest("a sweep reaches hosts on the link, each by its own MAC", async () => {
  await using topology = await rawTopology(0);
  const { near, far } = topology;
  await ip(near, "route", "add", "10.99.0.0/24", "dev", "right");
  await ip(far, "route", "add", "local", "10.99.0.0/24", "dev", "lo");
  const { sent, reset } = await runSweep(near, { ...SWEPT, addresses: 256, waitMs: 1500 });
  assert.deepEqual([sent, reset], [256, 256]);
});

rawTest("a sweep keeps to its rate", async () => {
  await using topology = await rawTopology(0);
  const { near, far } = topology;
  await ip(far, "route", "add", "local", "10.99.0.0/20", "dev", "lo");
  const { sent, seconds } = await runSweep(near, {
    ...SWEPT,
    addresses: 1001,
    rate: 1000,
    waitMs: 0,
  });
  assert.equal(sent, 1001);
  // The first packet goes at once; what a stall made up for may come at once, too.
  assert.ok(seconds >= 0.97, `${seconds}`);
});
