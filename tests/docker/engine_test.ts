/** The Docker source against a real engine: every line exactly once, whatever happens to it. */
import assert from "node:assert/strict";
import type { ContainerSpec, TestEngine } from "../../scripts/test_engine.ts";
import { Collecting } from "../support/docker_collecting.ts";
import {
  expectedNumbers,
  HAS_DOCKER,
  numberedScript,
  SharedEngine,
} from "../support/docker_engine.ts";
import { Recording } from "../support/recording_context.ts";
import { testNeeding } from "../support/requirements.ts";

const FLEET = { "decnet.fleet.service": "true" };

const key = (id: string) => `docker/${id}`;

const shared = new SharedEngine();

async function post(engine: TestEngine, id: string, action: string): Promise<void> {
  await engine.call("POST", `/containers/${id}/${action}`);
}

/** Lines of a container, once there are so many. */
async function linesOf(
  engine: TestEngine,
  recording: Recording,
  count: number,
  spec: ContainerSpec,
): Promise<string[]> {
  const id = await engine.create({ labels: FLEET, ...spec });
  await post(engine, id, "start");
  await engine.call("POST", `/containers/${id}/wait`);
  await recording.until(() => recording.texts(key(id)).length >= count);
  return recording.texts(key(id));
}

testNeeding(
  [HAS_DOCKER],
  "collect from Docker: logs of json-file and local, rotated while they are followed, have each line once",
  async () => {
    const engine = await shared.get();
    const recording = new Recording();
    await using _ = await Collecting.start(engine.host, recording);
    const script = numberedScript({ burst: 5, microseconds: 10_000, lines: 1000 });
    const logOptions = { "max-size": "20k", "max-file": "100" };
    await Promise.all(["json-file", "local"].map(async (logDriver) => {
      const spec = { name: `${logDriver}-ssh`, script, logDriver, logOptions };
      const texts = await linesOf(engine, recording, 1000, spec);
      assert.deepEqual(texts, expectedNumbers(texts));
      assert.equal(texts.length, 1000);
    }));
  },
);

testNeeding(
  [HAS_DOCKER],
  "collect from Docker: long lines, a line without an end, and those of a terminal (F23)",
  async () => {
    const engine = await shared.get();
    const recording = new Recording();
    await using _ = await Collecting.start(engine.host, recording);
    const script = [
      "PATH=/bin; b=busybox; echo short",
      "$b head -c 40000 /dev/zero | $b tr '\\0' a",
      "echo; printf 'the end'",
    ].join("; ");
    for (const tty of [false, true]) {
      const count = tty ? 2 : 3;
      const texts = await linesOf(engine, recording, count, { name: `d${count}-ssh`, script, tty });
      assert.deepEqual(
        texts.map((text) => text.replace(/^a+$/, (all) => `${all.length} a`)),
        // A terminal's may go on when the container starts again.
        ["short", "40000 a", ...(tty ? [] : ["the end"])],
      );
    }
  },
);

testNeeding(
  [HAS_DOCKER],
  "collect from Docker: a log that its driver does not keep is said once",
  async () => {
    const engine = await shared.get();
    const recording = new Recording();
    const script = numberedScript();
    const none = await engine.create({
      name: "none-ssh",
      labels: FLEET,
      script,
      logDriver: "none",
    });
    const good = await engine.create({ name: "good-ssh", labels: FLEET, script });
    await using _ = await Collecting.start(engine.host, recording, { reconcileMs: 20 });
    await post(engine, none, "start");
    await post(engine, good, "start");
    await recording.until(() => recording.texts(key(good)).length > 20);
    assert.equal(recording.messages.length, 1);
    assert.match(recording.messages[0]!, /^error: the log of none-ssh cannot be read: .*json-file/);
  },
);
