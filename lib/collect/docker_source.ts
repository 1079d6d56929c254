/** All containers of a Docker engine that are wanted, as they come and go. */
import { type ContainerEvent, EventReader } from "../docker/container_events.ts";
import {
  type ByteSource,
  type Engine,
  EngineError,
  type ListedContainer,
} from "../docker/engine.ts";
import { LinkedAbort } from "../docker/linked_abort.ts";
import { formatSince, type LogTime } from "../docker/log_time.ts";
import { EngineAbsence } from "./docker_absence.ts";
import { Alarm, Backoff, type BackoffOptions } from "./docker_alarm.ts";
import { ClockWatch } from "./docker_clock.ts";
import { ContainerFollower } from "./docker_follow.ts";
import type { FollowSettings } from "./docker_follow_settings.ts";
import { Gate } from "./docker_gate.ts";
import type { ContainerIdentity, ContainerSelection } from "./docker_select.ts";
import type { Origin, Source, SourceContext } from "./source.ts";

/** What is collected, and how. */
export interface DockerSourceOptions {
  readonly engine: Engine;
  readonly select: ContainerSelection;
  /** Called before containers are selected anew, say to read a file again. */
  readonly refresh?: () => Promise<void>;
  /** Lines of stderr are wanted too. @default false */
  readonly stderr?: boolean;
  /** Bytes of a line; what follows is left out. @default 256 KiB */
  readonly maxLine?: number;
  /**
   * Goes on trying when the engine is away from the start, unless it does not let anybody in; else that ends
   * it. @default false
   */
  readonly keepTrying?: boolean;
  /** Between two lists of all containers, which find what the events did not tell. @default 10 s */
  readonly reconcileMs?: number;
  /** How long the answer to the question for events may take to begin, before all else goes on. @default 2 s */
  readonly eventsWithinMs?: number;
  readonly backoff?: BackoffOptions;
  /** The wall clock, in milliseconds. @default Date.now */
  readonly now?: () => number;
}

const RECONCILE_MS = 10_000;

/** What stands in for an engine may answer with the first event only. */
const EVENTS_WITHIN_MS = 2000;

/** Events that break off sooner are not connected to again at once. */
const STABLE_MS = 1000;

/** Logs that are closed for a while so that the engine can be asked for anything else. */
const SHED = 4;

/** Bytes of all logs together that become lines at a time, and of one log at least and at most. */
const ALL_PORTIONS = 1024 * 1024;
const LEAST_PORTION = 8 * 1024;
const MOST_PORTION = 64 * 1024;

/** Logs that are opened at a time. */
const OPENING = 16;

/** Events and containers of which it is remembered that they are through. */
const REMEMBERED = 512;

/** How long to wait for followers at the end. */
const END_WITHIN_MS = 1500;

/** Where events of the engine itself belong. */
const ENGINE_KEY = "docker";
const NO_ORIGIN: Origin = { decky: undefined, service: undefined, container: undefined };

/** The source of Docker containers' lines. Rejects with an EngineError, or with what the context rejects with. */
export function dockerSource(options: DockerSourceOptions): Source {
  return { run: (context) => new DockerSource(options, context).run() };
}

class DockerSource {
  readonly #options: DockerSourceOptions;
  readonly #engine: Engine;
  readonly #context: SourceContext;
  /** Ends all work, also when one of the followers fails. */
  readonly #abort: LinkedAbort;
  readonly #followers = new Map<string, ContainerFollower>();
  /** Those of them that have ended because their logs cannot be read. */
  readonly #unreadable = new Set<string>();
  readonly #work = new Set<Promise<void>>();
  readonly #settings: FollowSettings;
  /** Counts what happens, to tell what a list cannot know of yet. */
  #turn = 0;
  /** Containers that are no more, and when that was. */
  readonly #removed = new Map<string, number>();
  /** Events that have come: after a reconnect the engine repeats some. */
  readonly #events = new Set<string>();
  #lastEvent: LogTime | undefined;
  #failure: unknown;
  readonly #absence: EngineAbsence;
  #wasConnected = false;
  /** The engine did not answer once, though its events did not break off. */
  #isDoubtful = false;
  #connection: LinkedAbort | undefined;
  readonly #now: () => number;
  readonly #clock: ClockWatch;

