import assert from "node:assert/strict";
import { DockerWorld } from "../../tests/support/docker_world.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { Recording } from "../../tests/support/recording_context.ts";
import { EngineError } from "../docker/engine.ts";
import { containerSelection, NO_SERVICE_NAMES } from "./docker_select.ts";
import { dockerSource, type DockerSourceOptions } from "./docker_source.ts";
import type { SourceBatch } from "./source.ts";

/** Far beyond what any of these takes. */
const NEVER_MS = 3_600_000;

/** Waits are short here, and the regular list comes only where a test asks for it. */
const QUICK = { backoff: { first: 1, most: 2 }, reconcileMs: NEVER_MS };

/** A source that runs on a world; disposing of it ends it. */
class RunningSource implements AsyncDisposable {
  readonly ended: Promise<void>;
  readonly #controller = new AbortController();

  constructor(
    readonly world: DockerWorld,
    readonly recording: Recording,
    options?: Partial<DockerSourceOptions>,
    write?: (batch: SourceBatch) => Promise<void> | void,
  ) {
    const source = dockerSource({
      engine: world,
      select: containerSelection({}, () => NO_SERVICE_NAMES),
      ...QUICK,
      ...options,
    });
    this.ended = source.run(recording.context(this.#controller.signal, write));
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const key = ({ id }: { readonly id: string }) => `docker/${id}`;

Deno.test("dockerSource() gives what a container has printed and what it prints", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.print("one");
  await using _ = new RunningSource(world, recording);
  await recording.until(() => recording.texts().length === 1);
  container.print("two");
  await recording.until(() => recording.texts().length === 2);
  assert.deepEqual(recording.texts(key(container)), ["one", "two"]);
  const [batch] = recording.batches;
  assert.deepEqual(batch!.origin, { decky: "omega", service: "ssh", container: "omega-ssh" });
  const [line] = batch!.lines;
  const { time, n } = batch!.position as { time: string; n: number };
  assert.equal(line!.place, `${time}#${n}`);
  assert.equal(line!.time, Math.floor(Number(time) * 1e6));
});

Deno.test("dockerSource() leaves out stderr unless it is asked for", async () => {
  for (const stderr of [false, true]) {
    const [world, recording] = [new DockerWorld(), new Recording()];
    const container = world.create("omega-ssh");
    container.start();
    container.print("out");
    container.print("err", 2);
    container.print("out");
    await using _ = new RunningSource(world, recording, { stderr });
    await recording.until(() => recording.texts().length === (stderr ? 3 : 2));
    assert.deepEqual(recording.texts(), stderr ? ["out", "err", "out"] : ["out", "out"]);
  }
});

Deno.test("dockerSource() goes on where another run was committed, whether stderr is wanted or not", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  for (let run = 0; run < 6; run++) {
    container.print(`${run}`);
    container.print(`${run} on stderr`, 2);
    await using _ = new RunningSource(world, recording, { stderr: run % 2 === 0 });
    await recording.until(() => recording.texts().filter((text) => text === `${run}`).length === 1);
  }
  assert.deepEqual(recording.texts().filter((text) => !text.includes("stderr")), [..."012345"]);
  assert.equal(new Set(recording.texts()).size, recording.texts().length);
  assert.deepEqual(recording.kinds(), []);
});

Deno.test("dockerSource() reads what a container that has stopped left behind", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.print("one");
  container.stop();
  await using _ = new RunningSource(world, recording);
  await recording.until(() => recording.texts().length === 1);
  assert.deepEqual(recording.kinds(), []);
});

Deno.test("dockerSource() takes what its engine writes down only after a container has stopped", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  const late = ["late", "later"];
  const logs = world.logs.bind(world);
  world.logs = async (id, request) => {
    const answer = await logs(id, request);
    // Behind all that this answer has.
    if (!request.follow) late.splice(0, 1).forEach((text) => container.print(text));
    return answer;
  };
  await using _ = new RunningSource(world, recording);
  await eventually(() => container.readers === 1);
  container.stop();
  await recording.until(() => recording.texts().length === 2);
  assert.deepEqual(recording.texts(), ["late", "later"]);
});

