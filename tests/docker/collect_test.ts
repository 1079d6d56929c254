/** `decnet collect` beside a real Docker engine: both files, whatever is killed. */
import assert from "node:assert/strict";
import { Collection, Decoy, FLEET, numbersOf } from "../support/docker_collect.ts";
import {
  engineLog,
  expectedNumbers,
  HAS_DOCKER,
  numberedScript,
  SharedEngine,
  withoutKilledRun,
} from "../support/docker_engine.ts";
import { DockerProxy } from "../support/docker_proxy.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

const CONTAINERS = 20;

/** Prints random bytes, and a line of controls. */
const NOISE = "/bin/busybox head -c 300000 /dev/urandom; echo; " +
  "printf '\\0\\033[31m\\a\\r\\n'";

/** Lines of a container that prints as fast as it can. */
const FLOOD = 100_000;

/** Lines that must have come before the next thing happens. */
const SOME = 100;

const shared = new SharedEngine();
const restored = new SharedEngine("--live-restore");

/** Kills the collector with -9 and starts it again, after each of the steps. */
async function throughKills(
  collection: Collection,
  steps: readonly (() => Promise<unknown>)[],
): Promise<void> {
  for (const step of steps) {
    await using running = collection.run();
    await collection.more(SOME);
    await step();
    await collection.more(SOME);
    running.kill("SIGKILL");
    await running.end();
  }
}

/** Collects what is left, and ends as a service is ended. */
async function collectRest(collection: Collection, decoys: readonly Decoy[]): Promise<string> {
  await using running = collection.run();
  for (const decoy of decoys) await collection.has(decoy);
  // All may have been there before.
  await collection.isOpen(running);
  running.kill("SIGTERM");
  const { code, stderr } = await running.end();
  assert.equal(code, 0, stderr);
  return stderr;
}

testNeeding(
  [HAS_DOCKER],
  "decnet collect: every line of 20 containers once in both files, through their starts, stops, renames, removal, rotated logs, two restarts of the engine and kill -9 (F1, F28, F30)",
  async () => {
    const engine = await shared.get();
    await using folder = await tempFolder();
    const collection = new Collection(folder.path, engine.host);
    const decoys = Array.from({ length: CONTAINERS }, (_, index) => new Decoy(engine, index));
    await Promise.all(decoys.map((decoy) => decoy.create()));
    const each = (action: string, from = 0, to = CONTAINERS) =>
      Promise.all(decoys.slice(from, to).map((decoy) => decoy.post(action)));
    const again = new Decoy(engine, 12, 2);
    await each("start", 0, 10);

    await throughKills(collection, [
      async () => {
        await each("start", 10);
        await each("restart", 0, 3);
        await each("stop", 3, 6);
        await each("start", 3, 6);
      },
      async () => {
        await each("rename?name=sigma-http", 6, 7);
        await each("kill", 7, 9);
        await Promise.all(decoys.slice(9, 11).map((decoy) => decoy.pause()));
      },
      async () => {
        const old = decoys[again.index]!;
        await old.post("kill");
        await collection.has(old);
        await old.remove();
        await again.create();
        await again.post("start");
      },
      async () => {
        await engine.restart("SIGTERM");
        await Promise.all(
          decoys.filter(({ index }) => index !== 12).map((one) => one.post("start")),
        );
        await again.post("start");
      },
      async () => {
        await engine.restart("SIGKILL");
        await Promise.all(
          decoys.filter(({ index }) => index !== 12).map((one) => one.post("start")),
        );
        await again.post("start");
      },
    ]);
    const present = [...decoys.filter(({ index }) => index !== 12), again];
    await Promise.all(present.map((decoy) => decoy.post("kill")));
    await collectRest(collection, present);

    await collection.check([...decoys, again]);
    for (const decoy of [...decoys, again]) {
      const whole = withoutKilledRun(numbersOf(decoy));
      assert.deepEqual(whole, expectedNumbers(whole));
    }
    const types = new Set((await collection.events()).map(({ event_type: type }) => type));
    assert.ok(!types.has("gap"));
  },
);

