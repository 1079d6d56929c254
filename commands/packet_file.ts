/** `--write`: a capture of the packets that gave an event. */
import { SinkError } from "../lib/event/sink_error.ts";
import { writeAll } from "../lib/event/write_all.ts";
import { PcapngWriter, wholeBlocks } from "../lib/net/pcapng_writer.ts";
import type { PacketHandler } from "../lib/net/record_parser.ts";
import { systemReason } from "../lib/system_error.ts";
import { UsageError, UserError } from "./exit_code.ts";

/** LINKTYPE_ETHERNET, for a capture that stays empty. */
const ETHERNET = 1;

/** What the log files have: packets are nobody else's business. */
const MODE = 0o640;

/** Where to write, and whom to tell. */
export interface PacketFileOptions {
  readonly path: string;
  /** Captures that are read, which must not be the same file. */
  readonly inputs: readonly string[];
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

  /** @throws {UsageError | UserError} when it cannot be opened, or should not */
  constructor({ path, inputs, onFailure }: PacketFileOptions) {
    this.path = path;
    this.#onFailure = onFailure;
    if (inputs.some((input) => isSameFile(input, path))) {
      throw new UsageError(`--write: ${path} is to be read, and would be empty`);
    }
    try {
      this.#file = Deno.openSync(path, { write: true, create: true, mode: MODE });
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

function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [Deno.statSync(one), Deno.statSync(other)];
    return a.isFile && a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
