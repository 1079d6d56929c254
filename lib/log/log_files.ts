/** The file system as readers of logs need it. */
import { errorCode, systemReason } from "../system_error.ts";
import { firstNonNul, HEAD_SIZE } from "./signature.ts";

/** Which file it is, while it exists. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** What the system tells about a file. */
export interface FileFacts extends FileIdentity {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch of the last change of its content. */
  readonly modified: number;
  readonly type: "file" | "folder" | "other";
}

/** An open file. Methods throw {@linkcode LogFileError}. */
export interface LogFile {
  /** Reads into `bytes` from `position` on; returns how many, 0 at the end. */
  read(bytes: Uint8Array, position: number): number;
  facts(): FileFacts;
  close(): void;
}

/** The file system. Methods throw {@linkcode LogFileError}; symbolic links are followed. */
export interface LogFiles {
  /** What `path` leads to; undefined when there is nothing. */
  facts(path: string): FileFacts | undefined;
  /** Names in a folder, in any order; none when there is no such folder. */
  names(folder: string): string[];
  /** `path` without symbolic links; as it is when it leads nowhere. */
  realPath(path: string): string;
  /** Opens a regular file for reading. */
  open(path: string): LogFile;
}

/** The system refused. */
export class LogFileError extends Error {
  override readonly name = "LogFileError";
  readonly path: string;
  /** Name of the system's error, such as `EACCES`; the error's own name when there is none. */
  readonly code: string;
  /** What the system says, without the path. */
  readonly reason: string;

  constructor(path: string, code: string, cause?: unknown) {
    const reason = cause === undefined ? code : systemReason(cause);
    super(`${path}: ${reason}`, { cause });
    this.path = path;
    this.reason = reason;
    this.code = code;
  }
}

/** True when both are the same file. */
export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** Fills `bytes` from `position` on, as far as the file goes; returns how many. */
export function readFully(file: LogFile, bytes: Uint8Array, position: number): number {
  let length = 0;
  while (length < bytes.length) {
    const rest = length === 0 ? bytes : bytes.subarray(length);
    const count = file.read(rest, position + length);
    if (count === 0) break;
    length += count;
  }
  return length;
}

/** Bytes that are searched at a time for the head of a file. */
const HEAD_BLOCK = 64 * 1024;

/** The head of `file`, see {@linkcode HEAD_SIZE}, as far as it is before `end`. */
export function headOfFile(file: LogFile, end: number): Uint8Array {
  const block = new Uint8Array(Math.min(HEAD_BLOCK, end));
  for (let start = 0; start < end;) {
    const length = readFully(file, block.subarray(0, end - start), start);
    const first = firstNonNul(block.subarray(0, length));
    if (first === length && length > 0) {
      start += length;
      continue;
    }
    const head = new Uint8Array(Math.min(HEAD_SIZE, end - start - first));
    return head.subarray(0, readFully(file, head, start + first));
  }
  return new Uint8Array(0);
}

/** The file system of this machine. */
export const REAL_FILES: LogFiles = {
  facts: (path) => attempt(path, () => orNothing(() => factsFrom(Deno.statSync(path)), undefined)),
  names: (folder) =>
    attempt(folder, () => orNothing(() => [...Deno.readDirSync(folder)].map(nameOf), [])),
  realPath: (path) => attempt(path, () => orNothing(() => Deno.realPathSync(path), path)),
  open: (path) => {
    // A FIFO in the file's place would hang us, so this is asked first.
    assertRegular(path, attempt(path, () => factsFrom(Deno.statSync(path))));
    const file = openedFile(path, attempt(path, () => Deno.openSync(path)));
    assertRegular(path, file.facts());
    return file;
  },
};

function openedFile(path: string, file: Deno.FsFile): LogFile {
  return {
    read: (bytes, position) => attempt(path, () => readAt(file, bytes, position)),
    facts: () => attempt(path, () => factsFrom(file.statSync())),
    close: () => file.close(),
  };
}

function readAt(file: Deno.FsFile, bytes: Uint8Array, position: number): number {
  while (true) {
    try {
      file.seekSync(position, Deno.SeekMode.Start);
      return file.readSync(bytes) ?? 0;
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted)) throw error;
    }
  }
}

function assertRegular(path: string, { type }: FileFacts): void {
  if (type === "folder") throw new LogFileError(path, "EISDIR", new Error("a directory"));
  if (type === "other") throw new LogFileError(path, "EINVAL", new Error("not a regular file"));
}

function factsFrom({ dev, ino, size, mtime, isFile, isDirectory }: Deno.FileInfo): FileFacts {
  const type = isFile ? "file" : isDirectory ? "folder" : "other";
  return { dev, ino: ino ?? 0, size, modified: mtime?.getTime() ?? 0, type };
}

function nameOf({ name }: Deno.DirEntry): string {
  return name;
}

function orNothing<T>(action: () => T, nothing: T): T {
  try {
    return action();
  } catch (error) {
    const isNothing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (isNothing) return nothing;
    throw error;
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new LogFileError(path, errorCode(error), error);
  }
}
