/** Loads dockerode, and lets it read only. */
import { Agent, type ClientRequest } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import { EngineError } from "./engine.ts";
import { type ConnectionAddress, LogConnection } from "./log_connection.ts";

/** What the client needs of a request. */
export interface DialOptions {
  path: string;
  method: string;
  options?: Readonly<Record<string, unknown>>;
  statusCodes: Readonly<Record<number, true | string>>;
  /** The answer is handed over as it comes. */
  isStream?: boolean;
  abortSignal?: AbortSignal;
}

/** Gives the answer: JSON read, or a stream. */
export type DialCallback = (error: unknown, answer?: unknown) => void;

/** The part of dockerode that speaks HTTP. */
export interface Modem {
  dial(options: DialOptions, callback: DialCallback): void;
}

/** How to reach an engine, as dockerode takes it. */
export interface DockerodeOptions {
  readonly socketPath: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly protocol: "http" | "https" | "ssh";
  readonly pathPrefix: string | undefined;
  readonly ca: readonly string[] | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly username: string | undefined;
  readonly sshOptions: Readonly<Record<string, unknown>>;
  readonly agent?: Agent;
}

type DockerodeConstructor = new (options: DockerodeOptions) => { readonly modem: Modem };

/** All that is ever asked of an engine: what a socket proxy with CONTAINERS and EVENTS lets through. */
const ALLOWED_PATHS =
  /^\/(?:events|containers\/(?:json|[A-Za-z0-9][\w.-]{0,127}\/(?:json|logs)))\??$/;

/** A client whose every request is checked: reading requests for containers and events, nothing else. */
export async function readingModem(options: DockerodeOptions): Promise<Modem> {
  // In a bundle there is no __dirname, which the WebAssembly of ssh2 names while it loads.
  (globalThis as { __dirname?: string }).__dirname ??= "";
  const module: unknown = await import("dockerode");
  const { default: Dockerode } = module as { default: DockerodeConstructor };
  const modem = newModem(Dockerode, { ...options, agent: stayingAgent(options.protocol) });
  const dial = modem.dial.bind(modem);
  modem.dial = (request, callback) => {
    if (request.method === "GET" && ALLOWED_PATHS.test(request.path)) dial(request, callback);
    else callback(new EngineError(`${request.method} ${request.path} is not allowed`));
  };
  return modem;
}

/**
 * Whatever it is given, dockerode reads DOCKER_HOST and the files of DOCKER_CERT_PATH, and with them
 * DOCKER_CLIENT_TIMEOUT, which would end the log of a container that prints nothing for so long.
 */
function newModem(Dockerode: DockerodeConstructor, options: DockerodeOptions): Modem {
  try {
    const all: DockerodeOptions & { readonly timeout: undefined } = {
      ...options,
      timeout: undefined,
    };
    return new Dockerode(all).modem;
  } catch (error) {
    throw new EngineError(`DOCKER_HOST, DOCKER_CERT_PATH: ${(error as Error).message}`);
  }
}

/** What an agent is asked for. */
interface InnerAgent {
  addRequest(request: ClientRequest, ...rest: unknown[]): void;
  createConnection(address: ConnectionAddress): Duplex;
}

/**
 * Opens a connection for each request, and sees to it that no answer leads elsewhere: dockerode follows
 * redirects past all checks, and ends the process where it cannot.
 */
function stayingAgent(protocol: DockerodeOptions["protocol"]): Agent {
  const agent = protocol === "https" ? new HttpsAgent() : new Agent();
  const inner = agent as unknown as InnerAgent;
  const addRequest = inner.addRequest.bind(agent);
  inner.addRequest = (request, ...rest) => {
    request.prependListener("response", (response) => {
      delete response.headers.location;
      // dockerode waits for the end of an answer only, which never comes when that breaks off.
      response.once("error", (error) => request.emit("error", error));
    });
    addRequest(request, ...rest);
  };
  // A pipe of Windows is none of Deno's connections.
  if (protocol === "http" && Deno.build.os !== "windows") {
    // At once, or who gives a request up would have to wait for its connection.
    inner.createConnection = (address) => new LogConnection(address);
  }
  // dockerode prints its options for each request, even where nobody sees that.
  return Object.assign(agent, { [inspect.custom]: () => "Agent" });
}
