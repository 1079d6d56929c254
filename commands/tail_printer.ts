/** Wanted events of `decnet tail` on standard output. */
import type { Event, FieldValue } from "../lib/event/event.ts";
import { formatTimestamp } from "../lib/event/time.ts";
import { CountBy } from "../lib/tail/count_by.ts";
import { eventPath } from "../lib/tail/event_path.ts";
import type { MergedEvents } from "../lib/tail/merge.ts";
import type { StdoutBytes } from "../lib/tail/stdout_bytes.ts";
import { escapeForTerminal } from "../lib/terminal/escape.ts";
import { replaceUnsafe, unicodeEscape } from "../lib/text/unsafe.ts";

/** How events are printed. */
export interface TailPrinterOptions {
  readonly stdout: StdoutBytes;
  /** The lines of an event. */
  readonly lines: (event: Event) => readonly string[];
  /** Lines in our own form go on as they are. */
  readonly isVerbatim: boolean;
  /** True for the events that are to be shown. */
  readonly isChosen: (event: Event) => boolean;
  readonly countBy: string | undefined;
  /** Counts are for eyes; otherwise JSON lines. */
  readonly isForEyes: boolean;
}

/** Prints events, or counts of them. */
export class TailPrinter {
  /** Events that were wanted. */
  events = 0;
  readonly #options: TailPrinterOptions;
  readonly #counts: CountBy | undefined;

  constructor(options: TailPrinterOptions) {
    const { countBy } = options;
    this.#options = options;
    this.#counts = countBy === undefined ? undefined : new CountBy(countBy);
  }

  /** Hands what is to be shown of `events` to standard output; resolves when there is room for more. */
  async take({ bytes, events }: MergedEvents): Promise<void> {
    const { stdout, lines, isVerbatim, isChosen } = this.#options;
    for (const { event, isCanonical, start, stop } of events) {
      if (!isChosen(event)) continue;
      this.events++;
      if (this.#counts !== undefined) {
        this.#counts.add(event);
      } else if (isVerbatim && isCanonical) {
        const full = stdout.line(bytes, start, stop);
        if (full !== undefined) await full;
      } else {
        for (const line of lines(event)) await stdout.text(line);
      }
    }
  }

  /** Prints the counts since the last time. @param now microseconds since the epoch */
  async tellCounts(now: number): Promise<void> {
    const { stdout, countBy, isForEyes } = this.#options;
    if (this.#counts === undefined) return;
    const timestamp = formatTimestamp(now);
    const counts = this.#counts.take();
    if (isForEyes) await stdout.text(timestamp.slice(0, 19).replace("T", " "));
    const width = String(counts[0]?.[1] ?? 0).length;
    for (const [value, count] of counts) {
      await stdout.text(
        isForEyes
          ? `  ${String(count).padStart(width)}  ${escapeForTerminal(value)}`
          : safeJson({ timestamp, key: countBy, value, count }),
      );
    }
    await stdout.flush();
  }
}

/** Writes the values of an event that are at `paths` as one JSON object. */
export function fieldsWriter(paths: readonly string[]): (event: Event) => string {
  const values = paths.map((path) => [path, eventPath(path)] as const);
  return (event) => {
    const chosen: Record<string, FieldValue | undefined> = Object.create(null);
    for (const [path, value] of values) chosen[path] = value(event);
    return safeJson(chosen);
  };
}

/** One line of JSON that misleads no reader. */
function safeJson(value: unknown): string {
  return replaceUnsafe(JSON.stringify(value), unicodeEscape);
}
