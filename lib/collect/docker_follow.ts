/** Follows the log of one container, through its stops and starts, until it is removed. */
import type { ContainerEvent } from "../docker/container_events.ts";
import { type Engine, EngineError, type InspectedContainer } from "../docker/engine.ts";
import { ContainerLines } from "../docker/container_lines.ts";
import { FrameError, LogFrames } from "../docker/log_frames.ts";
import { LinkedAbort } from "../docker/linked_abort.ts";
import { formatLogTime } from "../docker/log_time.ts";
import { Alarm, Backoff, type BackoffOptions } from "./docker_alarm.ts";
import { DockerCursor, readDockerPosition } from "./docker_cursor.ts";
import { ContainerNotes, type OriginOf } from "./docker_notes.ts";
import { portions } from "./docker_portions.ts";
import type { ContainerIdentity } from "./docker_select.ts";
import type { Gate } from "./docker_gate.ts";
import type { Origin, SourceContext } from "./source.ts";
import { StampedBatch } from "./stamped_batch.ts";

/** What all followers of a source share. */
export interface FollowSettings {
  readonly engine: Engine;
  readonly context: SourceContext;
  /** Lines of stderr are wanted too. */
  readonly stderr: boolean;
  /** Bytes of a line; what follows is left out. */
  readonly maxLine: number | undefined;
  readonly originOf: OriginOf;
  /** Lets so many at a time open a log, which costs the engine. */
  readonly gate: Gate;
  /** True while the engine as a whole does not answer. */
  readonly isAway: () => boolean;
  readonly backoff: BackoffOptions;
  /** Bytes of a log that become lines at a time: as such they are several times as large. */
  readonly portion: () => number;
  /** Told that a log cannot be opened for want of a file descriptor. */
  readonly onCrowded: (error: EngineError) => void;
  /** The wall clock, in milliseconds. */
  readonly now: () => number;
}

/** How following ended. */
export type FollowEnd =
  /** The container is no more. */
  | "removed"
  /** Its log cannot be read. */
  | "unreadable"
  /** The signal has come. */
  | "stopped";

/** Bytes of memory that are kept while a log is searched. */
const MOST_KEPT = 128 * 1024;

/** Checks in a row that find a stream silent whose container does not run, before it is opened again. */
const STALE_CHECKS = 2;

/** How long a log is left alone that was closed to make room. */
const SHED_MS = 10_000;

/** An attempt without a file descriptor costs nothing. */
const CROWDED_MS = 5000;

/**
 * How long the log of a container that has stopped is looked at again: whoever writes it down, say the journal,
 * may lag behind.
 */
const LATE_MS = 1000;

/** How long attempts may fail without an answer before that is worth a message of its own. */
const SILENT_MS = 10_000;

/** One container. */
export class ContainerFollower {
  readonly #id: string;
  readonly #notes: ContainerNotes;
  readonly #settings: FollowSettings;
  readonly #alarm = new Alarm();
  /** Rung when the container may be called otherwise, or run anew, under an open stream. */
  readonly #changes = new Alarm();
  readonly #backoff: Backoff;
  #cursor = new DockerCursor(undefined);
  #connection: LinkedAbort | undefined;
  /** Of the open stream: whether the container ran when it was opened, and what it gave since the last check. */
  #streamsRunning = false;
  #isSilent = true;
  #isOpen = false;
  #isShed = false;
  #staleChecks = 0;
  /** Until when a log is looked at again whose container has stopped; infinite while that runs. */
  #lateUntil = 0;
  /** The line without an end that the last stream ended with. */
  readonly #unended = new ContainerLines();
  /** When the first of the attempts in a row was that have failed. */
  #failingSince: number | undefined;
  #isTroubled = false;
  /** Why a change could not be told. */
  #notingError: unknown;

  constructor(id: string, origin: Origin, isNew: boolean, settings: FollowSettings) {
    this.#id = id;
    this.#notes = new ContainerNotes(id, origin, isNew, settings);
    this.#settings = settings;
    this.#backoff = new Backoff(settings.backoff);
  }

