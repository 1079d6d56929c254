/** Where the wanted events of `decnet tail` go: standard output, or a receiver. */
import type { Logger } from "@logtape/logtape";
import type { Event } from "../lib/event/event.ts";
import { toJsonLine } from "../lib/event/json.ts";
import type { LogCursor } from "../lib/log/cursor.ts";
import type { MergedEvents } from "../lib/tail/merge.ts";
import { isSampled } from "../lib/tail/sample.ts";
import { type FullDisk, StdoutBytes } from "../lib/tail/stdout_bytes.ts";
import { UniqueBy } from "../lib/tail/unique_by.ts";
import type { Tracing } from "../lib/trace/tracing.ts";
import { eventWriter, isStdoutColoured, stdoutFormat, stdoutStyle } from "./stdout_form.ts";
import type { TailCursors } from "./tail_cursors.ts";
import type { TailFlags } from "./tail_flags.ts";
import { fieldsWriter, TailPrinter, type TailPrinterOptions } from "./tail_printer.ts";
import type { TailTally } from "./tail_tally.ts";
import { TailView } from "./tail_view.ts";

/** Descriptor of standard output. */
const STDOUT = 1;

/** Milliseconds between two writes while there is always more to read. */
const FLUSH_EVERY = 20;

/** Takes events, and remembers how far they have come. */
export interface TailSink {
  /** False when nobody wants any more. */
  take(merged: MergedEvents): Promise<boolean>;
  /** All of the log `name` before `cursor` has been read, and every event in it was taken. */
  reached(name: string, cursor: LogCursor): Promise<void>;
  /** It is time for `--every`. */
  tick(): Promise<void>;
  /** There are no more events; resolves when those that were taken have arrived. */
  end(): Promise<void>;
}

/** What a sink works with besides the flags. */
export interface TailSinkContext {
  readonly follow: boolean;
  readonly cursors: TailCursors | undefined;
  readonly messages: Logger;
  readonly signal: AbortSignal;
  /** Undefined where nobody listens to how it is. */
  readonly tally: TailTally | undefined;
  /** Undefined where work is not traced. */
  readonly tracing: Tracing | undefined;
}

/** The sink that the flags ask for. @throws {UserError} */
export async function openSink(flags: TailFlags, context: TailSinkContext): Promise<TailSink> {
  const { follow, cursors, messages, signal, tally, tracing } = context;
  const isChosen = chooser(flags);
  if (flags.to === undefined) {
    const waiting = follow ? await fullDisk(messages, signal) : undefined;
    const stdout = new StdoutBytes(Deno.stdout, waiting);
    const sink = printingSink(printing(flags, stdout, isChosen), cursors, tally);
    return tracing === undefined ? sink : tracedSink(sink, tracing);
  }
  const { openDelivery } = await import("./tail_delivery.ts");
  const { freshShipCounts } = await import("../lib/tail/ship/ship_counts.ts");
  const counts = tally?.ship ?? freshShipCounts();
  const delivery = await openDelivery(flags.to, flags, { messages, signal, counts, tracing });
  const { Shipper } = await import("../lib/tail/ship/shipper.ts");
  const shipper = new Shipper({
    delivery,
    isChosen,
    counts,
    onArrived: (name, cursor) => {
      cursors?.arrived(name, cursor);
      tally?.delivered(name, cursor);
    },
  });
  return {
    take: async (merged) => {
      await shipper.take(merged);
      return true;
    },
    // Events that were read may still be on their way.
    reached: () => Promise.resolve(),
    tick: () => Promise.resolve(),
    end: async () => {
      await delivery.settle();
      delivery.close();
    },
  };
}

/** Each piece of a log that is printed is a span. */
function tracedSink(sink: TailSink, tracing: Tracing): TailSink {
  return {
    ...sink,
    take: async (merged) => {
      if (merged.events.length === 0) return await sink.take(merged);
      const attributes = { log: merged.name, events: merged.events.length };
      const origins = merged.events.map(({ event }) => event._trace);
      const span = tracing.start("tail.print", attributes, { origins });
      try {
        return await sink.take(merged);
      } finally {
        span.end();
      }
    },
  };
}

