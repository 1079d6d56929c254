/** Whole lines appended to a file that others may rename, delete, truncate or append to as well. */
import { Buffer } from "node:buffer";
import { concatBytes, equalBytes } from "../bytes.ts";
import { type AppendFile, type FilePosition, openAppendFile, positionOf } from "./append_file.ts";
import { pause } from "./pause.ts";
import { LineEncoder } from "./line_encoder.ts";
import { SinkError } from "./sink_error.ts";
import { countLines, writeAll } from "./write_all.ts";

/** Bytes that {@linkcode FileSink.lastLineWith} looks back: more than is written between cursors. */
const MAX_LOOK_BACK = 4 * 1024 * 1024;

/** Bytes of a half line by which it is known again. */
const TORN_TAIL = 256;

/** Milliseconds after which an unfinished line counts as torn, and how often it may still grow. */
const TORN_PAUSE = 2;
const MAX_LOOKS = 50;

/** Codes of a path that came to lead to another file, or to none, while it was opened. */
const REPLACED: ReadonlySet<string> = new Set(["EAGAIN", "ENOENT"]);

/** Times that a file is opened which is replaced meanwhile: a rotator does so once. */
const MAX_OPENS = 8;

const LF = 0x0a;

const NO_BYTES = new Uint8Array(0);
const NEWLINE = Uint8Array.of(LF);

/** Codes of files that may be written to and not be made shorter. */
const NEVER_CUT: ReadonlySet<string> = new Set(["EPERM", "EACCES", "EINVAL"]);

/** Options of {@linkcode FileSink}. */
export interface FileSinkOptions {
  /** Opens the file; for tests. @default {openAppendFile} */
  readonly open?: (path: string) => AppendFile;
}

/**
 * Appends batches of lines, one write each. Before each batch it looks whether the path still leads
 * to the open file and opens it anew if not, so that logrotate needs no `copytruncate`.
 */
export class FileSink {
  readonly path: string;
  readonly #open: (path: string) => AppendFile;
  readonly #encoder = new LineEncoder();
  #file: AppendFile | undefined;
  #dev = 0;
  #ino = 0;
  /** Size after our last write: while nobody else appends, the file is known to end in a newline. */
  #end = -1;
  /** The half line of a write that failed and could not be cut off again. */
  #torn: (FilePosition & { readonly whole: number; readonly tail: Uint8Array }) | undefined;

  constructor(path: string, { open = openAppendFile }: FileSinkOptions = {}) {
    this.path = path;
    this.#open = open;
  }

  /** Opens the file now rather than at the first line, to fail early. @throws {SinkError} */
  open(): void {
    this.#current();
  }

  /**
   * Appends `lines`, none of which may hold a newline. A torn line that a crashed writer left at the
   * end is ended first.
   *
   * When it fails, what was written of the batch is cut off again. Where that cannot be, because
   * another process has appended since, `written` of the error tells how many lines are whole.
   *
   * @throws {SinkError} when the system refuses.
   * @throws {TypeError} for a line with a newline in it, which would be two.
   */
  append(lines: readonly string[]): void {
    if (lines.length === 0) return;
    if (lines.some((line) => line.includes("\n"))) throw new TypeError("a line holds a newline");
    this.appendBytes(this.#encoder.encode("", lines));
  }

  /** As {@linkcode FileSink.append}: `lines` is UTF-8 of whole lines, each with its newline. */
  appendBytes(lines: Uint8Array): void {
    const { file, size: before } = this.#current();
    const size = this.#cutTorn(file, before);
    const head = this.#endsWhole(file, size) ? NO_BYTES : NEWLINE;
    const batch = head.length === 0 ? lines : concatBytes(head, lines);
    const { written, error } = writeAll((bytes) => file.write(bytes), batch);
    if (written === batch.length) {
      this.#end = size + written;
      return;
    }
    const left = takeBack(file, size, written);
    // Of a line that lacks but its newline the next batch makes a whole one.
    const end = left === "none" ? 0 : left === "last" ? written + 1 : written;
    if (left === "last" && batch[written] !== LF) {
      const whole = size + batch.lastIndexOf(LF, written - 1) + 1;
      const tail = batch.slice(Math.max(0, written - TORN_TAIL), written);
      this.#torn = { dev: this.#dev, ino: this.#ino, size: size + written, whole, tail };
    }
    // A file that failed once is opened anew: after EIO the old handle may report false success.
    this.close();
    throw new SinkError(this.path, error, countLines(batch.subarray(head.length, end)));
  }

  /** Closes the file; the next batch opens what the path then leads to (SIGHUP). */
  reopen(): void {
    this.close();
  }

  /** Waits until what was written is on the disk. @throws {SinkError} */
  sync(): void {
    this.#attempt(() => this.#file?.sync());
  }

  /** Which file is written to and how long it is. @throws {SinkError} */
  position(): FilePosition {
    const { size } = this.#current();
    return { dev: this.#dev, ino: this.#ino, size };
  }

  /**
   * The last line from byte `from` on that holds `text`, perhaps a torn one; undefined when there is
   * none. Looks at the last 4 MiB at most. @throws {SinkError}
   */
  lastLineWith(text: string, from: number): string | undefined {
    const { file, size } = this.#current();
    const start = Math.max(0, from, size - MAX_LOOK_BACK);
    const window = Buffer.alloc(Math.max(0, size - start));
    const bytes = window.subarray(0, this.#attempt(() => readAll(file, window, start)));
    const found = bytes.lastIndexOf(text);
    if (found < 0) return undefined;
    const end = bytes.indexOf(LF, found);
    return bytes.toString("utf8", bytes.lastIndexOf(LF, found) + 1, end < 0 ? bytes.length : end);
  }

  /** Closes the file. It opens again when it is needed. */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#end = -1;
    try {
      file?.close();
    } catch {
      // Every write has reported its own outcome; there is nothing left to lose.
    }
  }

  /** The file that the path leads to, and its size. */
  #current(): { file: AppendFile; size: number } {
    return this.#attempt(() => {
      const now = this.#file === undefined ? undefined : positionOf(this.path);
      if (this.#file !== undefined && now?.dev === this.#dev && now?.ino === this.#ino) {
        return { file: this.#file, size: now!.size };
      }
      this.close();
      const file = this.#openStill();
      const { dev, ino, size } = file.position();
      this.#file = file;
      this.#dev = dev;
      this.#ino = ino;
      return { file, size };
    });
  }