  /** Something happened to the container. */
  wake(action?: ContainerEvent["action"]): void {
    this.#alarm.ring();
    if (action === "rename") this.#changes.ring();
  }

  /** The engine may have been away: what is open may be dead. Opening again is always safe. */
  reopen(): void {
    this.#connection?.abort();
    this.wake();
  }

  /** Closes the log for a while, to make room; true when it was open. */
  shed(): boolean {
    if (!this.#isOpen) return false;
    this.#isShed = true;
    this.#connection?.abort();
    return true;
  }

  /** The engine lists the container, or no more. */
  check(listed: ContainerIdentity & { readonly running: boolean } | undefined): void {
    const known = this.#notes.known;
    if (listed === undefined || known === undefined) this.wake();
    else if (listed.name !== known.name) this.wake("rename");
    else if (listed.running && !this.#streamsRunning) this.wake();
    // It was started again before its log was opened: that has not been told yet.
    else if (listed.running && this.#alarm.isRung) this.#changes.ring();
    const stale = listed?.running === false && this.#streamsRunning && this.#isSilent;
    this.#staleChecks = stale ? this.#staleChecks + 1 : 0;
    this.#isSilent = true;
    if (this.#staleChecks >= STALE_CHECKS) this.reopen();
  }

  /** Until there is nothing to follow any more. Rejects only when lines cannot be handed over. */
  async run(): Promise<FollowEnd> {
    const { engine, context } = this.#settings;
    this.#cursor = new DockerCursor(readDockerPosition(await context.resume(this.#notes.key)));
    while (!context.signal.aborted) {
      if (this.#notingError !== undefined) throw this.#notingError;
      this.#alarm.reset();
      try {
        const container = await engine.inspect(this.#id, context.signal);
        await this.#notes.note(container);
        if (container.running) this.#lateUntil = Infinity;
        const took = await this.#read(container);
        if (this.#isShed) {
          this.#isShed = false;
          await this.#alarm.wait(context.signal, SHED_MS);
        } else if (this.#cursor.missed) continue;
        else if (!container.running) await this.#rest(took);
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

  /** Reads the log to its end; gives the number of lines it took. */
  async #read(container: InspectedContainer): Promise<number> {
    const { context, gate, engine, maxLine, now } = this.#settings;
    using connection = new LinkedAbort(context.signal);
    const { signal } = connection;
    this.#connection = connection;
    this.#unended.clear(0);
    const noting = container.running ? this.#noteChanges(connection) : undefined;
    // What follows a running container stays open; the rest of a stopped one's log soon ends.
    let release: () => void = await gate.enter();
    try {
      const { since, tail, search } = this.#cursor.opening(now() / 1000);
      const found = search ? await this.#search(container, since, signal) : undefined;
      const bytes = await engine.logs(this.#id, {
        // Should it have started again in this moment, that is another run, which is told of first.
        follow: container.running,
        ...{ since, tail, signal },
      });
      this.#isOpen = true;
      this.#cursor.opened(found, container.linesPerFile);
      if (container.running) {
        release();
        release = () => {};
      }
      this.#streamsRunning = container.running;
      const frames = new LogFrames(container.tty, maxLine);
      const lines = new ContainerLines();
      let took = 0;
      for (let chunks; (chunks = await bytes.read()) !== undefined;) {
        this.#isSilent = false;
        let taken = 0;
        for (const some of portions(chunks, this.#settings.portion())) {
          for (const chunk of some) frames.push(chunk, lines);
          taken += await this.#deliver(lines);
        }
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
        took += await this.#deliver(this.#unended);
      }
      return took;
    } finally {
      this.#streamsRunning = false;
      this.#isOpen = false;
      connection.abort();
      release();
      await noting;
    }
  }

  /** Tells what changes while a stream is open; ends the stream when it cannot. */
  async #noteChanges(connection: LinkedAbort): Promise<void> {
    const { signal } = connection;
    this.#changes.reset();
    while (true) {
      await this.#changes.wait(signal);
      if (signal.aborted) return;
      try {
        const container = await this.#settings.engine.inspect(this.#id, signal);
        // That it stops is told behind its last line.
        if (container.running) await this.#notes.note(container);
      } catch (error) {
        // The next list has it again.
        if (error instanceof EngineError) continue;
        this.#notingError = error;
        connection.abort();
        return;
      }
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
      const lines = new ContainerLines();
      for (let chunks; (chunks = await bytes.read()) !== undefined;) {
        for (const chunk of chunks) {
          frames.push(chunk, lines);
          if (this.#cursor.search(lines)) return true;
          lines.clear(MOST_KEPT);
        }
      }
      frames.end(lines);
      return this.#cursor.search(lines);
    } finally {
      reading.abort();
    }
  }

  /** Hands over what is new, and drops all; gives the number of new lines. */
  async #deliver(lines: ContainerLines): Promise<number> {
    const { context, stderr, portion } = this.#settings;
    const cursor = this.#cursor;
    const took = cursor.take(lines);
    const gap = cursor.takeGap();
    if (gap !== undefined) {
      await this.#notes.tell("gap", { from: formatLogTime(gap.from), to: formatLogTime(gap.to) });
    }
    if (!stderr) lines.ignoreStderr();
    lines.dropUnnumbered();
    if (lines.count > 0) {
      const { key, origin } = this.#notes;
      await context.lines(new StampedBatch(key, origin, lines, cursor.position));
    }
    lines.clear(2 * portion());
    return took;
  }

  /** Waits until something happens to the container, and keeps little until then; or for lines that are late. */
  async #rest(took: number): Promise<void> {
    const { signal } = this.#settings.context;
    const now = performance.now();
    const isLate = this.#lateUntil > 0 && took > 0;
    if (isLate || this.#lateUntil === Infinity) this.#lateUntil = now + LATE_MS;
    if (now < this.#lateUntil) return await this.#alarm.wait(signal, this.#lateUntil - now);
    this.#lateUntil = 0;
    this.#cursor.forget();
    await this.#alarm.wait(signal);
    this.#backoff.reset();
  }

  /** After a failure: waits before the next attempt, or gives the end. */
  async #failed(error: EngineError | FrameError): Promise<FollowEnd | undefined> {
    const { context } = this.#settings;
    const name = this.#notes.name;
    if (error instanceof EngineError && error.isGone) {
      if (this.#notes.known === undefined) return "removed";
      await this.#deliver(this.#unended);
      await this.#notes.tell("removed", { name });
      return "removed";
    }
    if (error instanceof EngineError && error.isHopeless) {
      const hint = error.hint === undefined ? "" : `; ${error.hint}`;
      context.message("error", `the log of ${name} cannot be read: ${error.message}${hint}`);
      return "unreadable";
    }
    this.#failingSince ??= performance.now();
    const isCrowded = error instanceof EngineError && error.isCrowded;
    if (isCrowded) this.#settings.onCrowded(error);
    else if (!this.#isTroubled && this.#isWorthTelling(error)) {
      this.#isTroubled = true;
      context.message("warn", `the log of ${name} breaks off, trying again: ${error.message}`);
    }
    const wait = this.#backoff.next();
    await this.#alarm.wait(context.signal, isCrowded ? Math.min(wait, CROWDED_MS) : wait);
    return undefined;
  }

  /** The source tells once for all containers when the engine as a whole is away. */
  #isWorthTelling(error: EngineError | FrameError): boolean {
    if (error instanceof FrameError) return true;
    if (error.status !== undefined && !error.isGoing) return true;
    const failing = performance.now() - (this.#failingSince ?? 0);
    return failing >= SILENT_MS && !this.#settings.isAway();
  }

  #untroubled(): void {
    this.#failingSince = undefined;
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    const { context } = this.#settings;
    context.message("info", `the log of ${this.#notes.name} goes on`);
  }
}
