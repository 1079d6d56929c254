/** MaxMind DB files: a trie from the bits of addresses to records, read by mmdb-lib, which is loaded at the first file. */
import { Buffer } from "node:buffer";
import type { Reader, Response } from "mmdb-lib";

/** A database of networks. A damaged file gives no records; it makes nothing fail. */
export class Mmdb {
  readonly #reader: Reader<Response>;

  private constructor(reader: Reader<Response>) {
    this.#reader = reader;
  }

  /** The database in `bytes`; undefined when it is none. */
  static async open(bytes: Uint8Array): Promise<Mmdb | undefined> {
    const { Reader } = await import("./mmdb_reader.ts");
    try {
      // The library wants a Buffer by its class; this one shares the memory.
      return new Mmdb(new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)));
    } catch {
      return undefined;
    }
  }

  /** The record of the network that `address` is in; undefined when there is none. */
  get(address: string): unknown {
    try {
      return this.#reader.get(address) ?? undefined;
    } catch {
      return undefined;
    }
  }
}
