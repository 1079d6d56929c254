/**
 * Lets libpcap write packets into a JavaScript array.
 *
 * `pcap_dump`, made to write savefiles, is itself a `pcap_handler`: given to `pcap_dispatch` as the
 * callback it writes a whole batch without a call into JavaScript for each packet. Its `FILE` is
 * /dev/null, and the buffer that stdio fills first is ours.
 */
import { CaptureError } from "./capture_error.ts";
import { cString } from "./c_text.ts";
import { type Handle, type Libpcap, textAt } from "./libpcap_library.ts";

/** Bytes of the array; only what a batch fills of it is ever touched. */
const SIZE = 8 * 1024 * 1024;

/** More packets a call save nothing, and make the calls long. */
const MOST_RECORDS = 256;

/** pcap-savefile(5): bytes of the file header and of each record's header. */
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** pcap-savefile(5): the magic number of microsecond files, as written in native byte order. */
const MAGIC = 0xa1b2c3d4;

/** stdio.h: full buffering. */
const IOFBF = 0;

/** C libraries keep at most this much of the buffer for themselves (musl: 8 bytes for ungetc). */
const MOST_RESERVED = 64;

/** An array that batches of packets are written to as savefile records, in native byte order. */
export class SavefileSink {
  /** The records of the last batch, from the start; the array is the same for all batches. */
  readonly records: Uint8Array<ArrayBuffer>;
  /** The header of a savefile with these records: 24 bytes, native byte order. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Records that fit for sure: stdio would drop a batch that outgrows the array in silence. */
  readonly capacity: number;
  readonly #pcap: Libpcap;
  readonly #handle: Handle;
  readonly #dumper: Handle;

  /** @throws {CaptureError} of kind `failed` */
  constructor(pcap: Libpcap, handle: Handle) {
    const { fopen, fclose, setvbuf, pcap_dump_fopen, pcap_snapshot } = pcap.symbols;
    const longest = RECORD_HEADER + pcap_snapshot(handle);
    const buffer = new Uint8Array(Math.max(SIZE, MOST_RESERVED + longest));
    const file = fopen(cString("/dev/null"), cString("w"));
    if (file === null) throw new CaptureError("failed", "cannot open /dev/null for writing");
    if (setvbuf(file, buffer, IOFBF, BigInt(buffer.length)) !== 0) {
      fclose(file);
      throw new CaptureError("failed", "the C library refuses a buffer for packets");
    }
    const dumper = pcap_dump_fopen(handle, file);
    if (dumper === null) {
      const reason = textAt(pcap, pcap.symbols.pcap_geterr(handle));
      fclose(file);
      throw new CaptureError("failed", reason);
    }
    this.#pcap = pcap;
    this.#handle = handle;
    this.#dumper = dumper;
    const start = findMagic(buffer);
    if (start === undefined) {
      this.close();
      throw new CaptureError("failed", "the C library does not use the buffer given for packets");
    }
    this.header = buffer.slice(start, start + FILE_HEADER);
    this.records = buffer.subarray(start);
    this.capacity = Math.min(Math.floor(this.records.length / longest), MOST_RECORDS);
    this.#rewind();
  }

  /**
   * Takes the packets that wait, at most `capacity` of them, and returns how many records the array
   * now holds.
   *
   * @throws {CaptureError} of kind `failed` with libpcap's reason
   */
  fill(): number {
    const { pcap_dispatch, pcap_dump, pcap_geterr } = this.#pcap.symbols;
    const count = pcap_dispatch(this.#handle, this.capacity, pcap_dump, this.#dumper);
    // At once, so that stdio holds nothing that it could write at the end of the process.
    this.#rewind();
    if (count < 0) {
      throw new CaptureError("failed", textAt(this.#pcap, pcap_geterr(this.#handle)));
    }
    if (count > this.capacity) {
      throw new CaptureError(
        "failed",
        `libpcap gave ${count} packets, ${this.capacity} were asked for`,
      );
    }
    return count;
  }

  /** To be called before the handle is closed; the sink is of no use afterwards. */
  close(): void {
    this.#pcap.symbols.pcap_dump_close(this.#dumper);
  }

  /** stdio hands its buffer to /dev/null and starts from its beginning again. */
  #rewind(): void {
    if (this.#pcap.symbols.pcap_dump_flush(this.#dumper) !== 0) {
      throw new CaptureError("failed", "the buffer for packets cannot be rewound");
    }
  }
}

/** Where in `buffer` the savefile header was written. */
function findMagic(buffer: Uint8Array<ArrayBuffer>): number | undefined {
  const words = new Uint32Array(buffer.buffer, 0, MOST_RESERVED / 4);
  const index = words.indexOf(MAGIC);
  return index < 0 ? undefined : index * 4;
}