  /** Opens what the path leads to, also when that is another file by then. */
  #openStill(): AppendFile {
    for (let opens = 1;; opens++) {
      try {
        return this.#open(this.path);
      } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        if (!REPLACED.has(code) || opens === MAX_OPENS) throw error;
      }
    }
  }

  /** Tries again to cut a half line off; gives where the file ends. @throws {SinkError} */
  #cutTorn(file: AppendFile, size: number): number {
    const torn = this.#torn;
    if (torn === undefined) return size;
    const isSame = torn.dev === this.#dev && torn.ino === this.#ino && torn.size === size;
    try {
      // Somebody may have emptied the file, and others have written as much.
      const isThere = isSame && endsIn(file, size, torn.tail);
      if (isThere) file.truncate(torn.whole);
      this.#torn = undefined;
      return isThere ? torn.whole : size;
    } catch (error) {
      // Of a file that may only be appended to (chattr +a) nothing will ever be cut off.
      if (!NEVER_CUT.has((error as NodeJS.ErrnoException).code ?? "")) {
        this.close();
        throw new SinkError(this.path, error);
      }
      this.#torn = undefined;
      return size;
    }
  }

  /**
   * False when the file ends in a torn line. The write of another process becomes visible bit by bit,
   * so an end without a newline is torn only if it stays as it is.
   */
  #endsWhole(file: AppendFile, size: number): boolean {
    if (size === this.#end) return true;
    return this.#attempt(() => {
      for (let look = 1, end = size;; look++) {
        const last = new Uint8Array(1);
        if (end === 0 || readAll(file, last, end - 1) === 0 || last[0] === LF) return true;
        pause(TORN_PAUSE);
        const now = file.position().size;
        if (now === end || look === MAX_LOOKS) return false;
        end = now;
      }
    });
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new SinkError(this.path, error);
    }
  }
}

function endsIn(file: AppendFile, size: number, tail: Uint8Array): boolean {
  const found = new Uint8Array(tail.length);
  return readAll(file, found, size - tail.length) === tail.length && equalBytes(found, tail);
}

/** Fills `bytes` from `position` on, as far as the file goes; returns how many. */
function readAll(file: AppendFile, bytes: Uint8Array, position: number): number {
  let length = 0;
  while (length < bytes.length) {
    const count = file.read(bytes.subarray(length), position + length);
    if (count === 0) break;
    length += count;
  }
  return length;
}

/** What is left in the file of a write that failed: at its end, or before what others appended. */
type Left = "none" | "last" | "buried";

/** Cuts the `written` bytes off again that follow `start`, if they are the file's end. */
function takeBack(file: AppendFile, start: number, written: number): Left {
  if (written === 0) return "none";
  try {
    if (file.position().size !== start + written) return "buried";
    file.truncate(start);
    return "none";
  } catch {
    return "last";
  }
}
