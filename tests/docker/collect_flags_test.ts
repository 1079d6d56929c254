/** `decnet collect` with its flags for containers, beside a daemon that is there, late or full of containers. */
import assert from "node:assert/strict";
import { DockerWorld } from "../support/docker_world.ts";
import { eventually } from "../support/eventually.ts";
import { FakeDocker } from "../support/fake_docker.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { systemCommand } from "../support/system_command.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

/** A run on the socket of a folder; events go to standard output. */
function collect({ path }: TempFolder, ...flags: string[]): RunningDecnet {
  return new RunningDecnet(["collect", "--sensor", "s", ...flags], {
    env: { DOCKER_HOST: `unix://${path}/d.sock`, XDG_STATE_HOME: path },
  });
}

/** Decoy, service and line of the events that came. */
function printed({ stdout }: RunningDecnet): string[] {
  const lines = stdout.text.slice(0, stdout.text.lastIndexOf("\n") + 1).split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line))
    .filter(({ event_type: type }) => type === "raw_line")
    .map(({ decky, service, msg }) => `${decky} ${service} ${msg}`)
    .sort();
}

async function ended(running: RunningDecnet): Promise<string> {
  running.kill("SIGTERM");
  const { code, stderr } = await running.end();
  assert.equal(code, 0, stderr);
  return stderr;
}

/** Containers that have printed their names. */
function fleet(): DockerWorld {
  const world = new DockerWorld();
  const containers: [name: string, labels: Record<string, string>][] = [
    ["web-http", { "decnet.fleet.service": "true" }],
    ["db-01-mysql", { "decnet.topology.service": "true", role: "db" }],
    ["omega-smtp-relay", {}],
    ["other", { role: "db" }],
    ["web-2", { role: "web" }],
  ];
  for (const [name, labels] of containers) {
    const container = world.create(name, labels);
    container.start();
    container.print(name);
  }
  return world;
}

Deno.test("decnet collect takes DECNET's containers, those of decnet-state.json, those of --label, --name, or all", async () => {
  await using folder = await tempFolder();
  await using _docker = await FakeDocker.start(fleet(), `${folder.path}/d.sock`);
  const decoys = `${folder.path}/decnet-state.json`;
  const deckies = [{ name: "omega", services: ["smtp_relay"] }];
  await Deno.writeTextFile(decoys, JSON.stringify({ config: { deckies } }));
  const own = ["db-01 mysql db-01-mysql", "web http web-http"];
  const relay = "omega smtp_relay omega-smtp-relay";
  const cases: [flags: string[], expected: string[]][] = [
    [[], own],
    [["--decoys", decoys], [own[0]!, relay, own[1]!]],
    [["--label", "role=db"], ["other - other", own[0]!]],
    [["--label", "role", "--label", "decnet.topology.service=true"], [own[0]!]],
    [["--name", "web-*", "--name", "oth?r"], ["other - other", "web-2 - web-2", own[1]!]],
    [["--all"], ["omega-smtp-relay - omega-smtp-relay", "other - other", "web-2 - web-2", ...own]],
  ];
  await Promise.all(cases.map(async ([flags, expected]) => {
    await using running = collect(folder, ...flags);
    await running.stdout.until(() => printed(running).length >= expected.length);
    await ended(running);
    assert.deepEqual(printed(running), expected.toSorted());
  }));
});

Deno.test("decnet collect waits for an engine that is not there yet, says so once, and begins when it comes (F30)", async () => {
  await using folder = await tempFolder();
  await using running = collect(folder, "--all");
  await running.stderr.until((text) => text.includes("\n"));
  await using docker = await FakeDocker.start(fleet(), `${folder.path}/d.sock`);
  await running.stdout.until(() => printed(running).length === 5);
  const [first, second, ...rest] = (await ended(running)).split("\n");
  assert.match(
    first!,
    /^decnet: warning: trying .* no such socket; is Docker running\? DOCKER_HOST/,
  );
  assert.match(second!, /answers after \d+ s$/);
  assert.doesNotMatch(rest.join(), /trying/);
  assert.deepEqual(
    docker.requests.filter((request) => !/^GET \/(?:events|containers\/)/.test(request)),
    [],
  );
});

Deno.test("decnet collect ends at once where it is not let in, with what to do", async () => {
  await using folder = await tempFolder();
  await using docker = await FakeDocker.start(fleet(), `${folder.path}/d.sock`);
  docker.intercept = (_, response) => {
    response.writeHead(403).end("<h1>403 Forbidden</h1>");
    return true;
  };
  await using running = collect(folder, "--all");
  const { code, stderr } = await running.end();
  assert.equal(code, 1);
  assert.match(stderr, /socket proxy must allow CONTAINERS=1 and EVENTS=1/);
  assert.doesNotMatch(stderr, / at .*\.ts/);
});

testNeeding(
  ["prlimit"],
  "decnet collect has more containers than file descriptors: it says so and takes the rest once it may (F35)",
  async () => {
    await using folder = await tempFolder();
    const world = new DockerWorld();
    for (let index = 0; index < 100; index++) {
      const container = world.create(`d${index}-ssh`);
      container.start();
      container.print("one");
    }
    await using running = collect(folder);
    // As it starts, it raises the limit as far as it may.
    await running.stderr.until((text) => text.includes("trying to reach"));
    await systemCommand("prlimit", [`--pid=${running.pid}`, "--nofile=70:"]);
    await using _docker = await FakeDocker.start(world, `${folder.path}/d.sock`);
    await running.stderr.until((text) => text.includes("no free file descriptor"));
    await running.stdout.until(() => printed(running).length > 10);
    await systemCommand("prlimit", [`--pid=${running.pid}`, "--nofile=5000:"]);
    await running.stdout.until(() => printed(running).length >= 100);
    await eventually(() => [...world.containers.values()].every(({ readers }) => readers === 1));
    await ended(running);
    assert.equal(new Set(printed(running)).size, 100);
    assert.equal(printed(running).length, 100);
  },
);
