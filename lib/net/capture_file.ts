/** Reads captures, pcap or pcapng, from bytes that come in pieces of any size. */
import { isPcap, parsePcapHeader, PCAP_HEADER_LENGTH, PcapRecords } from "./pcap.ts";
import { isPcapng, PcapngBlocks } from "./pcapng.ts";
import type { KeyLogHandler, PacketHandler, RecordParser } from "./record_parser.ts";

const MAGIC_LENGTH = 4;

/**
 * Takes a capture's bytes and hands out its packets, straight from the pieces: only a record that
 * lies across two of them is copied. Never holds more than one record, and only as much of it as
 * came.
 */
export class CaptureReader {
  readonly #onPacket: PacketHandler;
  readonly #onKeyLog: KeyLogHandler | undefined;
  #parser: RecordParser | undefined;
  #damage: string | undefined;
  /** Start of a record whose rest has not come. */
  #held = new Uint8Array(0);
  #heldLength = 0;
  /** Bytes that the held record has to have for the next step. */
  #needed = MAGIC_LENGTH;
  /** Bytes of the capture before the held ones. */
  #position = 0;

  /**
   * @param onPacket called for each packet; what it throws comes out of push()
   * @param onKeyLog called for the secrets in a pcapng file
   */
  constructor(onPacket: PacketHandler, onKeyLog?: KeyLogHandler) {
    this.#onPacket = onPacket;
    this.#onKeyLog = onKeyLog;
  }

  /** Packets handed out, counting the one that is being handed out. */
  get packets(): number {
    return this.#parser?.packets ?? 0;
  }

  /** Where and why reading stopped for good; undefined while all is well. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** Takes the next bytes, which may be reused after the call. After damage they are dropped. */
  push(chunk: Uint8Array): void {
    let start = 0;
    while (this.#heldLength > 0 && this.#damage === undefined) {
      const wanted = this.#needed - this.#heldLength;
      const taken = Math.min(wanted, chunk.length - start);
      this.#hold(chunk, start, start + taken);
      start += taken;
      if (taken < wanted) return;
      // Exactly a record is held, or as much of it as tells its length: all of it goes or nothing.
      if (this.#consume(this.#held, 0, this.#heldLength) > 0) this.#heldLength = 0;
    }
    if (this.#damage !== undefined) return;
    const used = this.#consume(chunk, start, chunk.length);
    if (this.#damage === undefined) this.#hold(chunk, used, chunk.length);
  }

  /** Tells that no more bytes will come. */
  end(): void {
    if (this.#damage !== undefined) return;
    if (this.#heldLength > 0) {
      this.#damage = `offset ${this.#position}: cut off after ${this.#heldLength} bytes, where ` +
        `${this.#needed} or more should be`;
    } else if (this.#parser === undefined) {
      this.#damage = "offset 0: the capture is empty";
    }
  }

  /** Reads whole records and gives the offset where it stopped. */
  #consume(bytes: Uint8Array, start: number, end: number): number {
    let offset = start;
    if (this.#parser === undefined) offset = this.#recognise(bytes, start, end);
    const parser = this.#parser;
    if (parser !== undefined) {
      offset = parser.consume(bytes, offset, end);
      this.#needed = parser.needed;
    }
    this.#position += offset - start;
    if (parser?.fault !== undefined) this.#damage = `offset ${this.#position}: ${parser.fault}`;
    return offset;
  }

  /** Finds the format as soon as enough bytes are there; gives where its records start. */
  #recognise(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length < MAGIC_LENGTH) return start;
    if (isPcapng(bytes, start)) {
      this.#parser = new PcapngBlocks(this.#onPacket, this.#onKeyLog);
    } else if (!isPcap(bytes, start)) {
      this.#damage = "offset 0: neither pcap nor pcapng";
    } else if (length < PCAP_HEADER_LENGTH) {
      this.#needed = PCAP_HEADER_LENGTH;
    } else {
      const format = parsePcapHeader(bytes, start);
      if (typeof format === "string") this.#damage = `offset 0: ${format}`;
      else {
        this.#parser = new PcapRecords(format, this.#onPacket);
        return start + PCAP_HEADER_LENGTH;
      }
    }
    return start;
  }

  /** Keeps a copy, in memory that grows with what came and not with what was announced. */
  #hold(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#heldLength + end - start;
    if (length > this.#held.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#held.length, 2048));
      grown.set(this.#held.subarray(0, this.#heldLength));
      this.#held = grown;
    }
    this.#held.set(chunk.subarray(start, end), this.#heldLength);
    this.#heldLength = length;
  }
}
