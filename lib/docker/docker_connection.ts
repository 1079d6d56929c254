/** Finds the engine, and what it takes to be let in. */
import {
  defaultSockets,
  type DockerHost,
  type Environment,
  parseDockerHost,
} from "./docker_host.ts";
import type { DockerodeOptions } from "./dockerode.ts";
import { EngineError } from "./engine.ts";
import { sshOptions } from "./ssh_options.ts";

/** Nothing of the environment may come through by itself. */
const NO_OPTIONS: DockerodeOptions = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  protocol: "http",
  pathPrefix: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  username: undefined,
  sshOptions: {},
};

/**
 * The engine that `host`, or else DOCKER_HOST names; without both that of the first socket that exists.
 *
 * @throws {EngineError} when it cannot be read
 */
export async function findDockerHost(
  host: string | undefined,
  env: Environment,
): Promise<DockerHost> {
  const named = host ?? env["DOCKER_HOST"];
  if (named) {
    try {
      return parseDockerHost(named, env);
    } catch (error) {
      throw new EngineError((error as Error).message);
    }
  }
  const sockets = defaultSockets(env, Deno.build.os === "windows");
  for (const path of sockets) if (await exists(path)) return { kind: "unix", path };
  return { kind: "unix", path: sockets[0]! };
}

/** How dockerode reaches `host`. @throws {EngineError} when a certificate or key cannot be read */
export async function dockerodeOptions(
  host: DockerHost,
  env: Environment,
): Promise<DockerodeOptions> {
  if (host.kind === "unix") return { ...NO_OPTIONS, socketPath: host.path };
  const address = { ...NO_OPTIONS, host: host.hostname, port: host.port };
  if (host.kind === "ssh") {
    return {
      ...address,
      protocol: "ssh",
      username: host.user ?? env["USER"] ?? env["LOGNAME"],
      sshOptions: await sshOptions(host, env),
    };
  }
  const options = { ...address, pathPrefix: host.prefix };
  return host.tls ? { ...options, protocol: "https", ...await certificates(env) } : options;
}

/** ca.pem, cert.pem and key.pem of DOCKER_CERT_PATH, as far as they are there. */
async function certificates(
  env: Environment,
): Promise<Pick<DockerodeOptions, "ca" | "cert" | "key">> {
  const named = env["DOCKER_CERT_PATH"];
  const folder = named || `${env["HOME"] ?? ""}/.docker`;
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) => readIfThere(`${folder}/${name}`)),
  );
  if (named && ca === undefined && cert === undefined) {
    throw new EngineError(`DOCKER_CERT_PATH: ${named} holds neither ca.pem nor cert.pem`);
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new EngineError(`${folder} holds only one of cert.pem and key.pem`);
  }
  return { ca: ca === undefined ? undefined : [ca], cert, key };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new EngineError((error as Error).message);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
