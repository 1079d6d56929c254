/** What an engine sends of a log. */
import { concatBytes } from "../../lib/bytes.ts";

const STDOUT = 1;

/** One frame of a multiplexed log stream. */
export function frame(content: string | Uint8Array, stream = STDOUT): Uint8Array<ArrayBuffer> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const header = new Uint8Array(8);
  header[0] = stream;
  new DataView(header.buffer).setUint32(4, bytes.length);
  return concatBytes(header, bytes);
}