Deno.test("dockerSource() follows containers through starts, stops, renames and removal (F28)", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  await using _ = new RunningSource(world, recording);
  await eventually(() => world.watchers === 1);
  const container = world.create("omega-ssh");
  world.create("other", {}).start();
  container.start();
  container.print("first run");
  await recording.until(() => recording.texts().length === 1);
  container.stop();
  await recording.until(() => recording.kinds().includes("stopped"));
  container.start();
  container.print("second run");
  const count = (wanted: string) => recording.kinds().filter((kind) => kind === wanted).length;
  await recording.until(() => count("restarted") === 1 && recording.texts().length === 2);
  container.rename("sigma-http");
  await recording.until(() => count("renamed") === 1);
  container.print("with a new name");
  await recording.until(() => recording.texts().length === 3);
  assert.equal(recording.batches.at(-1)!.origin.decky, "sigma");
  container.stop();
  await recording.until(() => count("stopped") === 2);
  container.start();
  container.print("third run");
  await recording.until(() => count("restarted") === 2 && recording.texts().length === 4);
  world.remove(container);
  await recording.until(() => recording.kinds().includes("removed"));
  // A new container of the same name is another one.
  const next = world.create("sigma-http");
  next.start();
  next.print("new");
  await recording.until(() => recording.texts(key(next)).length === 1);

  assert.deepEqual(recording.texts(key(container)), [
    ...["first run", "second run", "with a new name", "third run"],
  ]);
  const told = recording.notices.filter((notice) => notice.key === key(container));
  assert.deepEqual(told.map(({ kind }) => kind).filter((kind) => kind !== "stopped"), [
    "started",
    "restarted",
    "renamed",
    "restarted",
    "removed",
  ]);
  const renamed = told.find(({ kind }) => kind === "renamed")!;
  assert.deepEqual(renamed.origin, { decky: "sigma", service: "http", container: "sigma-http" });
  assert.equal(renamed.detail["old_name"], "omega-ssh");
  assert.equal(recording.batches.at(-1)!.origin.decky, "sigma");
});

Deno.test("dockerSource() finds by its list what no event told (F31)", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  await using _ = new RunningSource(world, recording, { reconcileMs: 1 });
  await eventually(() => world.watchers === 1);
  world.tell = () => {};
  const container = world.create("omega-ssh");
  container.start();
  container.print("one");
  await recording.until(() => recording.texts().length === 1);
  container.stop();
  container.start();
  container.print("two");
  await recording.until(() => recording.kinds().includes("restarted"));
  await recording.until(() => recording.texts().length === 2);
  world.remove(container);
  await recording.until(() => recording.kinds().includes("removed"));
  assert.deepEqual(recording.kinds().filter((kind) => kind !== "stopped"), [
    "started",
    "restarted",
    "removed",
  ]);
});

Deno.test("dockerSource() tells of a start between the look at a container and its log (F28)", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.print("first run");
  const read = container.read.bind(container);
  container.read = (request) => {
    container.read = read;
    container.stop();
    container.start();
    container.print("second run");
    return read(request);
  };
  await using _ = new RunningSource(world, recording, { reconcileMs: 1 });
  await recording.until(() => recording.kinds().includes("restarted"));
  await recording.until(() => recording.texts().length === 2);
  assert.deepEqual(recording.texts(), ["first run", "second run"]);
});

Deno.test("dockerSource() opens a silent stream again whose container does not run any more", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.print("one");
  await using _ = new RunningSource(world, recording, { reconcileMs: 1 });
  await recording.until(() => recording.texts().length === 1);
  // The end of the stream is lost on the way.
  container.running = false;
  await recording.until(() => recording.kinds().includes("stopped"));
});

Deno.test("dockerSource() connects again when events or logs break off, and gives no line twice", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const containers = ["a-ssh", "b-ssh", "c-ssh"].map((name) => world.create(name));
  for (const container of containers) container.start();
  await using _ = new RunningSource(world, recording);
  for (let round = 0; round < 20; round++) {
    for (const container of containers) container.print(`${round}`);
    if (round % 2 === 0) world.cut();
    await recording.until(() => recording.texts().length === (round + 1) * 3);
  }
  for (const container of containers) {
    assert.deepEqual(
      recording.texts(key(container)),
      Array.from({ length: 20 }, (_, round) => `${round}`),
    );
  }
  // Breaks that heal at once are not worth a word.
  assert.deepEqual([recording.messages, recording.kinds()], [[], []]);
});