testNeeding(
  [HAS_DOCKER],
  "decnet collect: every number once where containers outlive the engine, killed and ended (live-restore, F30)",
  async () => {
    const engine = await restored.get();
    await using folder = await tempFolder();
    const collection = new Collection(folder.path, engine.host);
    const decoys = [0, 2, 4, 7].map((index) => new Decoy(engine, index));
    await Promise.all(decoys.map((decoy) => decoy.create()));
    await Promise.all(decoys.map((decoy) => decoy.post("start")));
    await throughKills(collection, [
      () => engine.restart("SIGKILL"),
      () => engine.restart("SIGTERM"),
    ]);
    await Promise.all(decoys.map((decoy) => decoy.post("kill")));
    await collectRest(collection, decoys);
    await collection.check(decoys);
    for (const decoy of decoys) {
      const all = numbersOf(decoy).toSorted((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
      assert.deepEqual(all, expectedNumbers(all));
      assert.ok(all.at(-1)!.startsWith("1 "));
    }
  },
);

testNeeding(
  [HAS_DOCKER],
  "decnet collect: a gap event with both times where the engine rotated lines away, and nothing else is missing",
  async () => {
    const engine = await shared.get();
    await using folder = await tempFolder();
    const collection = new Collection(folder.path, engine.host);
    const id = await engine.create({
      name: "d0-ssh",
      labels: FLEET,
      script: numberedScript({ prefix: "d0 ", burst: 10, microseconds: 5000 }),
      logOptions: { "max-size": "20k", "max-file": "2" },
    });
    await engine.call("POST", `/containers/${id}/start`);
    {
      await using running = collection.run();
      await collection.more(SOME);
      running.kill("SIGTERM");
      await running.end();
    }
    const before = await collection.lines();
    const last = before.at(-1)!;
    await collection.until(async () => !(await engineLog(engine, id)).includes(last));
    await using running = collection.run();
    await collection.more(SOME);
    await engine.call("POST", `/containers/${id}/kill`);
    const end = (await engineLog(engine, id)).at(-1);
    await collection.until(async () => (await collection.lines()).at(-1) === end);
    running.kill("SIGTERM");
    await running.end();

    const count = (line: string) => Number(line.split(" ")[2]);
    const lines = await collection.lines();
    const numbers = lines.map(count);
    const jumps = numbers.flatMap((number, at) =>
      at === 0 || number === numbers[at - 1]! + 1 ? [] : [at]
    );
    assert.deepEqual(jumps, [before.length]);
    const events = await collection.events();
    const [gap, ...more] = events.filter(({ event_type: type }) => type === "gap");
    assert.deepEqual(more, []);
    const raw = events.filter(({ event_type: type }) => type === "raw_line");
    const { from, to } = gap!["fields"] as { from: string; to: string };
    const millis = (time: unknown) => String(time).slice(0, "2026-01-01T00:00:00.000".length);
    assert.equal(millis(from), millis(raw[before.length - 1]!["timestamp"]));
    assert.equal(millis(to), millis(raw[before.length]!["timestamp"]));
  },
);

testNeeding(
  [HAS_DOCKER],
  "decnet collect: a flood of 100,000 lines once each, killed -9 within it (F1, F42)",
  async () => {
    const engine = await shared.get();
    await using folder = await tempFolder();
    const collection = new Collection(folder.path, engine.host);
    const program = `BEGIN { for (n = 1; n <= ${FLOOD}; n++) print "d0 1", n }`;
    const id = await engine.create({
      name: "d0-ssh",
      labels: FLEET,
      script: `exec /bin/busybox awk '${program}'`,
    });
    await engine.call("POST", `/containers/${id}/start`);
    for (let kill = 0; kill < 3; kill++) {
      await using running = collection.run();
      await collection.more(FLOOD / 10);
      running.kill("SIGKILL");
      await running.end();
    }
    await using running = collection.run();
    await collection.atLeast(FLOOD);
    running.kill("SIGTERM");
    await running.end();
    const expected = Array.from({ length: FLOOD }, (_, index) => `d0 1 ${index + 1}`);
    assert.deepEqual(await collection.lines(), expected);
    const events = await collection.events();
    const raw = events.filter(({ event_type: type }) => type === "raw_line");
    assert.deepEqual(raw.map(({ raw_line: line }) => line), expected);
  },
);

testNeeding(
  [HAS_DOCKER],
  "decnet collect: random bytes of a container leave whole lines and whole JSON (F24)",
  async () => {
    const engine = await shared.get();
    await using folder = await tempFolder();
    const collection = new Collection(folder.path, engine.host);
    const printed: string[] = [];
    await using running = collection.run();
    for (const tty of [false, true]) {
      const id = await engine.create({
        name: `d${Number(tty)}-ssh`,
        labels: FLEET,
        tty,
        script: NOISE,
      });
      await engine.call("POST", `/containers/${id}/start`);
      await engine.call("POST", `/containers/${id}/wait`);
      printed.push(...await engineLog(engine, id, tty));
    }
    const isRaw = ({ event_type: type }: Record<string, unknown>) => type === "raw_line";
    // An empty line is in the log, and no event.
    const expected = printed.filter((line) => line !== "").length;
    await collection.until(async () =>
      (await collection.events()).filter(isRaw).length >= expected
    );
    running.kill("SIGTERM");
    assert.equal((await running.end()).code, 0);
    assert.equal((await collection.events()).filter(isRaw).length, expected);
    const log = (await collection.text("log")).split("\n").slice(0, -1);
    assert.equal(
      log.filter((line) => !/^<\d+>1 \S+ d\d ssh - container_/.test(line)).length,
      printed.length,
    );
    // deno-lint-ignore no-control-regex -- what must not be there
    assert.doesNotMatch(await collection.text("log"), /[\x00-\x08\x0b-\x1f\x7f]/);
  },
);

testNeeding(
  [HAS_DOCKER],
  "decnet collect: a socket proxy that lets GET of containers and events through is enough",
  async () => {
    const engine = await shared.get();
    await using folder = await tempFolder();
    await using proxy = await DockerProxy.start(engine.host, `${folder.path}/proxy.sock`);
    const collection = new Collection(folder.path, proxy.host);
    const decoy = new Decoy(engine, 0);
    await using running = collection.run();
    await decoy.create();
    for (const action of ["start", "restart", "rename?name=sigma-http", "kill", "start", "kill"]) {
      await decoy.post(action);
    }
    await collection.has(decoy);
    await decoy.remove();
    await collection.until(async () =>
      (await collection.events()).some(({ event_type: type }) => type === "container_removed")
    );
    running.kill("SIGTERM");
    await running.end();
    await collection.check([decoy]);
    assert.deepEqual(proxy.refused, []);
    for (const asked of ["/containers/json", "/events", "/logs"]) {
      assert.ok(proxy.passed.some((request) => request.includes(asked)), asked);
    }
    assert.deepEqual([...new Set(proxy.passed.map((request) => request.split(" ")[0]))], ["GET"]);
  },
);
