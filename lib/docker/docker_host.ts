/** Where the Docker engine is: DOCKER_HOST and its companions. */

/** The variables of the environment, or those of them that count. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An engine's address. */
export type DockerHost =
  | { readonly kind: "unix"; readonly path: string }
  | {
    readonly kind: "tcp";
    readonly hostname: string;
    readonly port: number;
    readonly tls: boolean;
    /** Before each path of the API. */
    readonly prefix: string;
  }
  | {
    readonly kind: "ssh";
    readonly hostname: string;
    readonly port: number;
    readonly user: string | undefined;
  };

/** Ports that Docker has registered with IANA. */
const PLAIN_PORT = 2375;
const TLS_PORT = 2376;

const SSH_PORT = 22;

const EXAMPLE = "unix:///var/run/docker.sock, tcp://host:2375 or ssh://user@host";

/**
 * Reads `text`, the value of DOCKER_HOST or of a flag in its place.
 *
 * @throws {SyntaxError} in words for the user
 */
export function parseDockerHost(text: string, env: Environment = {}): DockerHost {
  for (const local of ["unix://", "npipe://"]) {
    if (!text.startsWith(local)) continue;
    const path = text.slice(local.length);
    if (path === "") throw new SyntaxError(`"${text}" names no socket: ${EXAMPLE}`);
    return { kind: "unix", path };
  }
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z]+):\/\/)?(.*)$/.exec(text) ?? [];
  // URL leaves out the port that a scheme has by default; it knows of none for tcp.
  const url = URL.parse(`tcp://${rest}`);
  const known = url !== null && ["tcp", "http", "https", "ssh"].includes(scheme);
  if (!known || url.hostname === "") {
    throw new SyntaxError(`"${text}" is no address of a Docker engine: ${EXAMPLE}`);
  }
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (scheme === "ssh") {
    const user = url.username === "" ? undefined : decodeURIComponent(url.username);
    return { kind: "ssh", hostname, port: Number(url.port || SSH_PORT), user };
  }
  const tls = scheme === "https" || Number(url.port) === TLS_PORT ||
    Boolean(env["DOCKER_TLS_VERIFY"]);
  return {
    kind: "tcp",
    hostname,
    port: Number(url.port || (tls ? TLS_PORT : PLAIN_PORT)),
    tls,
    prefix: url.pathname === "" ? "/" : url.pathname,
  };
}

/** Sockets to look for where DOCKER_HOST is not set, in order: root's, rootless, Desktop, Podman. */
export function defaultSockets(env: Environment, windows: boolean): string[] {
  if (windows) return ["//./pipe/docker_engine"];
  const runtime = env["XDG_RUNTIME_DIR"];
  const home = env["HOME"];
  return [
    "/var/run/docker.sock",
    ...(runtime ? [`${runtime}/docker.sock`] : []),
    ...(home ? [`${home}/.docker/run/docker.sock`] : []),
    "/run/podman/podman.sock",
    ...(runtime ? [`${runtime}/podman/podman.sock`] : []),
  ];
}

/** As DOCKER_HOST names it. */
export function formatDockerHost(host: DockerHost): string {
  if (host.kind === "unix") return `unix://${host.path}`;
  const hostname = host.hostname.includes(":") ? `[${host.hostname}]` : host.hostname;
  const user = host.kind === "ssh" && host.user !== undefined ? `${host.user}@` : "";
  return `${host.kind}://${user}${hostname}:${host.port}`;
}
