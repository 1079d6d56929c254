/** A file that is only ever appended to. */
import fs from "node:fs";
import { dirname } from "node:path";

/** Which file it is, and how long. */
export interface FilePosition {
  readonly dev: number;
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
}

/** An open file. Methods throw what the system reports. */
export interface AppendFile {
  /** Appends as much of `bytes` as the system takes; returns how many. */
  write(bytes: Uint8Array): number;
  /** Reads into `bytes` from `position` on; returns how many, 0 at the end. */
  read(bytes: Uint8Array, position: number): number;
  truncate(size: number): void;
  sync(): void;
  position(): FilePosition;
  close(): void;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = fs.constants;

/**
 * Opens or creates `path` (0640) and what directories it lacks (0750), for appending at the end also
 * when several processes write.
 *
 * @throws {Error} `ELOOP` for a symbolic link, which could point anywhere; `EINVAL` for what is no
 * regular file; what else the system reports.
 */
export function openAppendFile(path: string): AppendFile {
  // Deno.open knows no O_NOFOLLOW, and node's write hides how much it wrote before an error: the one
  // opens the file safely, the other writes, once it has proved to hold the same file.
  const fd = openOrCreate(path);
  try {
    const safe = fs.fstatSync(fd);
    if (!safe.isFile()) throw systemError("EINVAL", "not a regular file");
    const named = positionOf(path);
    refuseLink(path);
    if (named?.dev !== safe.dev || named.ino !== safe.ino) {
      throw systemError("EAGAIN", "replaced while it was opened");
    }
    const file = Deno.openSync(path, { read: true, append: true });
    const { dev, ino } = file.statSync();
    if (dev === safe.dev && ino === safe.ino) return appendFile(file);
    file.close();
    throw systemError("EAGAIN", "replaced while it was opened");
  } finally {
    fs.closeSync(fd);
  }
}

/** What `path` is now, a symbolic link not followed; undefined when there is nothing. */
export function positionOf(path: string): FilePosition | undefined {
  try {
    return positionFrom(Deno.lstatSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function appendFile(file: Deno.FsFile): AppendFile {
  return {
    write: (bytes) => file.writeSync(bytes),
    read: (bytes, position) => {
      file.seekSync(position, Deno.SeekMode.Start);
      return file.readSync(bytes) ?? 0;
    },
    truncate: (size) => file.truncateSync(size),
    sync: () => file.syncDataSync(),
    position: () => positionFrom(file.statSync()),
    close: () => file.close(),
  };
}

function positionFrom({ dev, ino, size }: Deno.FileInfo): FilePosition {
  return { dev, ino: ino ?? 0, size };
}

/** O_NONBLOCK, so that a FIFO in the file's place cannot hang us. */
function openOrCreate(path: string): number {
  refuseLink(path);
  const flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  try {
    return fs.openSync(path, flags, 0o640);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ELOOP") throw linkError();
    if (code !== "ENOENT") throw error;
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    return fs.openSync(path, flags, 0o640);
  }
}

/**
 * O_NOFOLLOW is not enough: with limited permissions the runtime resolves the path before it opens it, and
 * meets no link any more. The look before keeps a dangling link from making a file elsewhere, the one behind
 * tells for certain.
 */
function refuseLink(path: string): void {
  if (fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw linkError();
}

function linkError(): Error {
  return systemError("ELOOP", "a symbolic link is not followed");
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
