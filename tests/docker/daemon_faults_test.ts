/** The Docker source against a daemon, a clock and bytes that are not as they should be. */
import assert from "node:assert/strict";
import { EngineError } from "../../lib/docker/engine.ts";
import { parseSince } from "../../lib/docker/log_time.ts";
import { Collecting } from "../support/docker_collecting.ts";
import { DockerWorld, type WorldContainer } from "../support/docker_world.ts";
import { eventually } from "../support/eventually.ts";
import { FakeDocker, sendJson } from "../support/fake_docker.ts";
import { Recording } from "../support/recording_context.ts";
import { tempFolder } from "../support/temp_folder.ts";

const QUICK = { backoff: { first: 5, most: 20 }, reconcileMs: 50, eventsWithinMs: 100 };

const key = ({ id }: { readonly id: string }) => `docker/${id}`;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

interface Setup {
  readonly world: DockerWorld;
  readonly docker: FakeDocker;
  readonly recording: Recording;
  /** One that runs. */
  readonly container: WorldContainer;
}

async function withDocker(test: (setup: Setup) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  const world = new DockerWorld();
  await using docker = await FakeDocker.start(world, `${folder.path}/d.sock`);
  const container = world.create("omega-ssh");
  container.start();
  await test({ world, docker, recording: new Recording(), container });
}

/** Prints by `print`, with a new run of the source each few lines, and checks that each line came once. */
async function throughRuns(
  { world, docker, recording, container }: Setup,
  runs: number,
  print: (number: number) => void,
): Promise<void> {
  const options = { ...QUICK, now: world.now };
  let printed = 0;
  for (let run = 0; run < runs; run++) {
    await using _ = await Collecting.start(docker.host, recording, options);
    for (let line = 0; line < 7; line++) print(printed++);
    await recording.until(() => recording.texts(key(container)).length >= printed);
    for (let line = 0; line < 3; line++) print(printed++);
  }
  await using _ = await Collecting.start(docker.host, recording, options);
  await recording.until(() => recording.texts(key(container)).length >= printed);
  assert.deepEqual(recording.texts(key(container)), numbers(printed));
  assert.ok(!recording.kinds().includes("gap"));
}

Deno.test("collect from a daemon: many lines of one time come once each, over many runs", () =>
  withDocker(async (setup) => {
    const { world, container } = setup;
    let time = world.tick();
    await throughRuns(setup, 12, (number) => {
      if (number % 37 === 0) time = world.tick();
      container.print(`${number}`, 1, time);
    });
  }));

Deno.test("collect from a daemon: the clock steps back an hour and forward a day, within runs and between them (F33)", () =>
  withDocker(async (setup) => {
    const { world, container } = setup;
    await throughRuns(setup, 6, (number) => {
      if (number === 13) world.step(-3600);
      if (number === 29) world.step(86_400);
      container.print(`${number}`);
    });
  }));

Deno.test("collect from a daemon: a line of 20 MB is cut, and the next one is whole (F22)", () =>
  withDocker(async ({ docker, recording, container }) => {
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    container.print("x".repeat(20_000_000));
    container.print("next");
    await recording.until(() => recording.texts().length === 2);
    const [huge, next] = recording.lines.get(key(container))!;
    assert.deepEqual([huge!.text.length, huge!.truncated], [256 * 1024, true]);
    assert.deepEqual([next!.text, next!.truncated], ["next", undefined]);
  }));

Deno.test("collect from a daemon: it accepts and never answers, then it does (F32)", () =>
  withDocker(async ({ docker, recording, container }) => {
    let isStalled = true;
    docker.intercept = () => isStalled;
    await using _ = await Collecting.start(docker.host, recording, {
      ...QUICK,
      requestDeadlineMs: 500,
    });
    await recording.until(() => recording.messages.length === 1);
    assert.match(recording.messages[0]!, /^warn: trying to reach the engine: .*not answer in time/);
    isStalled = false;
    container.print("0");
    await recording.until(() => recording.texts().length === 1);
    await recording.until(() => recording.messages.length === 2);
    assert.match(recording.messages[1]!, /^info: .* answers after/);
  }));

Deno.test("collect from a daemon: the answer for events begins with the first event only", () =>
  withDocker(async ({ world, docker, recording, container }) => {
    docker.isPodman = true;
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    container.print("0");
    await recording.until(() => recording.texts().length === 1);
    const next = world.create("sigma-ssh");
    next.start();
    next.print("0");
    await recording.until(() => recording.texts().length === 2);
    assert.deepEqual(recording.messages, []);
  }));

