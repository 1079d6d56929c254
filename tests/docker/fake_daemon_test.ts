/** The Docker source and its client against a daemon that does what real ones do rarely. */
import assert from "node:assert/strict";
import { Collecting } from "../support/docker_collecting.ts";
import { frame } from "../support/docker_frames.ts";
import { DockerWorld } from "../support/docker_world.ts";
import { eventually } from "../support/eventually.ts";
import { FakeDocker, sendJson } from "../support/fake_docker.ts";
import { Recording } from "../support/recording_context.ts";
import { tempFolder } from "../support/temp_folder.ts";

const QUICK = { backoff: { first: 5, most: 20 }, reconcileMs: 50 };

const key = ({ id }: { readonly id: string }) => `docker/${id}`;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

interface Setup {
  readonly world: DockerWorld;
  readonly docker: FakeDocker;
  readonly recording: Recording;
  /** Of the daemon's socket. */
  readonly path: string;
}

async function withDocker(test: (setup: Setup) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  const path = `${folder.path}/d.sock`;
  const world = new DockerWorld();
  await using docker = await FakeDocker.start(world, path);
  await test({ world, docker, recording: new Recording(), path });
}

Deno.test("collect from a daemon: long lines come in pieces and are one line (F23)", () =>
  withDocker(async ({ world, docker, recording }) => {
    const container = world.create("omega-ssh");
    container.start();
    const lines = [1, 16383, 16384, 16385, 100_000, 262_144, 300_000, 2].map((length) =>
      "x".repeat(length)
    );
    for (const line of lines) container.print(line);
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    await recording.until(() => recording.texts().length === lines.length);
    const cut = 256 * 1024;
    assert.deepEqual(
      recording.lines.get(key(container))!.map(({ text, truncated }) => [text.length, truncated]),
      lines.map(({ length }) => [Math.min(length, cut), length > cut ? true : undefined]),
    );
  }));