Deno.test("dockerSource() ends with the error when the engine is away at the start", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  world.isAway = true;
  const source = new RunningSource(world, recording);
  await assert.rejects(source.ended, EngineError);
});

Deno.test("dockerSource() waits for an engine that is away, and says so once (F30)", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  world.isAway = true;
  await using _ = new RunningSource(world, recording, { keepTrying: true });
  await recording.until(() => recording.messages.length === 1);
  await eventually(() => world.asked.events >= 5);
  world.isAway = false;
  container.print("one");
  await recording.until(() => recording.texts().length === 1);
  assert.equal(recording.messages.length, 2);
  assert.match(recording.messages[0]!, /^warn: trying to reach the engine/);
  assert.match(recording.messages[1]!, /^info: the world answers/);

  world.isAway = true;
  world.cut();
  await recording.until(() => recording.messages.length === 3);
  container.print("two");
  world.isAway = false;
  await recording.until(() => recording.texts().length === 2);
  await recording.until(() => recording.kinds().includes("reconnected"));
  assert.deepEqual(recording.texts(), ["one", "two"]);
});

Deno.test("dockerSource() goes on with others when one container fails (F32)", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const [good, bad] = [world.create("good-ssh"), world.create("bad-ssh")];
  for (const container of [good, bad]) container.start();
  bad.failure = new EngineError("server error", { status: 500 });
  await using _ = new RunningSource(world, recording);
  good.print("one");
  await recording.until(() => recording.texts().length === 1);
  await recording.until(() => recording.messages.length === 1);
  const asked = world.asked.inspect;
  await eventually(() => world.asked.inspect >= asked + 5);
  bad.print("late");
  bad.failure = undefined;
  await recording.until(() => recording.texts().length === 2);
  assert.deepEqual(recording.texts(key(bad)), ["late"]);
  await recording.until(() => recording.messages.length === 2);
  assert.match(recording.messages[0]!, /^warn: the log of .* breaks off.*server error/);
  assert.match(recording.messages[1]!, /^info: the log of bad-ssh goes on/);
});

Deno.test("dockerSource() closes logs for a while where no file descriptor is left to list containers (F35)", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const containers = Array.from({ length: 12 }, (_, index) => world.create(`d${index}-ssh`));
  for (const container of containers) container.start();
  const readers = () => containers.filter((container) => container.readers > 0).length;
  const crowded = new EngineError("no file descriptor", { crowded: true, hint: "more of them" });
  const [logs, list] = [world.logs.bind(world), world.list.bind(world)];
  world.logs = (id, request) => readers() >= 10 ? Promise.reject(crowded) : logs(id, request);
  let listed = 0;
  world.list = () => {
    if (readers() >= 10) return Promise.reject(crowded);
    listed++;
    return list();
  };
  await using _ = new RunningSource(world, recording, { reconcileMs: 1 });
  await recording.until(() => recording.messages.length === 1);
  const before = listed;
  await eventually(() => listed > before);
  assert.deepEqual(recording.messages, [
    "error: some containers must wait: no file descriptor; more of them",
  ]);
  assert.equal(world.watchers, 1);
});

Deno.test("dockerSource() says once that a log cannot be read", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.failure = new EngineError("not supported", { status: 501, hint: "try another" });
  await using _ = new RunningSource(world, recording, { reconcileMs: 1 });
  const lists = world.asked.list + 10;
  await eventually(() => world.asked.list >= lists);
  assert.equal(recording.messages.length, 1);
  assert.match(recording.messages[0]!, /^error: the log of .* cannot be read.*try another/);
  assert.equal(world.asked.inspect, 1);
});

