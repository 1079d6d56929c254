/** Does something keep the system's clock right? */
import { C_LIBRARY, openLibrary } from "./library.ts";

/** sys/timex.h: what adjtimex() returns while nobody has set the clock for long. */
const TIME_ERROR = 5;

/** sys/timex.h: struct timex takes 208 bytes where words have 64 bits; `modes` 0 changes nothing. */
const TIMEX_SIZE = 208;

/** Offset of `maxerror`, in microseconds. */
const MAX_ERROR_OFFSET = 24;

/** The clock, as the kernel knows it. */
export interface ClockState {
  readonly synchronised: boolean;
  /** Milliseconds by which it may be wrong, by the kernel's own estimate. */
  readonly maxError: number;
}

/** Asks the kernel. Undefined where it cannot be asked. */
export function clockState(): ClockState | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const libc = openLibrary(C_LIBRARY, {
    adjtimex: { parameters: ["buffer"], result: "i32" },
  });
  try {
    const timex = new Uint8Array(TIMEX_SIZE);
    const state = libc.symbols.adjtimex(timex);
    if (state < 0) return undefined;
    const micros = new DataView(timex.buffer).getBigInt64(MAX_ERROR_OFFSET, true);
    return { synchronised: state !== TIME_ERROR, maxError: Number(micros) / 1000 };
  } finally {
    libc.close();
  }
}
