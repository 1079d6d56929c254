/** `BASE.log` (RFC 5424) and `BASE.json` (JSON lines): the two files that DECNET's readers follow. */
import type { FilePosition } from "./append_file.ts";
import type { Event } from "./event.ts";
import { FileSink, type FileSinkOptions } from "./file_sink.ts";
import type { FormatOptions } from "./formats.ts";
import { parseJsonEvent, toJsonLine } from "./json.ts";
import { writeRfc5424 } from "./rfc5424_writer.ts";
import { SinkError } from "./sink_error.ts";

/** What one event, or one line that is none, adds to the pair. */
export interface LogRecord {
  /** For `BASE.log`. */
  readonly line: string;
  /** For `BASE.json`; nothing for a line that is no event. */
  readonly json?: string;
}

/** The record of `event`, with the line it came from or, without one, the line it makes. */
export function logRecord(event: Event, options: FormatOptions = {}): LogRecord {
  const line = options.rawLine ?? writeRfc5424(event, options);
  return { line, json: toJsonLine(event, { rawLine: line }) };
}

/** Paths of the pair. A `.log` or `.json` at the end of `base` is dropped first, as DECNET's own. */
export function logPaths(base: string): { readonly log: string; readonly json: string } {
  const stem = base.replace(/(?<=[^/])\.(?:log|json)$/, "");
  return { log: `${stem}.log`, json: `${stem}.json` };
}

/** A batch that failed, and how many of its lines each file has. */
interface Unfinished {
  readonly records: readonly LogRecord[];
  log: number;
  json: number;
}

/** Appends each record to both files, `BASE.log` first. */
export class LogPair {
  readonly #log: FileSink;
  readonly #json: FileSink;
  #unfinished: Unfinished | undefined;

  constructor(base: string, options: FileSinkOptions = {}) {
    const paths = logPaths(base);
    this.#log = new FileSink(paths.log, options);
    this.#json = new FileSink(paths.json, options);
  }

  /** Opens both files now rather than at the first record. @throws {SinkError} */
  open(): void {
    this.#log.open();
    this.#json.open();
  }

  /**
   * Appends `records`. After an error the same records may be given again, perhaps without the oldest
   * of them, perhaps with more behind them: what one of the files already has is not written twice.
   *
   * @throws {SinkError} from the file that failed.
   */
  append(records: readonly LogRecord[]): void {
    if (records.length === 0) return;
    const batch = this.#resume(records);
    this.#unfinished = batch;
    const jsonLines = records.flatMap(({ json }) => json === undefined ? [] : [json]);
    appendRest(this.#log, batch, "log", records.map(({ line }) => line));
    appendRest(this.#json, batch, "json", jsonLines);
    this.#unfinished = undefined;
  }

  /** Closes both files; the next batch opens what the paths then lead to (SIGHUP). */
  reopen(): void {
    this.#log.reopen();
    this.#json.reopen();
  }

  /** Waits until what was written is on the disk. @throws {SinkError} */
  sync(): void {
    this.#log.sync();
    this.#json.sync();
  }

  /** Which `.json` file is written to and how long it is, for a cursor. @throws {SinkError} */
  position(): FilePosition {
    return this.#json.position();
  }

  /**
   * True when `BASE.json` holds the event already, whole, from byte `from` on: asked after a crash.
   * Looks at the last 4 MiB at most. @throws {SinkError}
   */
  contains(eventId: string, from = 0): boolean {
    // The number and the key behind it cannot come out of a container's line: its values are strings.
    const line = this.#json.lastLineWith(`"event_id":"${eventId}","schema":1,"sensor":`, from);
    return line !== undefined && parseJsonEvent(line)?.event_id === eventId;
  }

  /**
   * Appends a record to those of the files that do not hold it whole: what a process that died may
   * have written to one of them only. Looks at the last 4 MiB of each. @throws {SinkError}
   */
  appendMissing({ line, json }: LogRecord, eventId: string): void {
    if (this.#log.lastLineWith(line, 0) !== line) this.#log.append([line]);
    if (json !== undefined && !this.contains(eventId)) this.#json.append([json]);
  }

  close(): void {
    this.#log.close();
    this.#json.close();
  }

  /** Where to go on when `records` continue the batch that failed, else the start. */
  #resume(records: readonly LogRecord[]): Unfinished {
    const fresh = { records: [...records], log: 0, json: 0 };
    const before = this.#unfinished;
    if (before === undefined) return fresh;
    const given = before.records.findIndex((record) => same(record, records[0]!));
    const rest = before.records.slice(given);
    if (given < 0 || rest.length > records.length) return fresh;
    if (!rest.every((record, index) => same(record, records[index]!))) return fresh;
    const dropped = before.records.slice(0, given);
    return {
      ...fresh,
      log: Math.max(0, before.log - dropped.length),
      json: Math.max(0, before.json - dropped.filter(({ json }) => json !== undefined).length),
    };
  }
}

function same(a: LogRecord, b: LogRecord): boolean {
  return a.line === b.line && a.json === b.json;
}

/** Appends those of `lines` that the file does not have yet. */
function appendRest(
  sink: FileSink,
  batch: Unfinished,
  file: "log" | "json",
  lines: readonly string[],
): void {
  try {
    sink.append(lines.slice(batch[file]));
    batch[file] = lines.length;
  } catch (error) {
    if (error instanceof SinkError) batch[file] += error.written;
    throw error;
  }
}