Deno.test("dockerSource() tells of lines that were rotated away", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.print("one");
  const first = new RunningSource(world, recording);
  await recording.until(() => recording.texts().length === 1);
  await first.stop();
  for (const text of ["two", "three", "four"]) {
    container.rotate();
    container.print(text);
  }
  await using _ = new RunningSource(world, recording);
  await recording.until(() => recording.texts().length === 3);
  assert.deepEqual(recording.texts(), ["one", "three", "four"]);
  const [{ kind, detail }] = recording.notices as [typeof recording.notices[number]];
  assert.equal(kind, "gap");
  assert.match(`${detail["from"]} ${detail["to"]}`, /^\S+T\S+\.\d{9}Z \S+T\S+\.\d{9}Z$/);
  assert.ok(detail["from"]! < detail["to"]!);
});

Deno.test("dockerSource() holds a container back while its lines are being written, and no other", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const [slow, other] = [world.create("slow-ssh"), world.create("other-ssh")];
  for (const container of [slow, other]) container.start();
  const { promise: written, resolve: go } = Promise.withResolvers<void>();
  await using _ = new RunningSource(
    world,
    recording,
    undefined,
    (batch) => batch.key === key(slow) ? written : undefined,
  );
  slow.print("one");
  other.print("one");
  await recording.until(() => recording.texts(key(other)).length === 1);
  slow.print("two");
  other.print("two");
  await recording.until(() => recording.texts(key(other)).length === 2);
  assert.deepEqual(recording.texts(key(slow)), []);
  go();
  await recording.until(() => recording.texts(key(slow)).length === 2);
});

Deno.test("dockerSource() rejects when lines cannot be handed over", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.print("one");
  const source = new RunningSource(world, recording, undefined, () => {
    throw new RangeError("no disk");
  });
  await assert.rejects(source.ended, RangeError);
  assert.equal(container.readers, 0);
});

Deno.test("dockerSource() ends with the signal, and leaves no connection open", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const containers = Array.from({ length: 50 }, (_, index) => world.create(`d${index}-ssh`));
  for (const container of containers) container.start();
  const source = new RunningSource(world, recording);
  await eventually(() => containers.every(({ readers }) => readers > 0));
  await source.stop();
  assert.deepEqual(
    [world.watchers, ...containers.map(({ readers }) => readers)],
    Array(51).fill(0),
  );
});

Deno.test("dockerSource() ends with the signal although lines are never written (F37)", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.print("one");
  const { promise: isWriting, resolve: write } = Promise.withResolvers<void>();
  const source = new RunningSource(world, recording, undefined, () => {
    write();
    return new Promise(() => {});
  });
  await isWriting;
  await source.stop();
});

Deno.test("dockerSource() does not call it trouble that a container is being removed", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const [going, gone] = [world.create("going-ssh"), world.create("gone-ssh")];
  for (const container of [going, gone]) container.start();
  await using _ = new RunningSource(world, recording);
  await eventually(() => going.readers === 1 && gone.readers === 1);
  const message = `${gone.id} does not exist in database: no such container`;
  going.failure = new EngineError("dead or marked for removal", { status: 409 });
  gone.failure = new EngineError(message, { status: 500 });
  for (const container of [going, gone]) container.stop();
  await recording.until(() => recording.kinds().includes("removed"));
  const asked = world.asked.inspect;
  await eventually(() => world.asked.inspect >= asked + 5);
  world.remove(going);
  await recording.until(() => recording.kinds().filter((kind) => kind === "removed").length === 2);
  assert.deepEqual(recording.messages, []);
});

Deno.test("dockerSource() takes the last line without an end when its container is gone", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  await using _ = new RunningSource(world, recording);
  await eventually(() => container.readers === 1);
  container.printUnended("last words");
  world.remove(container);
  await recording.until(() => recording.kinds().includes("removed"));
  assert.deepEqual(recording.texts(), ["last words"]);
});

Deno.test("dockerSource() takes a line without an end once its container has stopped", async () => {
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  const first = new RunningSource(world, recording);
  container.print("one");
  container.printUnended("prompt");
  container.stop();
  await recording.until(() => recording.texts().length === 2);
  await first.stop();
  container.start();
  container.print("two");
  await using _ = new RunningSource(world, recording);
  await recording.until(() => recording.texts().length === 3);
  assert.deepEqual(recording.texts(), ["one", "prompt", "two"]);
});
