/** A Docker engine in memory: containers that print, logs that rotate, clocks that jump, an engine that goes away. */
import { concatBytes } from "../../lib/bytes.ts";
import {
  type ByteSource,
  type Engine,
  EngineError,
  type InspectedContainer,
  type ListedContainer,
  type LogRequest,
} from "../../lib/docker/engine.ts";
import {
  compareLogTimes,
  formatLogTime,
  formatSince,
  type LogTime,
  parseSince,
} from "../../lib/docker/log_time.ts";
import { frame } from "./docker_frames.ts";

const NANOS = 1_000_000_000;

/** Docker hands on longer lines in pieces. */
const PIECE = 16 * 1024;

interface Printed {
  readonly time: LogTime;
  readonly text: string;
  readonly stream: 1 | 2;
  readonly end: "\n" | "";
}

/** A connection, as the engine holds it. */
class Pipe implements ByteSource {
  readonly request: LogRequest;
  #chunks: Uint8Array[] = [];
  #end: "open" | "ended" | "broken" = "open";
  #wake: () => void = () => {};

  constructor(request: LogRequest) {
    this.request = request;
    request.signal.addEventListener("abort", () => this.#wake());
  }

  get isOpen(): boolean {
    return this.#end === "open" && !this.request.signal.aborted;
  }

  send(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#wake();
  }

  /** Nothing more comes; `broken` also loses what was on its way. */
  close(end: "ended" | "broken"): void {
    if (this.#end !== "open") return;
    this.#end = end;
    if (end === "broken") this.#chunks = [];
    this.#wake();
  }

  async read(): Promise<readonly Uint8Array[] | undefined> {
    while (this.#chunks.length === 0 && this.isOpen) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.request.signal.aborted) return undefined;
    if (this.#chunks.length > 0) return this.#chunks.splice(0);
    if (this.#end === "broken") throw new EngineError("the connection broke");
    return undefined;
  }
}

/** A container. Its log is two files: the present one and one that was rotated. */
export class WorldContainer {
  readonly id: string;
  name: string;
  readonly labels: Readonly<Record<string, string>>;
  running = false;
  startedAt = "0001-01-01T00:00:00Z";
  /** Asked for anything, the engine answers so. */
  failure: EngineError | undefined;
  readonly #world: DockerWorld;
  /** The files of the log, the oldest first. */
  #files: Printed[][] = [[]];
  readonly #pipes = new Set<Pipe>();

  constructor(world: DockerWorld, id: string, name: string, labels: Record<string, string>) {
    this.#world = world;
    this.id = id;
    this.name = name;
    this.labels = labels;
  }

  start(): void {
    this.running = true;
    this.startedAt = formatLogTime(this.#world.tick());
    this.#world.tell("start", this);
  }

  stop(): void {
    this.running = false;
    for (const pipe of this.#open()) pipe.close("ended");
    this.#world.tell("die", this);
  }

  rename(name: string): void {
    this.name = name;
    this.#world.tell("rename", this);
  }

  print(text: string, stream: 1 | 2 = 1, time = this.#world.tick()): void {
    this.#print({ time, text, stream, end: "\n" });
  }

  /** A prompt, say: the end of the line never comes. */
  printUnended(text: string): void {
    this.#print({ time: this.#world.tick(), text, stream: 1, end: "" });
  }

  #print(printed: Printed): void {
    this.#files.at(-1)!.push(printed);
    for (const pipe of this.#open()) this.#send(pipe, printed);
  }

  /** Begins a new file; the oldest goes. */
  rotate(): void {
    this.#files.push([]);
    if (this.#files.length > 2) this.#files.shift();
  }

  /** Sends the present file again, as Docker 20.10 does when it is confused by rotations. */
  repeat(): void {
    for (const pipe of this.#open()) {
      for (const printed of this.#files.at(-1)!) this.#send(pipe, printed);
    }
  }

  /** Breaks all connections that read this log. */
  cut(): void {
    for (const pipe of this.#pipes) pipe.close("broken");
    this.#pipes.clear();
  }

  /** What the log holds. */
  kept(): string[] {
    return this.#files.flat().map(({ text }) => text);
  }

  /** Number of connections that read this log. */
  get readers(): number {
    return [...this.#open()].length;
  }

  read(request: LogRequest): Pipe {
    const pipe = new Pipe(request);
    const log = this.#files.flat();
    const first = request.tail === undefined ? 0 : Math.max(0, log.length - request.tail);
    for (const printed of log.slice(first)) this.#send(pipe, printed);
    if (request.follow && this.running) this.#pipes.add(pipe);
    else pipe.close("ended");
    return pipe;
  }

  inspect(): InspectedContainer {
    const { id, name, labels, running, startedAt } = this;
    return {
      ...{ id, name, labels, running, startedAt },
      tty: false,
      exitCode: 0,
      linesPerFile: 1000,
    };
  }

  *#open(): Generator<Pipe> {
    for (const pipe of this.#pipes) {
      if (pipe.isOpen) yield pipe;
      else this.#pipes.delete(pipe);
    }
  }

  #send(pipe: Pipe, { time, text, stream, end }: Printed): void {
    const { since } = pipe.request;
    if (since !== undefined && compareLogTimes(time, parseSince(since)!) < 0) return;
    const bytes = new TextEncoder().encode(text + end);
    const stamp = new TextEncoder().encode(`${formatLogTime(time)} `);
    for (let at = 0; at < bytes.length; at += PIECE) {
      pipe.send(frame(concatBytes(stamp, bytes.subarray(at, at + PIECE)), stream));
    }
  }
}

/** The engine and its containers. */
export class DockerWorld implements Engine {
  readonly name = "the world";
  remote = false;
  /** Nothing answers. */
  isAway = false;
  readonly containers = new Map<string, WorldContainer>();
  /** Requests by their kind. */
  readonly asked = { list: 0, inspect: 0, logs: 0, events: 0 };
  #now: LogTime = { seconds: Math.floor(Date.now() / 1000) - 3600, nanos: 0 };
  readonly #events = new Set<Pipe>();
  #ids = 0;

  /** A new moment of the engine's clock. */
  tick(nanos = 1000): LogTime {
    return this.#now = moved(this.#now, nanos);
  }

  /** The engine's clock in milliseconds. */
  readonly now = (): number => this.#now.seconds * 1000 + this.#now.nanos / 1_000_000;

  /** Steps the clock; nothing else notices. */
  step(seconds: number): void {
    this.#now = { ...this.#now, seconds: this.#now.seconds + seconds };
  }

  create(name: string, labels: Record<string, string> = { "decnet.fleet.service": "true" }) {
    const id = (++this.#ids).toString(16).padStart(64, "0");
    const container = new WorldContainer(this, id, name, labels);
    this.containers.set(id, container);
    return container;
  }

  remove(container: WorldContainer): void {
    if (container.running) container.stop();
    this.containers.delete(container.id);
    container.cut();
    this.tell("destroy", container);
  }

  /** Number of open connections for events. */
  get watchers(): number {
    return [...this.#events].filter((pipe) => pipe.isOpen).length;
  }

  /** All connections break. */
  cut(): void {
    this.cutEvents();
    for (const container of this.containers.values()) container.cut();
  }

  cutEvents(): void {
    for (const pipe of this.#events) pipe.close("broken");
    this.#events.clear();
  }

  tell(action: string, { id, name, labels }: WorldContainer): void {
    const time = this.tick();
    const event = {
      ...{ Type: "container", Action: action },
      Actor: { ID: id, Attributes: { ...labels, name } },
    };
    const timeNano = formatSince(time).replace(".", "");
    const line = `${JSON.stringify(event).slice(0, -1)},"timeNano":${timeNano}}\n`;
    for (const pipe of this.#events) pipe.send(new TextEncoder().encode(line));
  }

  async list(): Promise<ListedContainer[]> {
    this.asked.list++;
    await this.#answer();
    return [...this.containers.values()].map((container) => container.inspect());
  }

  async inspect(id: string): Promise<InspectedContainer> {
    this.asked.inspect++;
    return (await this.#find(id)).inspect();
  }

  async logs(id: string, request: LogRequest): Promise<ByteSource> {
    this.asked.logs++;
    return (await this.#find(id)).read(request);
  }

  async events(_since: string | undefined, signal: AbortSignal): Promise<ByteSource> {
    this.asked.events++;
    await this.#answer();
    const pipe = new Pipe({ follow: true, since: undefined, tail: undefined, signal });
    this.#events.add(pipe);
    return pipe;
  }

  async #find(id: string): Promise<WorldContainer> {
    await this.#answer();
    const container = this.containers.get(id);
    if (container === undefined) throw new EngineError("no such container", { status: 404 });
    if (container.failure !== undefined) throw container.failure;
    return container;
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.isAway) throw new EngineError("the engine is away");
  }
}

function moved({ seconds, nanos }: LogTime, by: number): LogTime {
  const sum = nanos + by;
  return { seconds: seconds + Math.floor(sum / NANOS), nanos: sum % NANOS };
}
