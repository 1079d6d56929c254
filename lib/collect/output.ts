/** Where lines and events are written. */
import type { FilePosition } from "../event/append_file.ts";
import { FileSink, type FileSinkOptions } from "../event/file_sink.ts";
import { logPaths } from "../event/log_pair.ts";
import { SinkError } from "../event/sink_error.ts";
import { LineBuffer } from "./line_buffer.ts";

/** Takes records, and writes them when told to. */
export interface Output {
  /** Lines for `BASE.log` that are not written yet. */
  readonly log: LineBuffer;
  /** Events for `BASE.json` that are not written yet. */
  readonly json: LineBuffer;
  /**
   * Writes what waits. What could not be written stays, and is tried again the next time.
   *
   * @throws {SinkError}
   */
  write(): void;
}

/** Records that wait to be written. */
export function waitingIn({ log, json }: Output): number {
  return log.count + json.count;
}

/** Bytes that wait to be written, as far as they are bytes already. */
export function bytesIn({ log, json }: Output): number {
  return log.length + json.length;
}

/** Which files the output ends in, and where. */
export interface OutputEnds {
  readonly log: FilePosition;
  readonly json: FilePosition;
}

/** `BASE.log` and `BASE.json`. */
export class PairOutput implements Output {
  readonly log = new LineBuffer();
  readonly json = new LineBuffer();
  readonly #log: FileSink;
  readonly #json: FileSink;

  constructor(base: string, options: FileSinkOptions = {}) {
    const paths = logPaths(base);
    this.#log = new FileSink(paths.log, options);
    this.#json = new FileSink(paths.json, options);
  }

  /** Opens both files now rather than at the first line. @throws {SinkError} */
  open(): void {
    this.#log.open();
    this.#json.open();
  }

  write(): void {
    // An event in the one file always has its line in the other.
    writeTo(this.#log, this.log);
    writeTo(this.#json, this.json);
  }

  /** Where what comes next will be written, or behind that. @throws {SinkError} */
  ends(): OutputEnds {
    return { log: this.#log.position(), json: this.#json.position() };
  }

  /** Closes both files; what comes next opens what the paths then lead to. */
  close(): void {
    this.#log.close();
    this.#json.close();
  }
}

function writeTo(sink: FileSink, buffer: LineBuffer): void {
  if (buffer.count === 0) return;
  try {
    sink.appendBytes(buffer.content());
    buffer.drop(buffer.count);
  } catch (error) {
    if (error instanceof SinkError) buffer.drop(error.written);
    throw error;
  }
}
