/** `--write`: a capture of the packets that gave an event. */
import { fstatSync, statSync } from "node:fs";
import { SinkError } from "../lib/event/sink_error.ts";
import { writeAll } from "../lib/event/write_all.ts";
import { PcapngWriter, wholeBlocks } from "../lib/net/pcapng_writer.ts";
import type { PacketHandler } from "../lib/net/record_parser.ts";
import { openFile } from "../lib/open_file.ts";
import { systemReason } from "../lib/system_error.ts";
import { UsageError, UserError } from "./exit_code.ts";

/** LINKTYPE_ETHERNET, for a capture that stays empty. */
const ETHERNET = 1;

/** Descriptors of the standard streams. */
const STDIN = 0;
const STDOUT = 1;

/** What the log files have: packets are nobody else's business. */
const MODE = 0o640;

/** Where to write, and whom to tell. */
export interface PacketFileOptions {
  readonly path: string;
  /** What is read, and what else is written, `-` for the standard streams: none may be the same file. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Told once, when writing fails; what was written until then stays whole. */
  readonly onFailure: (error: SinkError) => void;
}

/** A pcapng file, written anew. A failure never throws: events are worth more than packets. */
export class PacketFile implements Disposable {
  readonly path: string;
  /** True once writing has failed. Packets are dropped from then on. */
  failed = false;
  readonly #file: Deno.FsFile;
  readonly #writer = new PcapngWriter();
  readonly #onFailure: (error: SinkError) => void;
  /** Bytes of whole blocks in the file. */
  #size = 0;

  private constructor(file: Deno.FsFile, { path, onFailure }: PacketFileOptions) {
    this.#file = file;
    this.path = path;
    this.#onFailure = onFailure;
  }

  /**
   * Opens the file.
   *
   * @returns undefined when `signal` came before whoever is to read a named pipe
   * @throws {UsageError | UserError} when it cannot be opened, or should not
   */
  static async open(
    options: PacketFileOptions,
    signal: AbortSignal,
  ): Promise<PacketFile | undefined> {
    const { path, inputs, outputs } = options;
    if (inputs.some((input) => isSameFile(factsOf(input, STDIN), factsOf(path)))) {
      throw new UsageError(`--write: ${path} is to be read, and would be empty`);
    }
    if (outputs.some((output) => isSameFile(factsOf(output, STDOUT), factsOf(path)))) {
      throw new UsageError(`--write: ${path} is where events go`, "--write FILE for packets");
    }
    try {
      const how = { write: true, create: true, mode: MODE };
      const file = await openFile(path, how, signal);
      return file && new PacketFile(file, options);
    } catch (error) {
      throw new UserError(`--write: ${path}: ${systemReason(error)}`);
    }
  }

  /** Takes a packet. */
  readonly packet: PacketHandler = (bytes, offset, captured, wire, micros, linkType) => {
    if (!this.failed) this.#writer.packet(bytes, offset, captured, wire, micros, linkType);
  };

  /** Writes what was taken; what was there before goes only now, when there is something to read. */
  flush(): void {
    const bytes = this.#writer.take();
    if (this.failed) return;
    if (this.#size === 0) this.#cut();
    const { written, error } = writeAll((part) => this.#file.writeSync(part), bytes);
    this.#size += wholeBlocks(bytes, written);
    if (written < bytes.length) this.#fail(error);
  }

  /** Writes what is left to write, when no more packets will come. */
  end(): void {
    this.#writer.end(ETHERNET);
    this.flush();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #fail(error: unknown): void {
    this.failed = true;
    this.#onFailure(new SinkError(this.path, error));
    // A torn packet at the end would be damage to whoever reads the file.
    this.#cut();
  }

  #cut(): void {
    try {
      this.#file.truncateSync(this.#size);
    } catch {
      // It is no regular file.
    }
  }
}

/** What tells one file from another; undefined where there is none. */
type FileFacts = ReturnType<typeof fstatSync> | undefined;

/** @param stream descriptor that `-` stands for */
function factsOf(path: string, stream?: number): FileFacts {
  try {
    return path === "-" && stream !== undefined ? fstatSync(stream) : statSync(path);
  } catch {
    return undefined;
  }
}

function isSameFile(one: FileFacts, other: FileFacts): boolean {
  return one?.isFile() === true && one.dev === other?.dev && one.ino === other.ino;
}
