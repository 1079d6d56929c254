/** A Docker engine behind TLS with client certificates. */
import assert from "node:assert/strict";
import { dockerodeEngine } from "../../lib/docker/dockerode_engine.ts";
import { EngineError } from "../../lib/docker/engine.ts";
import { CertificateAuthority } from "../support/certificates.ts";
import { DockerWorld } from "../support/docker_world.ts";
import { FakeDocker } from "../support/fake_docker.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

const NEVER = new AbortController().signal;

const OPENSSL = ["openssl"] as const;

/** An authority and what it signed, as files like those that DOCKER_CERT_PATH names. */
async function makeCertificates(folder: string): Promise<void> {
  const authority = await CertificateAuthority.make(folder);
  await authority.sign("127.0.0.1", "IP:127.0.0.1", "server-");
  await authority.sign("client", "DNS:client", "");
}

testNeeding(
  OPENSSL,
  "dockerodeEngine() reaches an engine over TLS, and checks who it is",
  async () => {
    await using folder = await tempFolder();
    await makeCertificates(folder.path);
    const read = (name: string) => Deno.readTextFile(`${folder.path}/${name}`);
    const world = new DockerWorld();
    world.create("omega-ssh");
    await using docker = await FakeDocker.start(world, 0, {
      cert: await read("server-cert.pem"),
      key: await read("server-key.pem"),
      ca: await read("ca.pem"),
      requestCert: true,
      rejectUnauthorized: true,
    });
    const connect = (env: Record<string, string>) =>
      dockerodeEngine({ env: { DOCKER_HOST: docker.host, DOCKER_TLS_VERIFY: "1", ...env } });

    const engine = await connect({ DOCKER_CERT_PATH: folder.path });
    assert.deepEqual((await engine.list(NEVER)).map(({ name }) => name), ["omega-ssh"]);

    await Deno.mkdir(`${folder.path}/other`);
    await makeCertificates(`${folder.path}/other`);
    const stranger = await connect({ DOCKER_CERT_PATH: `${folder.path}/other` });
    await assert.rejects(stranger.list(NEVER), EngineError);

    await assert.rejects(connect({ DOCKER_CERT_PATH: "/nowhere" }), /DOCKER_CERT_PATH: \/nowhere/);
    await Deno.remove(`${folder.path}/key.pem`);
    await assert.rejects(
      connect({ DOCKER_CERT_PATH: folder.path }),
      /only one of cert\.pem and key/,
    );
  },
);
