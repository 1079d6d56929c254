/** Takes lines from sources to the output: each once, in order, however it ends. */
import type { Event } from "../event/event.ts";
import type { CollectClock } from "./collect_clock.ts";
import { logRecord } from "../event/log_pair.ts";
import { SinkError } from "../event/sink_error.ts";
import type { CommitSpans } from "./commit_spans.ts";
import { noticeEvent, outageEvent, statsEvent } from "./collect_events.ts";
import { GroupWriter, NotWrittenError, type Outage } from "./group_writer.ts";
import { HeldBack, heldEvent } from "./held_back.ts";
import type { Ledger } from "./ledger.ts";
import { LineRecorder } from "./line_recorder.ts";
import type { RecorderOptions } from "./recording.ts";
import { type Output, type OutputEnds, PairOutput, waitingIn } from "./output.ts";
import type { ReadBack, ReadBackRest } from "./read_back.ts";
import type { Position, Source, SourceBatch, SourceContext, SourceNotice } from "./source.ts";
import { type CollectCounters, countersSince } from "./stats.ts";

/** Milliseconds between two commits while there is something to commit. */
const COMMIT_INTERVAL = 250;

/** Milliseconds between two times that all is brought on the disk. */
const DURABLE_INTERVAL = 10_000;

/** Milliseconds between two complaints about the same. */
const COMPLAINT_INTERVAL = 60_000;

const STATS_INTERVAL = 60_000;

/**
 * Milliseconds without any line that the output held already, after which no more are expected: the
 * containers that they are of may be gone.
 */
const RECOVERY_IDLE = 600_000;

/** Lines that may have to come again which are stored with a cursor; with more, the old cursor stays. */
const MAX_REST = 20_000;

/** Milliseconds for which the old cursor may stay. */
const OLD_CURSOR = 10_000;

/** Events of what was held back are a stream of their own, which comes again at once. */
const HELD_KEY = "held";

/** What a {@linkcode Collector} works with. */
export interface CollectorOptions extends Omit<RecorderOptions, "held"> {
  readonly output: Output;
  readonly held: HeldBack;
  /** Where places are kept; without it sources start anew each time. */
  readonly ledger: Ledger | undefined;
  /** What the output holds of lines that will come again. */
  readonly back: ReadBack | undefined;
  /** Milliseconds for which held events wait to be told of. */
  readonly window: number;
  readonly sdId: string | undefined;
  /** Called behind each commit: time to rotate. */
  readonly onCommitted: (ends: OutputEnds) => void;
  readonly message: SourceContext["message"];
  readonly clock: CollectClock;
  /** Undefined where work is not traced. */
  readonly spans?: CommitSpans | undefined;
}

/** Runs sources. */
export class Collector {
  /** Milliseconds by which the last line was late. */
  lag = 0;
  /** Streams that gave lines or were asked for. */
  readonly streams = new Set<string>();
  /** Times that something could not be written, stored or brought on the disk. */
  readonly failures = { output: 0, state: 0, disk: 0 };
  readonly #options: CollectorOptions;
  readonly #recorder: LineRecorder;
  readonly #writer: GroupWriter;
  readonly #abort = new AbortController();
  /** What the output holds of lines that will come again, and since when it has been so much. */
  #recovery: { readonly left: number; readonly since: number } | undefined;
  /** What recovery has chosen may be other than what is stored. */
  #isDirty = true;
  #isFinished = false;
  #tick: (() => void) | undefined;
  #ticking: Promise<void> | undefined;
  #lastComplaint = -Infinity;
  #lastDurable = -Infinity;
  #lastStats: { readonly at: number; readonly counters: CollectCounters };

