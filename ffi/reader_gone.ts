/** Tells when nobody reads a pipe any more, also while there is nothing to be written. */
import { C_LIBRARY, openLibrary } from "./library.ts";

const SYMBOLS = {
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** poll.h: the other end of a pipe has been closed. */
const POLLERR = 0x08;

/** Bytes of a struct pollfd, and where in it the events that were found stand. */
const POLLFD = 8;
const REVENTS = 6;

/**
 * What tells whether the reader of the pipe `descriptor` has gone.
 *
 * @throws {LibraryError} where the C library cannot be asked
 */
export function pipeWatcher(descriptor: number): () => boolean {
  const { symbols } = openLibrary(C_LIBRARY, SYMBOLS);
  const request = new Uint8Array(POLLFD);
  const view = new DataView(request.buffer);
  view.setInt32(0, descriptor, true);
  return () => {
    view.setUint16(REVENTS, 0, true);
    return symbols.poll(request, 1n, 0) > 0 && (view.getUint16(REVENTS, true) & POLLERR) !== 0;
  };
}
