/** Writing bytes to what takes them bit by bit. */
import { pause } from "./pause.ts";

/** Milliseconds between attempts at a pipe that is full and does not block. */
const FULL_PIPE_PAUSE = 5;

const LF = 0x0a;

/** How far a write came; `error` is what ended it before all was written. */
export interface WriteOutcome {
  /** Bytes. */
  readonly written: number;
  readonly error?: unknown;
}

/**
 * Writes all of `bytes` through `write`, which may take a part only, be interrupted by a signal or
 * refuse for the moment: a non-blocking stdout, inherited from a shell or an ssh session.
 */
export function writeAll(write: (bytes: Uint8Array) => number, bytes: Uint8Array): WriteOutcome {
  let written = 0;
  while (written < bytes.length) {
    try {
      const count = write(bytes.subarray(written));
      if (count === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
      written += count;
    } catch (error) {
      if (isFull(error)) pause(FULL_PIPE_PAUSE);
      else if (!isInterrupted(error)) return { written, error };
    }
  }
  return { written };
}

/** Number of lines that end within `bytes`. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}

function isInterrupted(error: unknown): boolean {
  return error instanceof Deno.errors.Interrupted;
}

function isFull(error: unknown): boolean {
  return error instanceof Deno.errors.WouldBlock;
}
