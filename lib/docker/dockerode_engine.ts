/** A Docker engine through dockerode. */
import { type DockerHost, type Environment, formatDockerHost } from "./docker_host.ts";
import { dockerodeOptions, findDockerHost } from "./docker_connection.ts";
import { type DialOptions, type Modem, readingModem } from "./dockerode.ts";
import { type ByteSource, type Engine, EngineError, type LogRequest } from "./engine.ts";
import { engineFailure } from "./engine_failure.ts";
import { LinkedAbort } from "./linked_abort.ts";
import { LogBytes } from "./log_bytes.ts";
import { LogConnection } from "./log_connection.ts";
import { type ByteStreamOptions, NodeBytes, type NodeStream } from "./node_bytes.ts";
import { readContainer, readContainerList } from "./read_containers.ts";

/** For an answer that ends. */
const REQUEST_DEADLINE_MS = 10_000;

/** For the head of an answer that goes on: what stands in for an engine may keep it until the first line. */
const STREAM_DEADLINE_MS = 60_000;

/** Bytes that may wait on all streams together, and on one of them at least and at most. */
const ALL_WAITING = 4 * 1024 * 1024;
const LEAST_WAITING = 64 * 1024;
const MOST_WAITING = 1024 * 1024;

/** Kinds of container events that say something here; Podman says `died` and `remove`. */
const EVENTS = ["start", "die", "died", "destroy", "remove", "rename"];

const STATUS_CODES: DialOptions["statusCodes"] = { 200: true };

/**
 * What Docker calls itself. Podman reads the last lines of a file and then follows from where its end is by then:
 * what is written in between it never sends.
 */
const DOCKER = /^Docker\//;

/** How to reach an engine. */
export interface EngineOptions {
  /** In the place of DOCKER_HOST. */
  readonly host?: string | undefined;
  readonly env: Environment;
  /** @default 10 s */
  readonly requestDeadlineMs?: number;
}

/**
 * Loads dockerode and gives the engine that `options` name; asks nothing of it yet.
 *
 * @throws {EngineError} when the options name none, or a certificate or key cannot be read
 */
export async function dockerodeEngine(options: EngineOptions): Promise<Engine> {
  const host = await findDockerHost(options.host, options.env);
  const name = formatDockerHost(host);
  try {
    const modem = await readingModem(await dockerodeOptions(host, options.env));
    return new DockerodeEngine(host, modem, options.requestDeadlineMs ?? REQUEST_DEADLINE_MS);
  } catch (error) {
    throw engineFailure(name, error);
  }
}

class DockerodeEngine implements Engine {
  readonly name: string;
  readonly remote: boolean;
  readonly #modem: Modem;
  readonly #deadlineMs: number;
  #streams = 0;
  /** The last lines of a log are not asked for: what answers is not Docker. */
  #isOther = false;

  constructor(host: DockerHost, modem: Modem, deadlineMs: number) {
    this.name = formatDockerHost(host);
    this.remote = host.kind !== "unix";
    this.#modem = modem;
    this.#deadlineMs = deadlineMs;
  }

  async list(signal: AbortSignal) {
    return readContainerList(await this.#ask("/containers/json?", { all: true }, signal));
  }

  async inspect(id: string, signal: AbortSignal) {
    const container = readContainer(await this.#ask(`/containers/${id}/json?`, {}, signal));
    if (container !== undefined) return container;
    throw new EngineError(`${this.name}: its answer for container ${id} cannot be read`);
  }

  logs(id: string, { follow, since, tail, signal }: LogRequest): Promise<ByteSource> {
    const query = { follow, stdout: true, stderr: true, timestamps: true };
    // As text: a number would lose its last digits.
    const all = { ...query, ...given({ since }) };
    return this.#stream(signal, async (request) => {
      const path = `/containers/${id}/logs?`;
      if (tail !== undefined && !this.#isOther) {
        const stream = await this.#dialStream(path, { ...all, tail }, request);
        if (DOCKER.test(String(stream.headers.server))) return stream;
        this.#isOther = true;
        stream.on("error", () => {});
        stream.destroy();
      }
      return await this.#dialStream(path, all, request);
    });
  }

  events(since: string | undefined, signal: AbortSignal): Promise<ByteSource> {
    const filters = { type: ["container"], event: EVENTS };
    const query = { filters, ...given({ since }) };
    return this.#stream(signal, (request) => this.#dialStream("/events?", query, request));
  }

  async #ask(
    path: string,
    query: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<unknown> {
    using request = new Deadline(signal, this.#deadlineMs);
    return await this.#dial({ path, options: query, isStream: false }, request);
  }

  async #stream(
    signal: AbortSignal,
    dial: (request: Deadline) => Promise<Answer>,
  ): Promise<ByteSource> {
    const request = new Deadline(signal, STREAM_DEADLINE_MS);
    let stream: Answer;
    try {
      stream = await dial(request);
    } catch (error) {
      request[Symbol.dispose]();
      throw error;
    }
    request.clear();
    this.#streams++;
    const options: ByteStreamOptions = {
      limit: () => Math.min(MOST_WAITING, Math.max(LEAST_WAITING, ALL_WAITING / this.#streams)),
      signal,
      failure: (error) => engineFailure(this.name, error),
      onEnd: () => {
        this.#streams--;
        request[Symbol.dispose]();
      },
    };
    const { socket } = stream;
    if (!(socket instanceof LogConnection) || !socket.hasBody) {
      return new NodeBytes(stream, options);
    }
    // That its body never comes is no matter.
    stream.on("error", () => {});
    return new LogBytes(socket, options);
  }

  #dialStream(
    path: string,
    query: Readonly<Record<string, unknown>>,
    request: Deadline,
  ): Promise<Answer> {
    return this.#dial({ path, options: query, isStream: true }, request) as Promise<Answer>;
  }

  #dial(
    request: { path: string; options: Readonly<Record<string, unknown>>; isStream: boolean },
    deadline: Deadline,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const options = {
        ...request,
        // dockerode takes keys out of it.
        options: { ...request.options },
        method: "GET",
        statusCodes: STATUS_CODES,
        abortSignal: deadline.signal,
      };
      const fail = (error: unknown) => {
        if (deadline.passed) reject(new EngineError(`${this.name}: does not answer in time`));
        else reject(engineFailure(this.name, error));
      };
      // dockerode says nothing where an answer breaks off, or is none.
      deadline.signal.addEventListener("abort", () => fail(deadline.signal.reason));
      this.#modem.dial(options, (error, answer) => {
        if (error) fail(error);
        else resolve(answer);
      });
    });
  }
}

/** The head of an answer that goes on, and the answer. */
interface Answer extends NodeStream {
  readonly socket: unknown;
  readonly headers: { readonly server?: string };
}

/** Without what is undefined. */
function given(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

/** Aborted with another signal, or when a deadline passes. */
class Deadline implements Disposable {
  passed = false;
  readonly #abort: LinkedAbort;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(outer: AbortSignal, milliseconds: number) {
    this.#abort = new LinkedAbort(outer);
    this.#timer = setTimeout(() => {
      this.passed = true;
      this.#abort.abort();
    }, milliseconds);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    this.clear();
    this.#abort[Symbol.dispose]();
  }
}
