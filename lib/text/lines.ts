/** Lines of a byte stream, each bounded. */

/** Bytes of a line that are kept; what is longer is no address, name or event of ours. */
const MAX_LINE = 256 * 1024;

const LF = 0x0a;

/**
 * The lines of `stream` as UTF-8 text without their ends (LF or CRLF); a last line without an end
 * counts. Of a line over 256 KiB only the start is given.
 */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const keep = (part: Uint8Array) => {
    const kept = part.subarray(0, Math.max(0, MAX_LINE - length));
    if (kept.length > 0) parts.push(kept.slice());
    length += kept.length;
  };
  const take = (): string => {
    const decoder = new TextDecoder();
    const text = parts.map((part) => decoder.decode(part, { stream: true })).join("") +
      decoder.decode();
    parts = [];
    length = 0;
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
  if (length > 0) yield take();
}
