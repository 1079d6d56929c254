/** Several logs as one, in the order of time. */
import { sleep } from "../sleep.ts";
import type { LogCursor } from "../log/cursor.ts";
import type { LogNotice } from "../log/item.ts";
import type { TailChunk, TailedEvent } from "./tail_source.ts";

/** A log under the name by which its place is remembered. */
export interface NamedLog {
  readonly name: string;
  readonly items: AsyncIterable<TailChunk | LogNotice>;
  /** True for a stream, which may be silent at any time and does not say when all has been read. */
  readonly maySilence?: boolean | undefined;
}

/** Milliseconds for which others wait for a stream that is silent. */
const PATIENCE = 500;

/** Events of one log that come next; valid until the next are asked for. */
export interface MergedEvents {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly events: readonly TailedEvent[];
  /** A cursor behind the event at `index` of `events`; behind all that was read when it is the last there. */
  cursorBehind(index: number): LogCursor;
  /** True when there is nothing more to be had at the moment. */
  readonly isLast: boolean;
}

/** Hears of what is no event. */
export type NoticeListener = (name: string, notice: LogNotice) => void;

class Lane {
  chunk: TailChunk | undefined;
  /** Of the first event of the chunk that has not been given. */
  index = 0;
  /** True from when all has been read until more comes: nobody waits for it. */
  isCaughtUp = false;
  hasEnded = false;
  next: Promise<void> | undefined;
  readonly #items: AsyncIterator<TailChunk | LogNotice>;
  /** Who waits for an answer now. */
  #listener: PromiseWithResolvers<void> | undefined;
  #isListening = false;

  constructor(readonly log: NamedLog, readonly onNotice: NoticeListener) {
    this.#items = log.items[Symbol.asyncIterator]();
  }

  get isWaitedFor(): boolean {
    return this.chunk === undefined && !this.hasEnded && !this.isCaughtUp;
  }

  get time(): number {
    return this.chunk?.events[this.index]?.time ?? -Infinity;
  }

  /** Asks for the next item, if there is need. */
  ask(): Promise<void> {
    this.next ??= this.#items.next().then(({ value, done }) => {
      this.next = undefined;
      if (done) this.hasEnded = true;
      else if (value.kind === "chunk") {
        this.chunk = value;
        this.index = 0;
        this.isCaughtUp = false;
      } else {
        // Nor does anybody wait for a log that cannot be read for now.
        if (value.kind === "caught_up" || value.kind === "error") this.isCaughtUp = true;
        this.onNotice(this.log.name, value);
      }
    });
    return this.next;
  }

  /** Tells `listener` of the next answer, in the place of who listened before. */
  tell(listener: PromiseWithResolvers<void>): void {
    this.#listener = listener;
    if (this.#isListening) return;
    this.#isListening = true;
    const answered = () => {
      this.#isListening = false;
      return this.#listener;
    };
    this.ask().then(() => answered()?.resolve(), (error) => answered()?.reject(error));
  }

  async close(): Promise<void> {
    // One that waits for its log ends by its signal.
    if (this.next === undefined) await this.#items.return?.();
  }
}

/**
 * The events of all `logs`, the earliest first. A log of which all has been read holds up no other; what it
 * gets later is given as it comes. No more than one piece of each log is held.
 *
 * @param patience milliseconds for which others wait for a stream that is silent
 */
export async function* mergeLogs(
  logs: readonly NamedLog[],
  onNotice: NoticeListener,
  patience: number = PATIENCE,
): AsyncGenerator<MergedEvents, void> {
  const lanes = logs.map((log) => new Lane(log, onNotice));
  try {
    for (;;) {
      const waiting = lanes.filter((lane) => lane.isWaitedFor);
      if (waiting.length > 0) {
        await waitFor(waiting, patience);
        continue;
      }
      const lane = earliest(lanes);
      if (lane === undefined) {
        const open = lanes.filter((lane) => !lane.hasEnded);
        if (open.length === 0) return;
        await firstAnswer(open);
        continue;
      }
      yield take(lane, lanes);
    }
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

/**
 * Asks `lanes` until one answers. A race would leave something behind in each promise that goes on waiting: beside
 * a log in which nothing happens, that of a busy one would fill the memory.
 */
function firstAnswer(lanes: readonly Lane[]): Promise<void> {
  const listener = Promise.withResolvers<void>();
  for (const lane of lanes) lane.tell(listener);
  return listener.promise;
}

/** Asks `lanes`, and gives up those that are streams and silent. */
async function waitFor(lanes: readonly Lane[], patience: number): Promise<void> {
  const answers = Promise.all(lanes.map((lane) => lane.ask()));
  const streams = lanes.filter(({ log }) => log.maySilence);
  if (streams.length === 0) return void await answers;
  const answered = new AbortController();
  const silence = sleep(patience, answered.signal).then(() => {
    if (answered.signal.aborted) return;
    for (const lane of streams) lane.isCaughtUp ||= lane.isWaitedFor;
  });
  await Promise.race([answers, silence]);
  answered.abort();
}

function earliest(lanes: readonly Lane[]): Lane | undefined {
  let found: Lane | undefined;
  for (const lane of lanes) {
    if (lane.chunk !== undefined && (found === undefined || lane.time < found.time)) found = lane;
  }
  return found;
}

/** Takes the events of `lane` that are not later than the first of any other. */
function take(lane: Lane, lanes: readonly Lane[]): MergedEvents {
  const chunk = lane.chunk!;
  const limit = Math.min(
    ...lanes.map((other) => other === lane || other.chunk === undefined ? Infinity : other.time),
  );
  const from = lane.index;
  let to = from;
  while (to < chunk.events.length && (to === from || chunk.events[to]!.time <= limit)) to++;
  lane.index = to;
  if (to >= chunk.events.length) lane.chunk = undefined;
  const isWhole = from === 0 && to === chunk.events.length;
  return {
    name: lane.log.name,
    bytes: chunk.bytes,
    events: isWhole ? chunk.events : chunk.events.slice(from, to),
    cursorBehind: (index) => chunk.cursorBehind(from + index),
    isLast: lanes.every((other) => other.chunk === undefined),
  };
}
