/** `decnet collect` beside a real Docker engine: both files, whatever is killed. */
import assert from "node:assert/strict";
import {
  dockerEngine,
  engineLog,
  expectedNumbers,
  HAS_DOCKER,
  numberedScript,
  withoutKilledRun,
} from "../support/docker_engine.ts";
import { eventually } from "../support/eventually.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const CONTAINERS = ["a", "b", "c", "d"];

const KILLS = 5;

async function linesOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").slice(0, -1);
}

testNeeding(
  [HAS_DOCKER],
  "decnet collect writes each line of containers once into both files, through kill -9 and a restart of the engine",
  async () => {
    await using engine = await dockerEngine();
    await using folder = await tempFolder();
    const base = `${folder.path}/decnet`;
    const ids = await Promise.all(CONTAINERS.map((name, index) =>
      engine.create({
        name: `${name}-ssh`,
        labels: { "decnet.fleet.service": "true" },
        script: numberedScript({ prefix: `${name} `, burst: 1 + index * 7, microseconds: 10_000 }),
      })
    ));
    const each = (action: string) =>
      Promise.all(ids.map((id) => engine.call("POST", `/containers/${id}/${action}`)));
    const collect = () =>
      new RunningDecnet(["collect", "--out", base, "--state", `${folder.path}/state.db`], {
        env: { DOCKER_HOST: engine.host },
      });
    await each("start");
    for (let kill = 0; kill < KILLS; kill++) {
      await using running = collect();
      const before = (await linesOf(`${base}.log`)).length;
      await eventually(async () => (await linesOf(`${base}.log`)).length > before + 50);
      running.kill("SIGKILL");
      if (kill === 2) await engine.restart("SIGKILL").then(() => each("start"));
    }
    await using running = collect();
    await each("kill");
    const logs = await Promise.all(ids.map((id) => engineLog(engine, id)));
    const total = logs.flat().length;
    await eventually(async () => (await linesOf(`${base}.log`)).length >= total);
    running.kill("SIGTERM");
    const { code, stderr } = await running.end();
    assert.equal(code, 0, stderr);

    const lines = await linesOf(`${base}.log`);
    const events = (await linesOf(`${base}.json`)).map((line) => JSON.parse(line));
    for (const [index, name] of CONTAINERS.entries()) {
      const own = lines.filter((line) => line.startsWith(`${name} `));
      assert.deepEqual(own, logs[index]);
      const whole = withoutKilledRun(own.map((line) => line.slice(2)));
      assert.deepEqual(whole, expectedNumbers(whole));
      const raw = events.filter(({ decky, event_type: type }) =>
        decky === name && type === "raw_line"
      );
      assert.deepEqual(raw.map(({ raw_line: line }) => line), own);
      assert.ok(raw.every(({ service }) => service === "ssh"));
    }
    assert.equal(lines.length, total);
  },
);
