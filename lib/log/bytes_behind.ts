/** How much of a log lies behind a place. */
import type { LogCursor } from "./cursor.ts";
import { listGenerations } from "./generations.ts";
import { isSameFile, LogFileError, type LogFiles } from "./log_files.ts";

/**
 * Bytes of the files of the log `path` that lie behind `cursor`; of compressed ones their size on the disk. An
 * estimate: which file the place is in is told by its inode alone. Undefined when the log cannot be looked at.
 */
export function bytesBehind(
  files: LogFiles,
  path: string,
  cursor: LogCursor,
): number | undefined {
  try {
    const { files: all } = listGenerations(files, path);
    const own = all.findLastIndex((file) => isSameFile(file, cursor));
    // A file that is gone held nothing that is still to be had.
    if (own < 0) return sizeOf(cursor.offset === 0 ? all : all.filter(({ isLive }) => isLive));
    return Math.max(0, all[own]!.size - cursor.offset) + sizeOf(all.slice(own + 1));
  } catch (error) {
    if (error instanceof LogFileError) return undefined;
    throw error;
  }
}

function sizeOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
