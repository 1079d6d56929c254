/** Several sensors that remember fingerprints together. */
import assert from "node:assert/strict";
import { decnet, parseEvents } from "../support/decnet.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";
import { Fleet, fleetArguments, rotations } from "../support/rotating_fleet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const SENSORS = ["edge-1", "edge-2", "edge-3"];

/** Servers that change in each generation. */
const SERVERS = 6;
const GENERATIONS = 3;

testNeeding(
  ["nats-server"],
  "a rotation is told of by one sensor, whoever sees it first",
  async () => {
    await using folder = await tempFolder();
    await using hub = await startNatsHub();
    await using fleet = new Fleet(SERVERS);
    const runAll = () =>
      Promise.all(SENSORS.map(async (sensor) => {
        const args = fleetArguments(fleet, `${folder.path}/${sensor}`);
        await Deno.mkdir(`${folder.path}/${sensor}`, { recursive: true });
        const state = args.indexOf("--state") + 1;
        const run = await decnet([
          ...args.with(state, `${hub.url}/fleet`),
          ...["--sensor", sensor],
        ]);
        assert.equal(run.code, 0, run.stderr);
      }));
    await runAll();
    for (let generation = 1; generation <= GENERATIONS; generation++) {
      fleet.generation = generation;
      await runAll();
    }
    const logs = await Promise.all(
      SENSORS.map((sensor) => Deno.readTextFile(`${folder.path}/${sensor}/out.json`)),
    );
    const told = logs.flatMap((log) => rotations(parseEvents(log)));
    for (const port of fleet.ports) {
      const counts = told.filter(({ fields }) => fields["target_port"] === port)
        .map(({ fields }) => fields["rotation_count"]);
      assert.deepEqual(counts.toSorted(), [1, 2, 3], `rotations of port ${port}`);
    }
  },
);
