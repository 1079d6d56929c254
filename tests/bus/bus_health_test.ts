/** A worker's reports while its hub goes and comes back. */
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { BusHealth } from "../../lib/bus/bus_health.ts";
import { eventually } from "../support/eventually.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";

testNeeding(["nats-server"], "BusHealth keeps no reports for a hub that is away", async () => {
  await using hub = await startNatsHub();
  const address = parseBusAddress(hub.url);
  const worker = { worker: "probe", sensor: "edge-1" };
  let reports = 0;
  let status: "lost" | "back" | undefined;
  let atReturn = 0;
  const dial = await BusHealth.prepare(address, worker, (now) => {
    status = now;
    if (now === "back") atReturn = reports;
  });
  await using _health = BusHealth.start(address, dial, {
    report: () => {
      reports++;
      const numbers = { counters: {}, gauges: {} };
      return { ...worker, ts: Date.now(), version: "0", pid: 1, uptime: 1, ...numbers };
    },
    onControl: () => "",
    every: 5,
  });
  await eventually(() => reports > 3);
  await hub.stop();
  await eventually(() => status === "lost");
  const atLoss = reports;
  // The client waits for a second before it tries again: two hundred reports.
  await hub.start();
  await eventually(() => status === "back");
  assert.ok(atReturn - atLoss <= 2, `${atReturn - atLoss} reports for nobody`);
  await eventually(() => reports > atReturn + 3);
});
