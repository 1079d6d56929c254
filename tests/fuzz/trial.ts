/** One execution of a target, and the limits that hold for all of them. */
import { Buffer } from "node:buffer";
import v8 from "node:v8";
import type { FuzzTarget } from "./target.ts";

/** An execution that takes longer than this counts as one that does not end. */
const MAX_MILLIS = 1000;

/**
 * Memory that an execution may take: a fixed part and, for each byte of input, enough for a packet, its
 * events and their lines. A length that an input merely claims comes to far more.
 */
const MAX_BYTES = 12 * 1024 * 1024;
const MAX_BYTES_PER_INPUT_BYTE = 2048;

/**
 * A busy machine is slow for once, and a collector that runs at the right moment hides what was taken: who
 * is over a limit is tried until it was so, or was not, this many times.
 */
const VERDICT = 3;

/** What became of an input: its outcome, or what is wrong. */
export type Trial = { readonly outcome: string } | { readonly problem: string };

/** Gives `input` to a target. */
export async function tryInput(target: FuzzTarget, input: Uint8Array): Promise<Trial> {
  for (let over = 0, within = 0;;) {
    const started = performance.now();
    const held = heldBytes();
    const given = input.slice();
    let outcome: string | Promise<string>;
    try {
      outcome = target.run(given);
      if (typeof outcome !== "string") outcome = await outcome;
    } catch (error) {
      return { problem: error instanceof Error ? error.stack ?? error.message : String(error) };
    }
    if (Buffer.compare(given, input) !== 0) return { problem: "the input was changed" };
    const taken = heldBytes() - held - (target.tables ?? 0);
    const problem = excess(performance.now() - started, taken, input.length);
    if (problem === undefined) {
      if (over === 0 || ++within === VERDICT) return { outcome };
    } else if (++over === VERDICT) return { problem };
  }
}

function excess(millis: number, bytes: number, length: number): string | undefined {
  if (millis > MAX_MILLIS) return `takes ${Math.round(millis)} ms for ${length} bytes of input`;
  if (bytes > MAX_BYTES + MAX_BYTES_PER_INPUT_BYTE * length) {
    return `takes ${bytes} bytes of memory for ${length} bytes of input`;
  }
  return undefined;
}

/** Bytes on the heap and in buffers beside it. */
function heldBytes(): number {
  const { used_heap_size: heap, external_memory: buffers } = v8.getHeapStatistics();
  return heap + buffers;
}
