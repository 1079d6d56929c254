/** The Docker source against a real engine: every line exactly once, whatever happens to it. */
import assert from "node:assert/strict";
import type { ContainerSpec, TestEngine } from "../../scripts/test_engine.ts";
import { Collecting } from "../support/docker_collecting.ts";
import {
  dockerEngine,
  engineLog,
  expectedNumbers,
  HAS_DOCKER,
  numberedScript,
  withoutKilledRun,
} from "../support/docker_engine.ts";
import { eventually } from "../support/eventually.ts";
import { Recording } from "../support/recording_context.ts";
import { testNeeding } from "../support/requirements.ts";

const FLEET = { "decnet.fleet.service": "true" };

const key = (id: string) => `docker/${id}`;

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Waits until all that the engine has of a container has come. */
async function untilComplete(engine: TestEngine, recording: Recording, id: string): Promise<void> {
  const last = (await engineLog(engine, id)).at(-1);
  await eventually(() => recording.texts(key(id)).at(-1) === last);
}

async function post(engine: TestEngine, id: string, action: string): Promise<void> {
  await engine.call("POST", `/containers/${id}/${action}`);
}

/** Containers by what their index makes them do: bursts, both streams, a small log that is rotated often. */
function fleetContainer(index: number) {
  return {
    name: `omega${index}-ssh`,
    labels: FLEET,
    script: numberedScript({
      burst: 1 + index % 3 * 10,
      microseconds: 5000 + index * 1000,
      ...(index % 5 === 4 ? { stderrEach: 3 } : {}),
    }),
    logOptions: index % 4 === 3 ? { "max-size": "20k", "max-file": "50" } : {},
  };
}

testNeeding(
  [HAS_DOCKER],
  "collect from Docker: every line of 20 containers once, through starts, stops, renames, two restarts of the engine and kills of collect",
  async () => {
    await using engine = await dockerEngine();
    const recording = new Recording();
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, index) => engine.create(fleetContainer(index))),
    );
    const other = await engine.create({ name: "other", script: numberedScript() });
    const each = (action: string, which = [...ids, other]) =>
      Promise.all(which.map((id) => post(engine, id, action)));

    let isKilling = true;
    const killing = (async () => {
      while (isKilling) {
        await using _ = await Collecting.start(engine.host, recording, { stderr: true });
        await pause(500);
      }
    })();
    await each("start", ids.slice(0, 10));
    await each("start", [...ids.slice(10), other]);
    await each("restart", ids.slice(0, 3));
    await each("stop", ids.slice(3, 6));
    await each("start", ids.slice(3, 6));
    await each("rename?name=sigma-http", ids.slice(6, 7));
    await each("kill", ids.slice(7, 9));
    await each("pause", ids.slice(9, 11));
    await engine.restart("SIGTERM");
    await each("start");
    await engine.restart("SIGKILL");
    await each("start");
    await pause(1000);
    await each("kill");
    isKilling = false;
    await killing;

    await using _ = await Collecting.start(engine.host, recording, { stderr: true });
    for (const id of ids) {
      await untilComplete(engine, recording, id);
      const texts = recording.texts(key(id));
      assert.deepEqual(texts, await engineLog(engine, id));
      const whole = withoutKilledRun(texts);
      assert.deepEqual(whole, expectedNumbers(whole));
      assert.ok(texts.length > 10);
    }
    assert.deepEqual(recording.texts(key(other)), []);
    assert.ok(!recording.kinds().includes("gap"));
  },
);

testNeeding(
  [HAS_DOCKER],
  "collect from Docker: kinds of logs, and what containers do to lines",
  async (context) => {
    await using engine = await dockerEngine();
    const recording = new Recording();
    await using _ = await Collecting.start(engine.host, recording);

    /** Runs a container to its end; gives its lines, once there are so many. */
    async function linesOf(
      count: number,
      spec: Partial<ContainerSpec> & Pick<ContainerSpec, "script">,
    ) {
      const id = await engine.create({ name: `d${performance.now()}-ssh`, labels: FLEET, ...spec });
      await post(engine, id, "start");
      await engine.call("POST", `/containers/${id}/wait`);
      await recording.until(() => recording.texts(key(id)).length >= count);
      return recording.lines.get(key(id))!.map(({ text }) => text);
    }

    const rotated = numberedScript({ burst: 5, microseconds: 10_000, lines: 1000 });
    for (const logDriver of ["json-file", "local"]) {
      await context.step(`${logDriver}, rotated while it is followed`, async () => {
        const logOptions = { "max-size": "20k", "max-file": "100" };
        const texts = await linesOf(1000, { script: rotated, logDriver, logOptions });
        assert.deepEqual(texts, expectedNumbers(texts));
        assert.equal(texts.length, 1000);
      });
    }

    const script = [
      "PATH=/bin; b=busybox; echo short",
      "$b head -c 40000 /dev/zero | $b tr '\\0' a",
      "echo; printf 'the end'",
    ].join("; ");
    for (const tty of [false, true]) {
      await context.step(tty ? "a terminal" : "long lines and one without an end", async () => {
        const texts = await linesOf(tty ? 2 : 3, { script, tty });
        assert.deepEqual(
          texts.map((text) => text.replace(/^a+$/, (all) => `${all.length} a`)),
          ["short", "40000 a", ...(tty ? [] : ["the end"])],
        );
      });
    }
  },
);

testNeeding(
  [HAS_DOCKER],
  "collect from Docker: a gap with both its times where the engine rotated lines away",
  async () => {
    await using engine = await dockerEngine();
    const recording = new Recording();
    const id = await engine.create({
      name: "omega-ssh",
      labels: FLEET,
      script: numberedScript({ burst: 10, microseconds: 5000 }),
      logOptions: { "max-size": "20k", "max-file": "2" },
    });
    const first = await Collecting.start(engine.host, recording);
    await post(engine, id, "start");
    await recording.until(() => recording.texts().length > 10);
    await first.kill();
    const before = recording.texts().length;
    const last = recording.texts().at(-1)!;
    await eventually(async () => !(await engineLog(engine, id)).includes(last));
    await using _ = await Collecting.start(engine.host, recording);
    await recording.until(() => recording.texts().length > before + 10);
    await post(engine, id, "kill");
    await untilComplete(engine, recording, id);
    const texts = recording.texts();
    assert.deepEqual(texts.slice(0, before), expectedNumbers(texts.slice(0, before)));
    const [gap, ...more] = recording.notices.filter(({ kind }) => kind === "gap");
    assert.deepEqual(more, []);
    const times = recording.lines.get(key(id))!.map(({ time }) => time!);
    const micros = (text: unknown) => Date.parse(String(text)) * 1000;
    assert.ok(Math.abs(micros(gap!.detail["from"]) - times[before - 1]!) < 1000);
    assert.ok(Math.abs(micros(gap!.detail["to"]) - times[before]!) < 1000);
  },
);

testNeeding(
  [HAS_DOCKER],
  "collect from Docker: a log that its driver does not keep is said once",
  async () => {
    await using engine = await dockerEngine();
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
