/** Opens captures: files, plain and compressed, and pipes. */
import { openFile } from "../open_file.ts";
import { compressionOf, DecompressionError, gunzip, unzstd } from "./capture_decompress.ts";

/** The name under which standard input is opened. */
export const STDIN_PATH = "-";

/** How a capture is opened. */
export interface CaptureOptions {
  /** Ends the chunks, without an error, also while waiting for a pipe. */
  readonly signal?: AbortSignal;
}

/** Bytes that are read at a time: they stay in the processor's cache until they have been worked on. */
const CHUNK = 256 * 1024;

/** Bytes that are worked on at a time. */
const TURN = 1024 * 1024;

/** Bytes of a pipe that are read at a time: what Linux pipes hold. */
const PIPE_CHUNK = 64 * 1024;

const MAGIC_LENGTH = 4;

/** The part of an open file or of standard input that is needed here. */
interface Input {
  readonly isRegular: boolean;
  read(buffer: Uint8Array): Promise<number | null>;
  readSync(buffer: Uint8Array): number | null;
  close(): void;
}

/**
 * The bytes of the capture at `path`, decompressed when they are compressed. A chunk is valid until
 * the next is asked for. Pipes are given as they come.
 *
 * @param path of a file or a named pipe, or `-` for standard input
 * @throws {DecompressionError} when compressed data is damaged, after what is before the damage
 * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied | Error} when it cannot be read
 */
export async function* openCapture(
  path: string,
  { signal }: CaptureOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const input = await openInput(path, signal);
  if (input === undefined) return;
  try {
    let given = 0;
    for await (const chunk of readCapture(path, input, signal)) {
      if (signal?.aborted === true) return;
      yield chunk;
      given += chunk.length;
      if (given < TURN) continue;
      given = 0;
      // What is there to be read or decompressed never waits: this lets timers and signals run.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    // To a decompressor the early end looks like damage.
    if (signal?.aborted !== true) throw error;
  } finally {
    input.close();
  }
}

async function* readCapture(
  path: string,
  input: Input,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const chunks = readChunks(input, signal);
  const start = await startOf(chunks);
  const whole = startingWith(start, chunks);
  switch (compressionOf(start)) {
    case "gzip":
      yield* input.isRegular && path !== STDIN_PATH
        ? gunzipFile(path, whole, signal)
        : gunzip(whole);
      break;
    case "zstd":
      yield* unzstd(whole);
      break;
    case undefined:
      yield* whole;
      break;
  }
}

/** @returns undefined when `signal` came before the other end of a pipe */
async function openInput(path: string, signal?: AbortSignal): Promise<Input | undefined> {
  if (path === STDIN_PATH) {
    const { fstatSync } = await import("node:fs");
    const { stdin } = Deno;
    return {
      isRegular: fstatSync(0).isFile(),
      read: (buffer) => stdin.read(buffer),
      readSync: (buffer) => stdin.readSync(buffer),
      close: () => {},
    };
  }
  const file = await openFile(path, { read: true }, signal);
  if (file === undefined) return undefined;
  const { isFile } = await file.stat();
  return {
    isRegular: isFile,
    read: (buffer) => file.read(buffer),
    readSync: (buffer) => file.readSync(buffer),
    close: () => file.close(),
  };
}

function readChunks(
  input: Input,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  return input.isRegular ? readFile(input, signal) : readPipe(input, signal);
}

/** Blocking reads, which cost least; a file does not keep one waiting. */
async function* readFile(
  input: Input,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const buffer = new Uint8Array(CHUNK);
  while (signal?.aborted !== true) {
    const length = input.readSync(buffer);
    if (length === null) return;
    yield buffer.subarray(0, length);
  }
}

/** Reads one chunk ahead, so that the pipe is emptied while the last chunk is worked on. */
async function* readPipe(
  input: Input,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  let stop = () => {};
  const onAbort = () => stop();
  signal?.addEventListener("abort", onAbort);
  const startReading = (buffer: Uint8Array) => {
    const reading = input.read(buffer);
    // It fails when the input is closed, and then nobody may be waiting for it any more.
    reading.catch(() => {});
    return reading;
  };
  let current = new Uint8Array(PIPE_CHUNK);
  let other = new Uint8Array(PIPE_CHUNK);
  try {
    let reading = startReading(current);
    while (signal?.aborted !== true) {
      const length = await new Promise<number | null>((resolve, reject) => {
        stop = () => resolve(null);
        reading.then(resolve, reject);
      });
      if (length === null) return;
      reading = startReading(other);
      yield current.subarray(0, length);
      [current, other] = [other, current];
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The first chunk, or a copy of several when it is shorter than a magic number. */
async function startOf(chunks: AsyncGenerator<Uint8Array, void>): Promise<Uint8Array> {
  let start = new Uint8Array(0);
  while (start.length < MAGIC_LENGTH) {
    const { value, done } = await chunks.next();
    if (done) break;
    if (start.length === 0 && value.length >= MAGIC_LENGTH) return value;
    const longer = new Uint8Array(start.length + value.length);
    longer.set(start);
    longer.set(value, start.length);
    start = longer;
  }
  return start;
}

async function* startingWith(
  start: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  if (start.length > 0) yield start;
  yield* rest;
}

/**
 * Decompresses a file and, when it is damaged, reads it once more: slowly where the damage is, so that
 * all that comes before it comes out.
 */
async function* gunzipFile(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  let given = 0;
  try {
    for await (const chunk of gunzip(chunks)) {
      given += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof DecompressionError)) throw error;
    const input = await openInput(path, signal);
    if (input === undefined) return;
    try {
      let position = 0;
      for await (const chunk of gunzip(readChunks(input, signal), error.offset)) {
        const fresh = chunk.subarray(Math.max(0, given - position));
        position += chunk.length;
        if (fresh.length > 0) yield fresh;
      }
    } finally {
      input.close();
    }
  }
}
