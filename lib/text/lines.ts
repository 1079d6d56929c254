/** Lines of a byte stream, each bounded. */
import { ByteQueue } from "../byte_queue.ts";

/** Bytes of a line that are kept; what is longer is no address, name or event of ours. */
const MAX_LINE = 256 * 1024;

const LF = 0x0a;

/**
 * The lines of `stream` as UTF-8 text without their ends (LF or CRLF); a last line without an end
 * counts. Of a line over 256 KiB only the start is given. A byte order mark before a line goes: lists
 * that were put together have them anywhere.
 */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const kept = new ByteQueue();
  const keep = (part: Uint8Array) => kept.append(part.subarray(0, MAX_LINE - kept.length));
  const take = (): string => {
    // In one: Deno's decoder drops a byte order mark at the start of every piece it is given.
    const text = decoder.decode(kept.take(kept.length));
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (kept.length > 0) yield take();
}
