/** Follows the log of one container, through its stops and starts, until it is removed. */
import { type Engine, EngineError, type InspectedContainer } from "../docker/engine.ts";
import { FrameError, LogFrames, type LogLine } from "../docker/log_frames.ts";
import { LinkedAbort } from "../docker/linked_abort.ts";
import { formatLogTime, formatSince, microsOf } from "../docker/log_time.ts";
import { Alarm, Backoff, type BackoffOptions } from "./docker_alarm.ts";
import { DockerCursor, readDockerPosition } from "./docker_cursor.ts";
import type { ContainerIdentity } from "./docker_select.ts";
import type { Gate } from "./docker_gate.ts";
import type { Origin, SourceContext, SourceLine, SourceNotice } from "./source.ts";

/** What all followers of a source share. */
export interface FollowSettings {
  readonly engine: Engine;
  readonly context: SourceContext;
  /** Lines of stderr are wanted too. */
  readonly stderr: boolean;
  /** Bytes of a line; what follows is left out. */
  readonly maxLine: number | undefined;
  /** Who a container is; undefined when it is none of those that are wanted. */
  readonly originOf: (container: ContainerIdentity) => Origin | undefined;
  /** Lets so many at a time open a log, which costs the engine. */
  readonly gate: Gate;
  /** True while the engine as a whole does not answer. */
  readonly isAway: () => boolean;
  readonly backoff: BackoffOptions;
}

/** How following ended. */
export type FollowEnd =
  /** The container is no more. */
  | "removed"
  /** Its log cannot be read. */
  | "unreadable"
  /** The signal has come. */
  | "stopped";

/** Checks in a row that find a stream silent whose container does not run, before it is opened again. */
const STALE_CHECKS = 2;

/** When a container started that never did: the zero of Go's clock. */
const NEVER = "0001-";

/** How long attempts may fail without an answer before that is worth a message of its own. */
const SILENT_MS = 10_000;

/** One container. */
export class ContainerFollower {
  readonly #id: string;
  readonly #settings: FollowSettings;
  readonly #alarm = new Alarm();
  readonly #backoff: Backoff;
  #origin: Origin;
  #cursor = new DockerCursor(undefined);
  /** As it was inspected last. */
  #known: InspectedContainer | undefined;
  /** It appeared while others were followed. */
  readonly #isNew: boolean;
  #connection: LinkedAbort | undefined;
  /** Of the open stream: whether the container ran when it was opened, and what it gave since the last check. */
  #streamsRunning = false;
  #isSilent = true;
  #staleChecks = 0;
  /** The line without an end that the last stream ended with. */
  #unended: LogLine[] = [];
  /** When the first of the attempts in a row was that have failed. */
  #failingSince: number | undefined;
  #isTroubled = false;

  constructor(id: string, origin: Origin, isNew: boolean, settings: FollowSettings) {
    this.#id = id;
    this.#origin = origin;
    this.#isNew = isNew;
    this.#settings = settings;
    this.#backoff = new Backoff(settings.backoff);
  }

  /** Something happened to the container. */
  wake(): void {
    this.#alarm.ring();
  }

  /** The engine may have been away: what is open may be dead. Opening again is always safe. */
  reopen(): void {
    this.#connection?.abort();
    this.wake();
  }