function printingSink(
  options: TailPrinterOptions,
  cursors: TailCursors | undefined,
  tally: TailTally | undefined,
): TailSink {
  const { stdout } = options;
  const printer = new TailPrinter(options);
  const tellCounts = () => printer.tellCounts(Date.now() * 1000);
  let flushedAt = -Infinity;
  const flush = async () => {
    flushedAt = performance.now();
    const commit = cursors?.takeReached();
    await stdout.flush();
    // What nobody has read is not delivered.
    if (!stdout.isClosed) commit?.();
  };
  return {
    take: async (merged) => {
      await printer.take(merged);
      if (cursors !== undefined || tally !== undefined) {
        const cursor = merged.cursorBehind(merged.events.length - 1);
        cursors?.reached(merged.name, cursor);
        tally?.printed(merged.events.length);
        tally?.delivered(merged.name, cursor);
      }
      const isDue = !stdout.isEmpty && performance.now() - flushedAt >= FLUSH_EVERY;
      if (isDue || cursors?.isDue) await flush();
      return !stdout.isClosed;
    },
    // There is nothing more for the moment: nobody is to wait for what there is.
    reached: (name, cursor) => {
      cursors?.reached(name, cursor);
      tally?.delivered(name, cursor);
      return flush();
    },
    tick: tellCounts,
    end: async () => {
      await flush();
      await tellCounts();
    },
  };
}

/** `--sample` and `--unique-by`. */
function chooser({ sample, uniqueBy }: TailFlags): (event: Event) => boolean {
  const unique = uniqueBy === undefined ? undefined : new UniqueBy(uniqueBy);
  return (event) =>
    (sample === undefined || isSampled(event.event_id, sample)) &&
    (unique === undefined || unique.passes(event));
}

/** A log goes on behind a disk that is full: what comes waits, and nothing is printed twice. */
async function fullDisk(messages: Logger, signal: AbortSignal): Promise<FullDisk | undefined> {
  if (Deno.stdout.isTerminal() || Deno.build.os === "windows") return undefined;
  try {
    const { filePosition } = await import("../ffi/file_position.ts");
    return {
      onFull: (reason) => messages.warn("standard output: {reason}; events wait", { reason }),
      onRoom: () => messages.warn("standard output takes events again"),
      position: filePosition(STDOUT),
      signal,
    };
  } catch {
    // Without the C library nobody knows what was printed: it is an error.
    return undefined;
  }
}

function printing(
  flags: TailFlags,
  stdout: StdoutBytes,
  isChosen: (event: Event) => boolean,
): TailPrinterOptions {
  const { countBy, fields, full, local, sdId } = flags;
  const format = full ? undefined : stdoutFormat(flags);
  const shared = { stdout, isChosen, countBy, isForEyes: format === undefined };
  if (format === undefined) {
    const view = new TailView({
      style: stdoutStyle(),
      isColoured: isStdoutColoured(),
      columns: terminalColumns(),
      isLocal: local,
      fields,
      isFull: full,
    });
    return { ...shared, lines: (event) => view.lines(event), isVerbatim: false };
  }
  const write = format === "native"
    ? fields === undefined ? toJsonLine : fieldsWriter(fields)
    : eventWriter(format, { raw: false, sdId, fields });
  return {
    ...shared,
    lines: (event) => [write(event)],
    // A line of a stranger may hold what a terminal must not get.
    isVerbatim: format === "native" && fields === undefined && !Deno.stdout.isTerminal(),
  };
}

/** Columns of the terminal, which may change; where there is none, lines are as long as they are. */
function terminalColumns(): () => number {
  if (!Deno.stdout.isTerminal()) return () => Infinity;
  // Some terminals report a size of 0x0.
  return () => Deno.consoleSize().columns || Infinity;
}