Deno.test("collect from a daemon: what is no frame breaks the stream off, which goes on from the cursor (F27)", () =>
  withDocker(async ({ world, docker, recording }) => {
    const container = world.create("omega-ssh");
    container.start();
    for (const text of numbers(100)) container.print(text);
    const spoilt: ((good: Uint8Array<ArrayBuffer>) => Uint8Array)[] = [
      (good) => new Uint8Array([...good, 9, 9, 9, 9, 9, 9, 9, 9, 9]),
      (good) => good.subarray(0, good.length - 3),
      () => frame("no time\n").subarray(0, 5),
      () => new Uint8Array([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    ];
    docker.intercept = ({ pathname }, response) => {
      if (!pathname.endsWith("/logs")) return false;
      const spoil = spoilt.shift();
      if (spoil === undefined) return false;
      void (async () => {
        const source = await world.logs(container.id, {
          ...{ follow: true, since: undefined, tail: undefined },
          signal: new AbortController().signal,
        });
        const [first, second] = (await source.read())!;
        response.write(first);
        response.end(spoil(new Uint8Array(second!)));
      })();
      return true;
    };
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    await recording.until(() => recording.texts().length >= 100);
    assert.deepEqual(recording.texts(), numbers(100));
    assert.deepEqual(spoilt, []);
    assert.match(recording.messages[0]!, /breaks off, trying again: .*no frame/);
  }));

Deno.test("collect from a daemon: 200 containers come and go and leave nothing behind (F29)", () =>
  withDocker(async ({ world, docker, recording }) => {
    const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    await eventually(() => world.watchers === 1);
    const idle = descriptors();
    const removed = () => recording.kinds().filter((kind) => kind === "removed").length;
    let most = 0;
    for (let round = 0; round < 10; round++) {
      const containers = numbers(20).map((name) => world.create(`d${round}-${name}-ssh`));
      for (const container of containers) {
        container.start();
        container.print("hello");
      }
      await recording.until(() => recording.texts().length === (round + 1) * 20);
      most = Math.max(most, descriptors());
      for (const container of containers) world.remove(container);
      await recording.until(() => removed() === (round + 1) * 20);
    }
    assert.ok(most >= idle + 20, `${most} descriptors`);
    // Two for each connection, since the daemon is in this process; those of the next list may be open.
    await eventually(() => descriptors() <= idle + 4);
    assert.deepEqual(recording.texts(), Array(200).fill("hello"));
    assert.deepEqual(recording.messages, []);
  }));

Deno.test("collect from a daemon: the socket comes late, goes away and comes back (F30)", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/d.sock`;
  const [world, recording] = [new DockerWorld(), new Recording()];
  const container = world.create("omega-ssh");
  container.start();
  container.print("0");
  await using _ = await Collecting.start(`unix://${path}`, recording, QUICK);
  for (let round = 1; round <= 3; round++) {
    const tries = () =>
      recording.messages.filter((text) => text.includes("trying to reach")).length;
    await recording.until(() => tries() === round);
    await using _docker = await FakeDocker.start(world, path);
    await recording.until(() => recording.texts().length >= round * 2 - 1);
    container.print(`${round * 2 - 1}`);
    await recording.until(() => recording.texts().length === round * 2);
    container.print(`${round * 2}`);
    // Not while it has yet to say that the engine answers.
    const answers = () => recording.messages.filter((text) => text.includes("answers")).length;
    await recording.until(() => answers() === round);
  }
  // The last was printed while the daemon was there, and may have come.
  assert.deepEqual(recording.texts(), numbers(recording.texts().length));
  assert.match(
    recording.messages[0]!,
    /^warn: trying to reach the engine: .*no such socket; is Docker/,
  );
  // The first time it is not a reconnect.
  await recording.until(() => recording.kinds().length === 2);
  assert.deepEqual(recording.kinds(), ["reconnected", "reconnected"]);
});

Deno.test("collect from a daemon: events break off, and a start that they did not tell is found (F31)", () =>
  withDocker(async ({ world, docker, recording }) => {
    let events = 0;
    docker.intercept = ({ pathname }, response) => {
      if (pathname !== "/events" || events++ > 0) return false;
      // Half an event, then silence for ever.
      response.write('{"Type":"container","Act');
      return true;
    };
    await using _ = await Collecting.start(docker.host, recording, QUICK);
    await eventually(() => world.asked.list > 0);
    const container = world.create("omega-ssh");
    container.start();
    container.print("0");
    await recording.until(() => recording.texts().length === 1);
    assert.deepEqual(recording.kinds(), ["started"]);
  }));

Deno.test("collect from a daemon: errors and silence for one container leave the others alone (F32)", () =>
  withDocker(async ({ world, docker, recording }) => {
    const good = world.create("good-ssh");
    const [failing, silent, gone] = [
      world.create("failing-ssh"),
      world.create("silent-ssh"),
      world.create("gone-ssh"),
    ];
    const all = [good, failing, silent, gone];
    for (const container of all) container.start();
    let isBad = true;
    docker.intercept = ({ pathname }, response) => {
      if (!isBad) return false;
      if (pathname.includes(failing.id)) sendJson(response, { message: "server error" }, 500);
      else if (pathname.includes(gone.id)) sendJson(response, { message: "no such" }, 404);
      else return pathname.includes(silent.id);
      return true;
    };
    await using _ = await Collecting.start(docker.host, recording, {
      ...QUICK,
      requestDeadlineMs: 500,
    });
    for (const text of numbers(20)) {
      for (const container of all) container.print(text);
      await recording.until(() => recording.texts(key(good)).includes(text));
    }
    assert.equal(recording.texts().length, 20);
    isBad = false;
    await recording.until(() => all.every((one) => recording.texts(key(one)).length === 20));
    for (const container of all) assert.deepEqual(recording.texts(key(container)), numbers(20));
    assert.ok(recording.messages.some((text) => text.includes("server error")));
  }));