  constructor(options: CollectorOptions) {
    this.#options = options;
    const { output, clock, message } = options;
    this.#recorder = new LineRecorder(options);
    this.#writer = new GroupWriter({
      output,
      clock,
      onBlocked: ({ error }) => {
        this.failures.output++;
        message("error", `${error.message}; holds everything back until that is over`);
        if (this.#abort.signal.aborted) this.#writer.stop();
      },
      onResumed: (outage) => this.#resumed(outage),
    });
    const left = options.back?.size ?? 0;
    if (left > 0) this.#recovery = { left, since: clock.monotonic() };
    this.#lastStats = { at: clock.monotonic(), counters: { ...options.counters } };
  }

  /**
   * Runs `sources` until all have ended or `signal` is aborted, and then writes and stores what there is.
   *
   * @returns false when a source could not go on, or records could not be written
   */
  async run(sources: readonly Source[], signal: AbortSignal): Promise<boolean> {
    const { message, output, clock } = this.#options;
    let isWell = true;
    const stop = () => this.#stop();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    let cancelStats = () => {};
    const tellStatsLater = () => {
      cancelStats = clock.after(STATS_INTERVAL, () => {
        this.tellStats();
        tellStatsLater();
      });
    };
    tellStatsLater();
    this.#schedule(0);
    const context: SourceContext = {
      lines: (batch) => this.lines(batch),
      notice: (notice) => this.notice(notice),
      resume: (key) => Promise.resolve(this.resume(key)),
      signal: this.#abort.signal,
      message,
    };
    await Promise.all(sources.map(async (source) => {
      try {
        await source.run(context);
      } catch (error) {
        if (error instanceof NotWrittenError || this.#abort.signal.aborted) return;
        isWell = false;
        const { message: text, hint } = error as { message: string; hint?: string };
        message("error", hint === undefined ? text : `${text}; ${hint}`);
      }
    }));
    cancelStats();
    signal.removeEventListener("abort", stop);
    await this.finish();
    if (waitingIn(output) === 0) return isWell;
    message("error", `${waitingIn(output)} records could not be written`);
    return false;
  }

  /** Takes lines; see {@linkcode SourceContext}. */
  async lines(batch: SourceBatch): Promise<void> {
    await this.#writer.ready();
    const { output, back, ledger, clock, spans } = this.#options;
    const { key, position } = batch;
    const now = clock.now();
    const known = position === undefined ? undefined : back;
    // From here to the place of the stream nothing may come between.
    const trace = spans?.take(batch);
    const place = { output, back: known, now, clock: clock.monotonic(), trace };
    const last = this.#recorder.record(batch, place);
    if (position !== undefined) ledger?.advance(key, position, now / 1_000_000);
    this.streams.add(key);
    this.lag = Math.max(0, (now - last) / 1000);
    this.#dirty();
    if (waitingIn(output) > 0) await this.#writer.written();
  }

  /** Takes a notice; see {@linkcode SourceContext}. */
  async notice(notice: SourceNotice): Promise<void> {
    await this.#writer.ready();
    this.#tell(noticeEvent(notice, this.#maker()));
    const { messages } = notice.detail;
    if (notice.kind === "gap" && typeof messages === "number") {
      this.#options.counters.lost += messages;
    }
    if (notice.kind === "removed") {
      this.#options.ledger?.forget(notice.key);
      this.streams.delete(notice.key);
    }
    await this.#writer.written();
  }

  /** What was committed for a stream. */
  resume(key: string): Position | undefined {
    return this.#options.ledger?.position(key, this.#options.clock.now() / 1_000_000);
  }

  /** Tells what was done since the last time. */
  tellStats(): void {
    const { counters, clock } = this.#options;
    if (this.#writer.isBlocked) return;
    const at = clock.monotonic();
    const counts = countersSince(counters, this.#lastStats.counters);
    const seconds = Math.round((at - this.#lastStats.at) / 1000);
    this.#lastStats = { at, counters: { ...counters } };
    const others = {
      streams: this.streams.size,
      lag_ms: Math.round(this.lag),
      output_failures: this.failures.output,
      state_failures: this.failures.state,
      disk_failures: this.failures.disk,
    };
    this.#tell(statsEvent(counts, others, seconds, this.#maker()));
    this.#writer.written();
  }

  /** Writes all there is, tells what was held back, and stores the places. */
  async finish(): Promise<void> {
    this.#isFinished = true;
    this.#tick?.();
    await this.#ticking;
    this.#writer.stop();
    if (waitingIn(this.#options.output) === 0) await this.#finishCommitted();
    this.#options.ledger?.close();
    this.#options.spans?.commit()("not committed");
  }

  async #finishCommitted(): Promise<void> {
    const { output } = this.#options;
    // What is told of must be stored before, and that it was told of afterwards. Where it cannot be stored,
    // the same lines will come again, and what was told of them now would be counted twice.
    await this.#commit();
    this.#tellHeld(0);
    this.#writer.stop();
    if (waitingIn(output) === 0) await this.#commit();
    await this.#durable();
  }

  /** Resolves when no commit is under way. */
  async settled(): Promise<void> {
    await this.#ticking;
  }

  /** Commits, tells what was held back and brings all on the disk, as far as it is time for that. */
  async commitNow(): Promise<void> {
    if (!this.#writer.flush()) return;
    if (this.#isDirty) await this.#commit();
    this.#tellHeld(this.#options.window);
    const { clock } = this.#options;
    if (clock.monotonic() - this.#lastDurable >= DURABLE_INTERVAL) await this.#durable();
  }

  #stop(): void {
    this.#abort.abort();
    // Whoever waits for a full disk would wait for ever.
    if (this.#writer.isBlocked) this.#writer.stop();
  }

  async #commit(): Promise<void> {
    const { output, ledger, held, clock, onCommitted, spans } = this.#options;
    const rest = this.#recovery === undefined ? undefined : this.#checkRecovery();
    if (rest === "later") return;
    this.#isDirty = false;
    const committed = spans?.commit();
    if (ledger === undefined || !(output instanceof PairOutput)) {
      held.save();
      held.stored();
      committed?.();
      if (output instanceof PairOutput) this.#rotateUnstored(output);
      return;
    }
    try {
      const ends = output.ends();
      const isDone = await ledger.commit(ends, Math.floor(clock.now() / 1_000_000), rest);
      if (isDone) onCommitted(ends);
      else this.#isDirty = true;
      committed?.();
    } catch (error) {
      committed?.((error as Error).message);
      this.#isDirty = true;
      this.failures.state++;
      this.#complain(`${(error as Error).message}; until that is over a crash may double lines`);
    }
  }

  /** It may be rotated, too, where no places are kept. */
  #rotateUnstored(output: PairOutput): void {
    try {
      this.#options.onCommitted(output.ends());
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      this.#complain(error.message);
    }
  }

  /** What has not come again after a crash; `later` while it is too much to be stored, but gets less. */
  #checkRecovery(): ReadBackRest | "later" | undefined {
    const { clock, back } = this.#options;
    const now = clock.monotonic();
    const left = back?.size ?? 0;
    if (left !== this.#recovery?.left) this.#recovery = { left, since: now };
    const idle = now - this.#recovery.since;
    if (left > 0 && idle < (left > MAX_REST ? OLD_CURSOR : RECOVERY_IDLE)) {
      return left > MAX_REST ? "later" : back?.rest();
    }
    this.#recovery = undefined;
    return undefined;
  }

  async #durable(): Promise<void> {
    const { ledger, clock } = this.#options;
    this.#lastDurable = clock.monotonic();
    try {
      await ledger?.makeDurable();
    } catch (error) {
      this.failures.disk++;
      this.#complain(`cannot bring all on the disk: ${(error as Error).message}`);
    }
  }

  #tellHeld(wait: number): void {
    const { held, back, clock, sensor, sdId, output } = this.#options;
    if (held.size === 0) return;
    for (const entry of held.takeDue(clock.monotonic(), wait)) {
      const event = heldEvent(entry, sensor);
      const { line, json } = logRecord(event, { sdId });
      if (back?.takeLine(HELD_KEY, line) !== true) output.log.add(line);
      if (back?.takeEvent(event.event_id) !== true) output.json.add(json!);
    }
    this.#dirty();
    if (waitingIn(output) > 0) this.#writer.written();
  }

  #resumed(outage: Outage): void {
    const { clock, message } = this.#options;
    const seconds = Math.round((clock.monotonic() - outage.since) / 1000);
    message("info", `${outage.path} is written again after ${seconds} s`);
    this.#tell(outageEvent(outage, clock.monotonic(), this.#maker()));
    this.#writer.written();
  }

  #tell(event: Event): void {
    const { output, sdId } = this.#options;
    const { line, json } = logRecord(event, { sdId });
    output.log.add(line);
    output.json.add(json!);
    this.#dirty();
  }

  #maker() {
    return { sensor: this.#options.sensor, now: this.#options.clock.now() };
  }

  #dirty(): void {
    this.#isDirty = true;
    this.#schedule(COMMIT_INTERVAL);
  }

  #schedule(millis: number): void {
    if (this.#isFinished) return;
    this.#tick ??= this.#options.clock.after(millis, () => {
      this.#ticking = this.commitNow().finally(() => {
        this.#tick = undefined;
        this.#ticking = undefined;
        if (this.#isDirty || this.#options.held.size > 0) this.#schedule(COMMIT_INTERVAL);
      });
    });
  }

  #complain(text: string): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#lastComplaint < COMPLAINT_INTERVAL) return;
    this.#lastComplaint = now;
    this.#options.message("error", text);
  }
}
