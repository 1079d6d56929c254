/** The prober's limits, counted on the wire. */
import assert from "node:assert/strict";
import { decnet, printedEvents } from "../support/decnet.ts";
import { HostileLog } from "../support/hostile_log.ts";
import { MAY_MAKE_NAMESPACES, type NetworkNamespace } from "../support/network_namespace.ts";
import { ip, rawTopology, setRules } from "../support/raw_topology.ts";
import { testNeeding } from "../support/requirements.ts";
import {
  type CapturedSyn,
  mostTargetsAtATime,
  mostWithin,
  newConnections,
  span,
  SynCapture,
} from "../support/syn_capture.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

/** Addresses of the far host; nothing listens at any of them, and those from 198.18.128 on are silent. */
const FAR_BLOCK = "198.18.0.0/16";
const SILENT_BLOCK = "198.18.128.0/17";

/** A run in the near host, and the network that its targets are in. */
interface Run {
  readonly network: string;
  readonly targets: number;
  readonly ports: number;
  readonly flags: readonly string[];
}

async function probe(near: NetworkNamespace, folder: TempFolder, run: Run): Promise<void> {
  const { network, targets, ports, flags } = run;
  const log = new HostileLog(`${folder.path}/${network}.json`);
  log.append(
    Array.from({ length: targets }, (_, host) => HostileLog.sighting(`${network}.${host + 1}`)),
  );
  const state = `${folder.path}/${network}.db`;
  printedEvents(
    await decnet([
      ...["probe", "--from-log", log.path, "--state", state, "--allow", FAR_BLOCK],
      ...["--probe", "banner", "--port", `banner=1-${ports}`, ...flags],
    ], { under: near.enter }),
  );
}

/** Share of the time that a limit asks for, that the first of all may have come too late. */
const PUNCTUALITY = 0.9;

function assertPace(syns: readonly CapturedSyn[], perSecond: number, what: string): void {
  const least = (syns.length - 1) / perSecond;
  assert.ok(span(syns) >= PUNCTUALITY * least, `${what}: ${syns.length} within ${span(syns)} s`);
  // Machines that stand still for a moment send afterwards what was due meanwhile.
  const most = mostWithin(syns, 1);
  assert.ok(most <= 2 * perSecond + 1, `${what}: ${most} within a second`);
}

testNeeding(
  [MAY_MAKE_NAMESPACES, "ip", "nft", "tcpdump"],
  "probe keeps to --rate, --target-rate and --concurrency on the wire",
  async () => {
    await using folder = await tempFolder();
    await using topology = await rawTopology(0);
    const { near, far } = topology;
    await ip(far, "address", "add", FAR_BLOCK, "dev", "lo");
    await setRules(far, "input", `ip daddr ${SILENT_BLOCK} drop`);
    const runs = {
      byDefault: { network: "198.18.1", targets: 40, ports: 2, flags: [] },
      overall: {
        network: "198.18.2",
        targets: 40,
        ports: 4,
        flags: ["--rate", "50", "--target-rate", "0"],
      },
      perTarget: {
        network: "198.18.3",
        targets: 3,
        ports: 12,
        flags: ["--rate", "0", "--target-rate", "4"],
      },
      silent: {
        network: "198.18.129",
        targets: 12,
        ports: 3,
        flags: ["--rate", "0", "--target-rate", "0", "--concurrency", "3", "--timeout", "1500ms"],
      },
    } satisfies Record<string, Run>;
    const capture = await SynCapture.start(near, "right");
    await Promise.all(Object.values(runs).map((run) => probe(near, folder, run)));
    const syns = await capture.stop();
    const to = (run: Run) =>
      syns.filter(({ destination }) => destination.startsWith(`${run.network}.`));
    const byTarget = (found: readonly CapturedSyn[]) =>
      Map.groupBy(found, ({ destination }) => destination);

    // Each port is tried once.
    for (const run of Object.values(runs)) {
      assert.equal(newConnections(to(run)).length, run.targets * run.ports, run.network);
    }
    assertPace(to(runs.byDefault), 20, "all targets by default");
    for (const [target, found] of byTarget(to(runs.byDefault))) {
      assert.ok(span(found) >= PUNCTUALITY, `${target}: twice within ${span(found)} s`);
    }
    assertPace(to(runs.overall), 50, "all targets");
    for (const [target, found] of byTarget(to(runs.perTarget))) assertPace(found, 4, target);
    // The kernel sends a SYN again after a second of silence; three targets have three each then.
    assert.equal(mostTargetsAtATime(to(runs.silent)), 3);
    assert.ok(to(runs.silent).length >= 2 * newConnections(to(runs.silent)).length);
  },
);
