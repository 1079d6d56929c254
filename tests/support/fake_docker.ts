/** A Docker daemon over HTTP whose containers are those of a {@linkcode DockerWorld}. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import {
  type ByteSource,
  EngineError,
  type InspectedContainer,
  type LogRequest,
} from "../../lib/docker/engine.ts";
import { frame } from "./docker_frames.ts";
import type { DockerWorld } from "./docker_world.ts";

/** Answers in the place of the daemon; true when it did, or will. */
export type Intercept = (url: URL, response: ServerResponse) => boolean;

/** What engines call themselves, and their logs. */
const DOCKER_HEAD = { server: "Docker/26.1.5 (linux)" };
const PODMAN_HEAD = {
  server: "Libpod/4.3.1 (linux)",
  "content-type": "application/octet-stream",
};

/** A daemon that listens until it is disposed of. */
export class FakeDocker implements AsyncDisposable {
  /** Method, path and query of all requests. */
  readonly requests: string[] = [];
  /** Connections there have been. */
  connections = 0;
  intercept: Intercept = () => false;
  /** Speaks as Podman does in the same place. */
  isPodman = false;
  /** What happens, with Podman, between the last lines of a log, where only these are asked for, and the next. */
  onHole: () => void = () => {};
  readonly #world: DockerWorld;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(world: DockerWorld, tls: ServerOptions | undefined) {
    this.#world = world;
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.#handle(request, response);
    this.#server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
    this.#server.on("connection", () => this.connections++);
  }

  /**
   * @param where path of a socket, or a port of 127.0.0.1
   * @param tls what makes it an engine behind TLS
   */
  static async start(
    world: DockerWorld,
    where: string | number,
    tls?: ServerOptions,
  ): Promise<FakeDocker> {
    const docker = new FakeDocker(world, tls);
    if (typeof where === "string") docker.#server.listen(where);
    else docker.#server.listen(where, "127.0.0.1");
    await once(docker.#server, "listening");
    return docker;
  }

  /** For DOCKER_HOST. */
  get host(): string {
    const address = this.#server.address() as AddressInfo | string;
    return typeof address === "string" ? `unix://${address}` : `tcp://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://docker");
    this.requests.push(`${request.method} ${request.url}`);
    if (this.intercept(url, response)) return;
    try {
      await this.#answer(url, response);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const { status, message } = error;
      // An engine that is away hangs up.
      if (status === undefined) response.destroy();
      else sendJson(response, { message }, status);
    }
  }

  async #answer({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    response.on("close", () => controller.abort());
    const { signal } = controller;
    const since = searchParams.get("since") ?? undefined;
    if (pathname === "/events") {
      return await this.#send(response, await this.#world.events(since, signal), podmanEvent);
    }
    if (pathname === "/containers/json") {
      const list = await this.#world.list();
      return sendJson(
        response,
        list.map(({ id, name, labels, running }) => ({
          ...{ Id: id, Names: [`/${name}`], Labels: labels },
          State: running ? "running" : "exited",
        })),
      );
    }
    const [, id, action] = /^\/containers\/(\w+)\/(json|logs)$/.exec(pathname) ?? [];
    if (id === undefined) throw new EngineError("page not found", { status: 404 });
    if (action === "json") {
      return sendJson(response, inspected(await this.#world.inspect(id)));
    }
    const lines = searchParams.get("tail");
    const tail = lines === null ? undefined : Number(lines);
    const follow = searchParams.get("follow") === "true";
    const request = { follow, since: this.isPodman ? wholeSecond(since) : since, tail, signal };
    const hasHole = this.isPodman && follow && tail !== undefined;
    const bytes = hasHole ? this.#withHole(id, request) : this.#world.logs(id, request);
    await this.#send(response, await bytes, podmanFrame);
  }

  /** As Podman does: the last lines first, and then what comes from there on where the log ends by then. */
  async #withHole(id: string, request: LogRequest): Promise<ByteSource> {
    const last = await this.#world.logs(id, { ...request, follow: false });
    this.onHole();
    const rest = await this.#world.logs(id, { ...request, tail: 0 });
    return { read: async () => await last.read() ?? await rest.read() };
  }

  /** One HTTP chunk after the other, as an engine sends them; breaks off where the source does. */
  async #send(response: ServerResponse, source: ByteSource, podman: Rewrite): Promise<void> {
    response.writeHead(200, this.isPodman ? PODMAN_HEAD : DOCKER_HEAD);
    if (!this.isPodman) response.flushHeaders();
    const closed = new Promise((resolve) => response.once("close", resolve));
    try {
      for (let chunks; (chunks = await source.read()) !== undefined;) {
        for (const chunk of chunks) {
          const sent = this.isPodman ? podman(chunk) : chunk;
          if (!response.write(sent)) await Promise.race([once(response, "drain"), closed]);
        }
      }
      response.end();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      response.destroy();
    }
  }
}

/** From what Docker sends to what Podman does. */
type Rewrite = (chunk: Uint8Array) => Uint8Array;

/** Timestamps are whole seconds. */
function podmanFrame(chunk: Uint8Array): Uint8Array {
  const content = new TextDecoder().decode(chunk.subarray(8));
  return frame(content.replace(/^(\S+)\.\d{9}Z /, "$1Z "), chunk[0]);
}

/** Other words, and older ones beside them. */
function podmanEvent(chunk: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(chunk)
    .replace('"Action":"die"', '"status":"died","Action":"died"')
    .replace('"Action":"destroy"', '"status":"remove","Action":"remove"');
  return new TextEncoder().encode(text);
}

function wholeSecond(since: string | undefined): string | undefined {
  return since?.replace(/\.\d{9}$/, ".000000000");
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, json: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(json));
}

function inspected(container: InspectedContainer) {
  const { id, name, labels, running, tty, startedAt, exitCode, linesPerFile } = container;
  return {
    ...{ Id: id, Name: `/${name}` },
    State: { Running: running, StartedAt: startedAt, ExitCode: exitCode },
    Config: { Tty: tty, Labels: labels },
    // Bytes of an empty line of json-file, as lib/docker/log_rotation.ts counts them.
    HostConfig: {
      LogConfig: { Type: "json-file", Config: { "max-size": `${linesPerFile * 64}` } },
    },
  };
}
