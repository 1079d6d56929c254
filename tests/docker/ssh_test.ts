/** A Docker engine behind SSH. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { dockerodeEngine } from "../../lib/docker/dockerode_engine.ts";
import { type Engine, EngineError } from "../../lib/docker/engine.ts";
import { DockerWorld } from "../support/docker_world.ts";
import { FakeDocker } from "../support/fake_docker.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { startOpenssh } from "../support/ssh_servers.ts";
import { systemCommand, toolPath } from "../support/system_command.ts";
import { tempFolder } from "../support/temp_folder.ts";

const NEVER = new AbortController().signal;

const BRIDGE = fileURLToPath(new URL("../support/socket_bridge_child.ts", import.meta.url));

interface Setup {
  readonly world: DockerWorld;
  readonly home: string;
  /** As DOCKER_HOST names it. */
  readonly host: string;
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
  for (const type of ["ed25519", "ecdsa"]) {
    const file = `${home}/host_${type}`;
    await systemCommand(toolPath("ssh-keygen"), ["-q", "-t", type, "-N", "", "-f", file]);
  }
  await using server = await startOpenssh([
    `HostKey ${home}/host_ed25519`,
    `HostKey ${home}/host_ecdsa`,
    `AuthorizedKeysFile ${home}/.ssh/id_ed25519.pub`,
    "StrictModes no",
    "UsePAM no",
    `ForceCommand ${Deno.execPath()} run --quiet --no-config -A ${BRIDGE} ${home}/d.sock`,
  ]);
  const keys = await systemCommand("ssh-keyscan", ["-p", String(server.port), "127.0.0.1"]);
  await Deno.writeTextFile(`${home}/.ssh/known_hosts`, keys);
  const user = (await systemCommand("id", ["-un"])).trim();
  const host = `ssh://${user}@127.0.0.1:${server.port}`;
  const connect = () => dockerodeEngine({ host, env: { HOME: home } });
  await test({ world, home, host, connect });
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
  "dockerodeEngine() checks host keys of each type, and takes none that is revoked or another's",
  () =>
    withSsh(async ({ home, connect }) => {
      const list = `${home}/.ssh/known_hosts`;
      const known = (await Deno.readTextFile(list)).split("\n").filter((line) =>
        /^[^#]/.test(line)
      );
      const types = known.map((line) => line.split(" ")[1]);
      assert.deepEqual(types.toSorted(), ["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"]);
      for (const line of known) {
        await Deno.writeTextFile(list, `${line}\n`);
        assert.deepEqual(await (await connect()).list(NEVER), []);
        await Deno.writeTextFile(
          list,
          `${line}\n@revoked * ${line.split(" ").slice(1).join(" ")}\n`,
        );
        await assert.rejects((await connect()).list(NEVER), /host key/i);
      }
      await systemCommand(toolPath("ssh-keygen"), [
        ...["-q", "-t", "ed25519", "-N", "", "-f", `${home}/other`],
      ]);
      const other = (await Deno.readTextFile(`${home}/other.pub`)).split(" ").slice(0, 2).join(" ");
      await Deno.writeTextFile(list, `${known[0]!.split(" ")[0]} ${other}\n`);
      await assert.rejects((await connect()).list(NEVER), /host key/i);
    }),
);

testNeeding(
  NEEDS,
  "decnet collect reads from an engine behind SSH",
  () =>
    withSsh(async ({ world, home, host }) => {
      const container = world.create("omega-ssh");
      container.start();
      container.print("one");
      await using running = new RunningDecnet(["collect", "--sensor", "s", "--no-state"], {
        env: { DOCKER_HOST: host, HOME: home, SSH_AUTH_SOCK: "" },
      });
      await running.stdout.until((text) => text.includes('"one"'));
      container.print("two");
      await running.stdout.until((text) => text.includes('"two"'));
      running.kill("SIGTERM");
      const { code, stderr } = await running.end();
      assert.equal(code, 0, stderr);
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
