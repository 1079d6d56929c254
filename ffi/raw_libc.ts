/** The C library's functions for sockets. Linux only. */
import { C_LIBRARY, LibraryError, openLibrary } from "./library.ts";
import { RawError } from "./raw_error.ts";

/**
 * Counts of bytes that functions return are read as 32 bits: none of ours is larger.
 *
 * Addresses that are put into structures come from memcpy(3), which returns the one it was given:
 * Deno.UnsafePointer would need the FFI permission for every path. They hold for as long as the array
 * is referenced, if its buffer was made as an ArrayBuffer: small typed arrays of their own may move.
 */
const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"],
    result: "i32",
  },
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recvmmsg: { parameters: ["i32", "buffer", "u32", "i32", "pointer"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
  addressOf: { name: "memcpy", parameters: ["buffer", "buffer", "usize"], result: "u64" },
  copyFrom: { name: "memcpy", parameters: ["buffer", "u64", "usize"], result: "void" },
  __errno_location: { parameters: [], result: "u64" },
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** errno.h of Linux. */
export const ERRNO = {
  notPermitted: 1,
  interrupted: 4,
  again: 11,
  accessDenied: 13,
  addressInUse: 98,
  networkDown: 100,
  networkUnreachable: 101,
  noBuffers: 105,
  hostUnreachable: 113,
  familyNotSupported: 97,
} as const;

/** linux/time.h: CLOCK_REALTIME. */
const REALTIME = 0;

/** The C library, opened for sockets. */
export class RawLibc implements Disposable {
  readonly symbols: Library["symbols"];
  readonly #library: Library;
  readonly #time = new BigInt64Array(new ArrayBuffer(16));
  readonly #timeBytes = new Uint8Array(this.#time.buffer);
  readonly #errno = new Int32Array(new ArrayBuffer(4));
  readonly #errnoBytes = new Uint8Array(this.#errno.buffer);

  /** @throws {RawError} */
  constructor() {
    if (Deno.build.os !== "linux") {
      throw new RawError("unsupported", "raw probes need Linux");
    }
    try {
      this.#library = openLibrary(C_LIBRARY, SYMBOLS);
    } catch (error) {
      if (!(error instanceof LibraryError)) throw error;
      const kind = error.kind === "not_allowed" ? "no_permission" : "unsupported";
      throw new RawError(kind, `raw probes: ${error.message}`);
    }
    this.symbols = this.#library.symbols;
  }

  /** The number of the last error of this thread; only right after a call that blocks. */
  errno(): number {
    const { copyFrom, __errno_location } = this.symbols;
    copyFrom(this.#errnoBytes, __errno_location(), 4n);
    return this.#errno[0]!;
  }

  /** Where `bytes` lie. Their buffer must not be resized, and must be referenced by more than this. */
  addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
    return this.symbols.addressOf(bytes, bytes, 0n);
  }

  /** Microseconds since the epoch. */
  now(): number {
    this.symbols.clock_gettime(REALTIME, this.#timeBytes);
    return Number(this.#time[0]) * 1e6 + Math.floor(Number(this.#time[1]) / 1000);
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }
}
