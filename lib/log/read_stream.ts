/** Lines of a pipe, or of a file that is read as a whole: there is no place to come back to. */
import { DecompressionError } from "../net/capture_decompress.ts";
import { errorCode } from "../system_error.ts";
import { LogChunk, type LogItem } from "./item.ts";
import { DEFAULT_MAX_LINE } from "./source.ts";
import { StreamSource } from "./stream_source.ts";

/** How a stream is read. */
export interface ReadStreamOptions {
  /** What the items name as their path. @default {"-"} */
  readonly path?: string;
  /** Bytes of a line, its newline not counted, beyond which it is left out. @default {1 MiB} */
  readonly maxLine?: number;
}

/**
 * The lines of `chunks`, such as `openCapture()` gives for standard input and for files, plain and compressed;
 * a last one without a newline too. Ends with a `gap` where compressed data is damaged, and with an `error`
 * when the chunks do.
 *
 * @param chunks each is valid until the next is asked for
 */
export async function* readLogStream(
  chunks: AsyncIterable<Uint8Array>,
  { path = "-", maxLine = DEFAULT_MAX_LINE }: ReadStreamOptions = {},
): AsyncGenerator<LogItem, void> {
  const origin = { dev: 0, ino: 0, before: [] };
  const source = new StreamSource({ path, chunks, close: () => {} }, origin, maxLine);
  try {
    for (let hasEnded = false; !hasEnded;) {
      let reading = await source.read();
      if (reading.kind === "end") {
        hasEnded = true;
        reading = source.rest();
      }
      if (reading.kind === "skipped") yield { ...reading, path };
      if (reading.kind !== "lines") continue;
      const { bytes, end } = reading;
      yield new LogChunk(path, source.place, bytes, end, hasEnded);
      source.place.advance(bytes, hasEnded ? end - 1 : end);
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    yield error instanceof DecompressionError
      ? { kind: "gap", path, reason: "damaged", error }
      : { kind: "error", path, code: errorCode(error), error, isFinal: true };
  } finally {
    source.close();
  }
}
