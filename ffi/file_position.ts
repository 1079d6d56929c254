/** Tells how far an open file has been written, where the runtime does not. */
import { C_LIBRARY, openLibrary } from "./library.ts";

const SYMBOLS = {
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  fcntl: { parameters: ["i32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** unistd.h, of Linux and macOS. */
const SEEK_CUR = 1;
const SEEK_END = 2;

/** fcntl.h; the flag differs. */
const F_GETFL = 3;
const O_APPEND = Deno.build.os === "linux" ? 0x400 : 0x8;

/**
 * What tells where the next byte of the file `descriptor` goes; undefined for what has no places, as a pipe.
 *
 * @throws {LibraryError} where the C library cannot be asked
 */
export function filePosition(descriptor: number): () => number | undefined {
  const { symbols } = openLibrary(C_LIBRARY, SYMBOLS);
  // A file that is appended to has a place of its own only behind the first write; its end can be sought at any time.
  const isAppended = (symbols.fcntl(descriptor, F_GETFL) & O_APPEND) !== 0;
  const whence = isAppended ? SEEK_END : SEEK_CUR;
  return () => {
    const position = Number(symbols.lseek(descriptor, 0n, whence));
    return position < 0 ? undefined : position;
  };
}
