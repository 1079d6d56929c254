/** Repairs a file whose writer died in the middle of a line. */
import { type AppendFile, openAppendFile, positionOf } from "../event/append_file.ts";
import { pause } from "../event/pause.ts";

/** Milliseconds for which a half line must not grow. */
const DEFAULT_STABLE = 20;

/** Looks at a line that grows. */
const MAX_LOOKS = 50;

const LF = 0x0a;

/** Bytes read at a time. */
const BLOCK = 64 * 1024;

/**
 * Cuts off what follows the last newline of the file `path`, unless it is still being written.
 *
 * @param stable milliseconds for which a half line must not grow to count as torn
 * @returns the number of bytes that were cut off
 * @throws {Error} what the system reports
 */
export function cutTornTail(path: string, stable: number = DEFAULT_STABLE): number {
  if ((positionOf(path)?.size ?? 0) === 0) return 0;
  const file = openAppendFile(path);
  try {
    let { size } = file.position();
    for (let look = 0; look < MAX_LOOKS; look++) {
      const whole = wholeSize(file, size);
      if (whole === size) return 0;
      pause(stable);
      const now = file.position().size;
      if (now === size) {
        file.truncate(whole);
        return size - whole;
      }
      size = now;
    }
    return 0;
  } finally {
    file.close();
  }
}

/** Bytes up to and with the last newline before `size`. */
function wholeSize(file: AppendFile, size: number): number {
  const block = new Uint8Array(BLOCK);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - BLOCK);
    const part = block.subarray(0, end - start);
    for (let length = 0; length < part.length;) {
      const count = file.read(part.subarray(length), start + length);
      if (count === 0) break;
      length += count;
    }
    const found = part.lastIndexOf(LF);
    if (found >= 0) return start + found + 1;
    end = start;
  }
  return 0;
}
