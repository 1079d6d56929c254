/** The events that are wanted out of one log. */
import type { Event } from "../event/event.ts";
import type { LogCursor } from "../log/cursor.ts";
import type { LogItem, LogLines, LogNotice } from "../log/item.ts";
import { firstNonNul } from "../log/signature.ts";
import { CandidateLines } from "./candidate_lines.ts";
import type { EventFilter } from "./event_filter.ts";
import { timeOf } from "./event_time.ts";
import { eventsIfAll, lineText, readEvent } from "./read_event.ts";

/** Microseconds by which an event may stand behind a later one: several writers, and times of packets. */
export const DISORDER = 60_000_000;

/** Events in a row that are too late before reading ends: fewer may be of somebody whose clock is wrong. */
const MANY_LATE = 100;

/** An event, and the line that it stands in. */
export class TailedEvent {
  #time: number | undefined;

  /**
   * @param isCanonical the line is the event in our own form
   * @param start of the line in the bytes of the piece
   */
  constructor(
    readonly event: Event,
    readonly isCanonical: boolean,
    readonly start: number,
    readonly stop: number,
  ) {}

  /** Microseconds since the epoch. */
  get time(): number {
    return this.#time ??= timeOf(this.event);
  }
}

/** Events of a piece of a log, in their order; valid until the next is asked for. */
export interface TailChunk {
  readonly kind: "chunk";
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly events: readonly TailedEvent[];
  /** A cursor behind the line of the event at `index`; behind all of the piece when it is the last. */
  cursorBehind(index: number): LogCursor;
}

/** How a log is read. */
export interface TailSourceOptions {
  readonly filter: EventFilter;
  /** Name of the sensor, for lines that do not tell it. */
  readonly sensor: string;
  /** Microseconds since the epoch: reading ends where all is later, by {@linkcode DISORDER}. */
  readonly until?: number | undefined;
}

/** Counts what became of lines. */
export interface TailCounts {
  /** Lines that were looked at as events; the others could not be wanted. */
  lines: number;
  /** Of these, lines that are no event. */
  foreign: number;
}

/** What `items` of a log hold of wanted events, pieces without any too; and the notices. */
export async function* tailLog(
  items: AsyncIterable<LogItem>,
  { filter, sensor, until }: TailSourceOptions,
  counts: TailCounts,
): AsyncGenerator<TailChunk | LogNotice, void> {
  const lines = new CandidateLines(filter.needles);
  let late = 0;
  for await (const item of items) {
    if (item.kind !== "chunk") {
      yield item;
      continue;
    }
    if (until !== undefined) {
      const events = eventsIfAll(item.bytes, item.end, (time) => time > until + DISORDER);
      late = events === 0 ? 0 : late + events;
      if (late >= MANY_LATE) return;
    }
    yield readChunk(item, lines, filter, sensor, counts);
  }
}

function readChunk(
  chunk: LogLines,
  lines: CandidateLines,
  filter: EventFilter,
  sensor: string,
  counts: TailCounts,
): TailChunk {
  const { path, offset, bytes, end } = chunk;
  const events: TailedEvent[] = [];
  const textOf = lines.isSparse ? sparseText(bytes) : denseText(bytes, end);
  lines.forEach(bytes, end, (lineStart, stop) => {
    // A writer that does not append leaves NULs in front of its next line when its file is emptied.
    const start = bytes[lineStart] === 0
      ? lineStart + firstNonNul(bytes.subarray(lineStart, stop))
      : lineStart;
    if (!filter.acceptsLine(bytes, start, stop)) return;
    counts.lines++;
    const read = readEvent(textOf(start, stop), { sensor, path, offset: offset + start });
    if (read === undefined) {
      counts.foreign++;
      return;
    }
    const { event, isCanonical } = read;
    if (filter.accepts(event)) events.push(new TailedEvent(event, isCanonical, start, stop));
  });
  return {
    kind: "chunk",
    path,
    bytes,
    events,
    cursorBehind: (index) => {
      const event = index >= events.length - 1 ? undefined : events[index];
      return chunk.cursorAt(event === undefined ? end : event.stop + 1);
    },
  };
}

/** Gives the text of a line between two indices. */
type TextOf = (start: number, stop: number) => string;

function sparseText(bytes: Uint8Array): TextOf {
  return (start, stop) => lineText(bytes, start, stop);
}

/** Decodes all lines at once, which is faster, if each byte is a character. */
function denseText(bytes: Uint8Array, end: number): TextOf {
  const text = lineText(bytes, 0, end);
  return text.length === end ? (start, stop) => text.slice(start, stop) : sparseText(bytes);
}