Deno.test("collect from a daemon: a container that went between list and look is passed over (F32)", () =>
  withDocker(async ({ world, docker, recording, container }) => {
    const gone = world.create("gone-ssh");
    gone.start();
    docker.intercept = ({ pathname }, response) => {
      if (!pathname.includes(gone.id)) return false;
      sendJson(response, { message: `No such container: ${gone.id}` }, 404);
      return true;
    };
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    container.print("0");
    await recording.until(() => recording.texts().length === 1);
    await eventually(() => world.asked.list > 5);
    assert.deepEqual([recording.messages, recording.kinds()], [[], []]);
  }));

Deno.test("collect from a daemon: garbage among the events is passed over (F24, F31)", () =>
  withDocker(async ({ world, docker, recording }) => {
    docker.intercept = ({ pathname }, response) => {
      if (pathname !== "/events") return false;
      response.write(crypto.getRandomValues(new Uint8Array(50_000)));
      response.write('\n{"Type":"container","Action":"start"}\n[]\nnull\n{"Actor":7}\n');
      return true;
    };
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    await eventually(() => world.asked.list > 0);
    const next = world.create("sigma-ssh");
    next.start();
    next.print("0");
    await recording.until(() => recording.texts().length === 1);
    assert.deepEqual(recording.messages, []);
  }));

Deno.test("collect from a daemon: a list that is none is said, and what is followed goes on (F32)", () =>
  withDocker(async ({ docker, recording, container }) => {
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    container.print("0");
    await recording.until(() => recording.texts().length === 1);
    let isBad = true;
    docker.intercept = ({ pathname }, response) => {
      if (!isBad || pathname !== "/containers/json") return false;
      sendJson(response, { message: "server error" }, 500);
      return true;
    };
    await recording.until(() => recording.messages.length > 0);
    container.print("1");
    await recording.until(() => recording.texts().length === 2);
    isBad = false;
    container.print("2");
    await recording.until(() => recording.texts().length === 3);
    assert.match(recording.messages[0]!, /^warn: cannot list containers: .*server error/);
  }));

Deno.test("collect from a daemon: who is not let in is told so at once, with what to do", () =>
  withDocker(async ({ docker, recording }) => {
    for (const forbidden of ["/events", "/containers/json"]) {
      docker.intercept = ({ pathname }, response) => {
        if (pathname === forbidden) response.writeHead(403).end("<h1>403 Forbidden</h1>");
        return pathname === forbidden;
      };
      const collecting = await Collecting.start(docker.host, recording, QUICK);
      await assert.rejects(collecting.ended, (error: EngineError) => {
        assert.match(error.hint!, /CONTAINERS=1 and EVENTS=1/);
        return error instanceof EngineError;
      });
    }
    assert.deepEqual(recording.messages, []);
  }));

Deno.test("collect from Podman's socket, as far as a daemon that speaks like it shows: each line once, over many runs and restarts", () =>
  withDocker(async (setup) => {
    const { world, docker, recording, container } = setup;
    docker.isPodman = true;
    await throughRuns(setup, 6, (number) => {
      if (number % 25 === 0) {
        container.stop();
        container.start();
      }
      container.print(`${number}`);
      if (number % 9 === 0) world.tick(400_000_000);
    });
    const times = recording.lines.get(key(container))!.map(({ place }) => place.split("#")[0]!);
    assert.ok(times.every((time) => parseSince(time)?.nanos === 0));
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    const { length } = recording.texts();
    container.print("last");
    await recording.until(() => recording.texts().length > length);
    world.remove(container);
    await recording.until(() => recording.kinds().includes("removed"));
  }));

Deno.test("collect from Podman's socket: what is printed while its log is opened again comes too", () =>
  withDocker(async ({ docker, recording, container }) => {
    docker.isPodman = true;
    let printed = 0;
    const print = () => container.print(`${printed++}`);
    docker.onHole = print;
    for (let run = 0; run < 5; run++) {
      await using _ = await Collecting.start(docker.host, recording, QUICK);
      print();
      await recording.until(() => recording.texts().length >= printed);
    }
    assert.deepEqual(recording.texts(), numbers(printed));
    assert.ok(printed > 5);
  }));