  constructor(options: DockerSourceOptions, context: SourceContext) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#clock = new ClockWatch(this.#now);
    this.#engine = options.engine;
    this.#abort = new LinkedAbort(context.signal);
    this.#context = { ...context, signal: this.#abort.signal };
    this.#absence = new EngineAbsence(context.message);
    this.#settings = {
      engine: options.engine,
      context: this.#context,
      stderr: options.stderr ?? false,
      maxLine: options.maxLine,
      originOf: options.select,
      gate: new Gate(OPENING),
      isAway: () => this.#absence.isAway,
      portion: () => this.#portion(),
      onCrowded: (error) => this.#absence.tellCrowded(error),
      now: this.#now,
      backoff: options.backoff ?? {},
    };
  }

  async run(): Promise<void> {
    const { signal } = this.#context;
    try {
      this.#start(this.#watch());
      this.#start(this.#reconcileRegularly());
      await new Alarm().wait(signal);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise((resolve) => timer = setTimeout(resolve, END_WITHIN_MS));
      await Promise.race([Promise.all(this.#work), late]);
      clearTimeout(timer);
    } finally {
      this.#abort[Symbol.dispose]();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Work that ends all other work when it fails. */
  #start(work: Promise<void>): void {
    const guarded = work.catch((error) => {
      this.#failure ??= error;
      this.#abort.abort();
    });
    this.#work.add(guarded);
    guarded.finally(() => this.#work.delete(guarded));
  }

  /** Reads the events of the engine, and connects again whenever they break off. */
  async #watch(): Promise<void> {
    const { signal } = this.#context;
    const backoff = new Backoff(this.#options.backoff);
    const alarm = new Alarm();
    while (!signal.aborted) {
      let connectedAt: number | undefined;
      using connection = new LinkedAbort(signal);
      this.#connection = connection;
      try {
        const since = this.#lastEvent === undefined ? undefined : formatSince(this.#lastEvent);
        // The events first, then the list: what starts in between is in one of them.
        const events = this.#engine.events(since, connection.signal);
        await settledWithin(events, this.#options.eventsWithinMs ?? EVENTS_WITHIN_MS);
        await this.#reconcile();
        await this.#connected();
        connectedAt = performance.now();
        await this.#read(await events);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof EngineError)) throw error;
        if (error.isCrowded) this.#shed(error);
        else if (connectedAt === undefined) this.#away(error);
      }
      connection.abort();
      if (connectedAt !== undefined && performance.now() - connectedAt > STABLE_MS) backoff.reset();
      await alarm.wait(signal, backoff.next());
    }
  }

  async #read(events: ByteSource): Promise<void> {
    const reader = new EventReader();
    for (let chunks; (chunks = await events.read()) !== undefined;) {
      for (const chunk of chunks) {
        for (const event of reader.push(chunk)) await this.#handle(event);
      }
    }
  }

  /** The engine cannot be reached. @throws the error at the start */
  #away(error: EngineError): void {
    const isOver = error.isForbidden || this.#options.keepTrying !== true;
    if (!this.#wasConnected && isOver) throw error;
    this.#absence.begin(error);
  }

  /** Makes room by closing logs of the containers that came last; their lines wait in the engine. */
  #shed(error: EngineError): void {
    this.#absence.tellCrowded(error);
    let count = 0;
    for (const follower of [...this.#followers.values()].reverse()) {
      if (follower.shed() && ++count === SHED) return;
    }
  }

  async #connected(): Promise<void> {
    const again = this.#wasConnected;
    this.#wasConnected = true;
    if (this.#isDoubtful || this.#absence.isAway) this.#reopenRemote();
    const seconds = this.#absence.end(this.#engine.name);
    if (seconds === undefined || !again) return;
    await this.#context.notice({
      key: ENGINE_KEY,
      origin: NO_ORIGIN,
      kind: "reconnected",
      detail: { engine: this.#engine.name, away_seconds: seconds },
    });
  }

  /** An engine hides lines whose time is before that from which on a log was asked for. */
  #checkClock(): void {
    if (!this.#clock.hasStepped()) return;
    for (const follower of this.#followers.values()) follower.reopen();
  }

  #portion(): number {
    const share = Math.floor(ALL_PORTIONS / this.#followers.size);
    return Math.min(MOST_PORTION, Math.max(LEAST_PORTION, share));
  }

  /** A connection over a network may be dead without a word. */
  #reopenRemote(): void {
    this.#isDoubtful = false;
    if (!this.#engine.remote) return;
    for (const follower of this.#followers.values()) follower.reopen();
  }

  async #reconcileRegularly(): Promise<void> {
    const { signal } = this.#context;
    const { reconcileMs = RECONCILE_MS } = this.#options;
    const alarm = new Alarm();
    while (!signal.aborted) {
      await alarm.wait(signal, reconcileMs);
      this.#checkClock();
      if (signal.aborted || !this.#wasConnected || this.#absence.isAway) continue;
      try {
        await this.#reconcile();
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        if (signal.aborted) return;
        if (error.isCrowded) {
          this.#shed(error);
          continue;
        }
        this.#context.message("warn", `cannot list containers: ${error.message}`);
        this.#isDoubtful = true;
        this.#connection?.abort();
      }
    }
  }

  /** Compares what is followed with what there is. */
  async #reconcile(): Promise<void> {
    await this.#options.refresh?.();
    const asked = ++this.#turn;
    const before = [...this.#followers];
    const first = !this.#wasConnected;
    const listed = await this.#engine.list(this.#context.signal);
    const byId = new Map<string, ListedContainer>();
    for (const container of listed) {
      byId.set(container.id, container);
      const removed = this.#removed.get(container.id);
      if (removed === undefined || removed < asked) this.#follow(container, !first);
    }
    for (const [id, follower] of before) {
      const container = byId.get(id);
      follower.check(container);
      if (container === undefined && this.#unreadable.delete(id)) this.#followers.delete(id);
    }
  }

  async #handle(event: ContainerEvent): Promise<void> {
    const identity = `${event.time && formatSince(event.time)} ${event.action} ${event.id}`;
    if (event.time !== undefined && this.#events.has(identity)) return;
    remember(this.#events, identity);
    this.#lastEvent = event.time ?? this.#lastEvent;
    this.#turn++;
    const follower = this.#followers.get(event.id);
    if (follower !== undefined) return follower.wake(event.action);
    if (event.action !== "start" && event.action !== "rename") return;
    if (this.#options.select(event) === undefined) await this.#options.refresh?.();
    this.#follow(event, event.action === "start");
  }

  /** Follows a container that is wanted, unless it is followed already. */
  #follow(container: ContainerIdentity, isNew: boolean): void {
    const { id } = container;
    const { signal } = this.#context;
    const origin = this.#followers.has(id) ? undefined : this.#options.select(container);
    if (origin === undefined || signal.aborted) return;
    const follower = new ContainerFollower(id, origin, isNew, this.#settings);
    this.#followers.set(id, follower);
    this.#start(
      follower.run().then((end) => {
        // What cannot be read stays here, so that it is not tried again.
        if (end === "unreadable") this.#unreadable.add(id);
        else this.#followers.delete(id);
        if (end === "removed") remember(this.#removed, id, ++this.#turn);
      }),
    );
  }
}

/** Waits for `promise`, but not for ever. Rejects with it; what it rejects with later is for others. */
async function settledWithin(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => {});
  }
}

/** Adds to what is remembered; the oldest is forgotten. */
function remember(set: Set<string>, key: string): void;
function remember(map: Map<string, number>, key: string, value: number): void;
function remember(
  seen: Set<string> | Map<string, number>,
  key: string,
  value = 0,
): void {
  if (seen instanceof Set) seen.add(key);
  else seen.set(key, value);
  if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value!);
}
