/** A Docker engine behind SSH. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { dockerodeEngine } from "../../lib/docker/dockerode_engine.ts";
import { type Engine, EngineError } from "../../lib/docker/engine.ts";
import { DockerWorld } from "../support/docker_world.ts";
import { FakeDocker } from "../support/fake_docker.ts";
import { testNeeding } from "../support/requirements.ts";
import { startOpenssh } from "../support/ssh_servers.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

const NEVER = new AbortController().signal;

const BRIDGE = fileURLToPath(new URL("../support/socket_bridge_child.ts", import.meta.url));

interface Setup {
  readonly world: DockerWorld;
  readonly home: string;
  readonly connect: () => Promise<Engine>;
}

/** An engine behind an SSH server that lets in one key, and a home folder for whoever has that. */
async function withSsh(test: (setup: Setup) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  const home = folder.path;
  const world = new DockerWorld();
  await using _docker = await FakeDocker.start(world, `${home}/d.sock`);
  await Deno.mkdir(`${home}/.ssh`);
  const identity = ["-q", "-t", "ed25519", "-N", "", "-f", `${home}/.ssh/id_ed25519`];
  await systemCommand(toolPath("ssh-keygen"), identity);
  await using server = await startOpenssh([
    `AuthorizedKeysFile ${home}/.ssh/id_ed25519.pub`,
    "StrictModes no",
    "UsePAM no",
    `ForceCommand ${Deno.execPath()} run --quiet --no-config -A ${BRIDGE} ${home}/d.sock`,
  ]);
  const keys = await systemCommand("ssh-keyscan", ["-p", String(server.port), "127.0.0.1"]);
  await Deno.writeTextFile(`${home}/.ssh/known_hosts`, keys);
  const user = (await systemCommand("id", ["-un"])).trim();
  const host = `ssh://${user}@127.0.0.1:${server.port}`;
  await test({ world, home, connect: () => dockerodeEngine({ host, env: { HOME: home } }) });
}

const NEEDS = ["sshd", "ssh-keygen"] as const;

testNeeding(
  NEEDS,
  "dockerodeEngine() lists and follows over SSH",
  () =>
    withSsh(async ({ world, connect }) => {
      const container = world.create("omega-ssh");
      container.start();
      container.print("one");
      const engine = await connect();
      assert.equal(engine.remote, true);
      assert.deepEqual((await engine.list(NEVER)).map(({ name }) => name), ["omega-ssh"]);
      const controller = new AbortController();
      const source = await engine.logs(container.id, {
        ...{ follow: true, since: undefined, tail: undefined },
        signal: controller.signal,
      });
      assert.match(new TextDecoder().decode((await source.read())![0]), /one\n$/);
      container.print("two");
      assert.match(new TextDecoder().decode((await source.read())![0]), /two\n$/);
      controller.abort();
      assert.equal(await source.read(), undefined);
    }),
);

testNeeding(
  NEEDS,
  "dockerodeEngine() talks to no SSH server that it does not know",
  () =>
    withSsh(async ({ home, connect }) => {
      const list = `${home}/.ssh/known_hosts`;
      const known = await Deno.readTextFile(list);
      await systemCommand(toolPath("ssh-keygen"), [
        ...["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", `${home}/other`],
      ]);
      const other = (await Deno.readTextFile(`${home}/other.pub`)).split(" ").slice(0, 2).join(" ");
      await Deno.writeTextFile(list, `${known.split(" ")[0]} ${other}\n`);
      await assert.rejects((await connect()).list(NEVER), EngineError);
      await Deno.remove(list);
      await assert.rejects(connect(), /host key of 127\.0\.0\.1 is not known/);
    }),
);

testNeeding(
  NEEDS,
  "dockerodeEngine() says when there is no key to be let in with by SSH",
  () =>
    withSsh(async ({ home, connect }) => {
      const identity = `${home}/.ssh/id_ed25519`;
      await systemCommand(toolPath("ssh-keygen"), ["-q", "-p", "-N", "secret", "-f", identity]);
      await assert.rejects(connect(), /no SSH agent, and no key without a passphrase/);
      await Deno.remove(identity);
      await systemCommand(toolPath("ssh-keygen"), [
        "-q",
        "-t",
        "rsa",
        "-N",
        "",
        "-f",
        `${home}/.ssh/id_rsa`,
      ]);
      // A key that is not let in.
      await assert.rejects((await connect()).list(NEVER), EngineError);
    }),
);