  /** The engine lists the container, or no more. */
  check(listed: ContainerIdentity & { readonly running: boolean } | undefined): void {
    const known = this.#known;
    if (listed === undefined || known === undefined || listed.name !== known.name) this.wake();
    else if (listed.running && !this.#streamsRunning) this.wake();
    const stale = listed?.running === false && this.#streamsRunning && this.#isSilent;
    this.#staleChecks = stale ? this.#staleChecks + 1 : 0;
    this.#isSilent = true;
    if (this.#staleChecks >= STALE_CHECKS) this.reopen();
  }

  /** Until there is nothing to follow any more. Rejects only when lines cannot be handed over. */
  async run(): Promise<FollowEnd> {
    const { engine, context } = this.#settings;
    this.#cursor = new DockerCursor(readDockerPosition(await context.resume(this.#key)));
    while (!context.signal.aborted) {
      this.#alarm.reset();
      try {
        const container = await engine.inspect(this.#id, context.signal);
        await this.#note(container);
        const took = await this.#read(container);
        if (this.#cursor.missed) continue;
        if (!container.running) await this.#rest();
        else if (took === 0) await this.#alarm.wait(context.signal, this.#backoff.next());
      } catch (error) {
        if (context.signal.aborted) break;
        if (!(error instanceof EngineError || error instanceof FrameError)) throw error;
        const end = await this.#failed(error);
        if (end !== undefined) return end;
      }
    }
    return "stopped";
  }

  get #key(): string {
    return `docker/${this.#id}`;
  }

  get #name(): string {
    return this.#origin.container ?? this.#id;
  }

  /** Reads the log to its end; gives the number of lines it took. */
  async #read(container: InspectedContainer): Promise<number> {
    const { context, gate, engine, maxLine } = this.#settings;
    using connection = new LinkedAbort(context.signal);
    const { signal } = connection;
    this.#connection = connection;
    this.#unended = [];
    // What follows a running container stays open; the rest of a stopped one's log soon ends.
    let release: () => void = await gate.enter();
    try {
      const { since, tail, search } = this.#cursor.opening(Date.now() / 1000);
      const found = search ? await this.#search(container, since, signal) : undefined;
      const bytes = await engine.logs(this.#id, {
        // Should it start again in this moment, that is another run.
        follow: true,
        ...{ since, tail, signal },
      });
      this.#cursor.opened(found, container.linesPerFile);
      if (container.running) {
        release();
        release = () => {};
      }
      this.#streamsRunning = container.running;
      const frames = new LogFrames(container.tty, maxLine);
      let took = 0;
      for (let chunks; (chunks = await bytes.read()) !== undefined;) {
        this.#isSilent = false;
        const lines: LogLine[] = [];
        for (const chunk of chunks) frames.push(chunk, lines);
        const taken = await this.#deliver(lines);
        if (taken > 0) this.#backoff.reset();
        took += taken;
        this.#untroubled();
        if (this.#cursor.missed) break;
      }
      if (this.#cursor.missed) return took;
      if (signal.aborted) return took;
      this.#untroubled();
      frames.end(this.#unended);
      // A terminal's line without an end goes on with what the container prints when it starts again.
      if (!container.running && !container.tty) {
        took += await this.#deliver(this.#unended.splice(0));
      }
      return took;
    } finally {
      this.#streamsRunning = false;
      connection.abort();
      release();
    }
  }

  /** True when the last line is in the log still. */
  async #search(
    { tty }: InspectedContainer,
    since: string | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    using reading = new LinkedAbort(signal);
    const bytes = await this.#settings.engine.logs(this.#id, {
      ...{ follow: false, since, tail: undefined },
      signal: reading.signal,
    });
    try {
      const frames = new LogFrames(tty, this.#settings.maxLine);
      for (let chunks; (chunks = await bytes.read()) !== undefined;) {
        const lines: LogLine[] = [];
        for (const chunk of chunks) frames.push(chunk, lines);
        if (lines.some((line) => this.#cursor.search(line))) return true;
      }
      const lines: LogLine[] = [];
      frames.end(lines);
      return lines.some((line) => this.#cursor.search(line));
    } finally {
      reading.abort();
    }
  }

  /** Hands over what is new; gives the number of new lines. */
  async #deliver(lines: readonly LogLine[]): Promise<number> {
    const { context, stderr } = this.#settings;
    const cursor = this.#cursor;
    const wanted: SourceLine[] = [];
    let took = 0;
    for (const line of lines) {
      if (!cursor.take(line)) continue;
      took++;
      const gap = cursor.takeGap();
      if (gap !== undefined) {
        await this.#notice("gap", { from: formatLogTime(gap.from), to: formatLogTime(gap.to) });
      }
      if (line.stderr && !stderr) continue;
      const { text, truncated } = line;
      const place = `${formatSince(line)}#${cursor.n}`;
      const time = microsOf(line);
      wanted.push(truncated ? { text, time, place, truncated } : { text, time, place });
    }
    if (wanted.length > 0) {
      await context.lines({
        key: this.#key,
        origin: this.#origin,
        lines: wanted,
        position: cursor.position,
      });
    }
    return took;
  }

  /** Tells what has changed since the container was inspected last. */
  async #note(container: InspectedContainer): Promise<void> {
    const before = this.#known;
    this.#known = container;
    const { name, running, startedAt, exitCode } = container;
    if (before !== undefined && before.name !== name) {
      this.#origin = this.#settings.originOf(container) ?? { ...this.#origin, container: name };
      await this.#notice("renamed", { name, old_name: before.name });
    }
    const hasRun = startedAt !== "" && !startedAt.startsWith(NEVER);
    const isStart = hasRun &&
      (before === undefined ? this.#isNew : before.startedAt !== startedAt);
    if (isStart) {
      const first = before === undefined || before.startedAt.startsWith(NEVER);
      await this.#notice(first ? "started" : "restarted", { name, started_at: startedAt });
    }
    if (!running && (isStart || before?.running === true)) {
      await this.#notice("stopped", { name, exit_code: exitCode });
    }
  }

  /** Waits until something happens to the container, and keeps little until then. */
  async #rest(): Promise<void> {
    this.#cursor.forget();
    await this.#alarm.wait(this.#settings.context.signal);
    this.#backoff.reset();
  }

  /** After a failure: waits before the next attempt, or gives the end. */
  async #failed(error: EngineError | FrameError): Promise<FollowEnd | undefined> {
    const { context } = this.#settings;
    const name = this.#name;
    if (error instanceof EngineError && error.isGone) {
      if (this.#known === undefined) return "removed";
      await this.#deliver(this.#unended.splice(0));
      await this.#notice("removed", { name });
      return "removed";
    }
    if (error instanceof EngineError && error.isHopeless) {
      const hint = error.hint === undefined ? "" : `; ${error.hint}`;
      context.message("error", `the log of ${name} cannot be read: ${error.message}${hint}`);
      return "unreadable";
    }
    this.#failingSince ??= performance.now();
    if (!this.#isTroubled && this.#isWorthTelling(error)) {
      this.#isTroubled = true;
      context.message("warn", `the log of ${name} breaks off, trying again: ${error.message}`);
    }
    await this.#alarm.wait(context.signal, this.#backoff.next());
    return undefined;
  }

  /** The source tells once for all containers when the engine as a whole is away. */
  #isWorthTelling(error: EngineError | FrameError): boolean {
    if (error instanceof FrameError || error.status !== undefined) return true;
    const failing = performance.now() - (this.#failingSince ?? 0);
    return failing >= SILENT_MS && !this.#settings.isAway();
  }

  #untroubled(): void {
    this.#failingSince = undefined;
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    const { context } = this.#settings;
    context.message("info", `the log of ${this.#name} goes on`);
  }

  #notice(kind: SourceNotice["kind"], detail: SourceNotice["detail"]): Promise<void> {
    return this.#settings.context.notice({
      key: this.#key,
      origin: this.#origin,
      kind,
      detail: { id: this.#id, ...detail },
    });
  }
}
