/** Follows the log of one container, through its stops and starts, until it is removed. */
import type { ContainerEvent } from "../docker/container_events.ts";
import { EngineError, type InspectedContainer } from "../docker/engine.ts";
import { ContainerLines } from "../docker/container_lines.ts";
import { FrameError, LogFrames } from "../docker/log_frames.ts";
import { LinkedAbort } from "../docker/linked_abort.ts";
import { formatLogTime } from "../docker/log_time.ts";
import { Alarm, Backoff } from "./docker_alarm.ts";
import { DockerCursor, readDockerPosition } from "./docker_cursor.ts";
import type { FollowEnd, FollowSettings } from "./docker_follow_settings.ts";
import { holdsLastLine } from "./docker_last_line.ts";
import { LogTrouble } from "./docker_trouble.ts";
import { ContainerNotes } from "./docker_notes.ts";
import { portions } from "./docker_portions.ts";
import type { ContainerIdentity } from "./docker_select.ts";
import type { Origin } from "./source.ts";
import { StampedBatch } from "./stamped_batch.ts";

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
  readonly #trouble: LogTrouble;
  /** Why a change could not be told. */
  #notingError: unknown;

  constructor(id: string, origin: Origin, isNew: boolean, settings: FollowSettings) {
    this.#id = id;
    this.#notes = new ContainerNotes(id, origin, isNew, settings);
    this.#settings = settings;
    this.#backoff = new Backoff(settings.backoff);
    this.#trouble = new LogTrouble(settings);
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
      const found = search
        ? await holdsLastLine(this.#cursor, container, since, this.#settings, signal)
        : undefined;
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
        this.#trouble.end(this.#notes.name);
        if (this.#cursor.missed) break;
      }
      if (this.#cursor.missed) return took;
      if (signal.aborted) return took;
      this.#trouble.end(this.#notes.name);
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
    this.#trouble.tell(name, error);
    const isCrowded = error instanceof EngineError && error.isCrowded;
    const wait = this.#backoff.next();
    await this.#alarm.wait(context.signal, isCrowded ? Math.min(wait, CROWDED_MS) : wait);
    return undefined;
  }
}
