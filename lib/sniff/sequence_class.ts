/** How a host counts: the pattern in the IP identifications and sequence numbers of its SYNs. */
import { ADDRESS_WORDS, putAddress } from "./address_words.ts";
import { SlotTable } from "./slot_table.ts";

/** Patterns in a row of numbers. */
export type SequenceClass = "unknown" | "zero" | "constant" | "incremental" | "random";

/** The fields of a SYN that matter here; `Packet` has them all. */
export interface SynPacket {
  readonly bytes: Uint8Array;
  readonly sourceOffset: number;
  readonly destinationOffset: number;
  readonly addressLength: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  /** -1 in IPv6. */
  readonly ipId: number;
}

/** Bounds of {@linkcode SequenceClasses}. */
export interface SequenceClassOptions {
  /** Hosts that are remembered. */
  readonly sources?: number;
}

/** SYNs that are kept of each host. */
const SAMPLES = 8;

/** Fewer say nothing. */
const MIN_SAMPLES = 4;

const DEFAULT_SOURCES = 16384;

/** Largest step of a counter that other packets may move on between two SYNs. */
const MAX_ID_STEP = 4096;

/**
 * The same for sequence numbers: stacks that count them add 64000 for each connection (4.4BSD) or by the
 * clock, four microseconds each (RFC 9293 3.4.1), which is a million in four seconds.
 */
const MAX_ISN_STEP = 1 << 20;

/** Words of what names a SYN: destination, ports, sequence number. */
const SYN_WORDS = ADDRESS_WORDS + 2;

/**
 * Classifies hosts by their last SYNs. A SYN that is sent again is no new sample: it repeats its
 * sequence number, but takes a new IP identification.
 */
export class SequenceClasses {
  /** Classes of the source of the last packet, this packet included. */
  ipIdClass: SequenceClass = "unknown";
  isnClass: SequenceClass = "unknown";
  /** Samples behind them, at most 8. */
  ipIdSamples = 0;
  isnSamples = 0;
  readonly #table: SlotTable;
  /** SYNs of each slot since it was claimed. */
  readonly #counts: Uint32Array;
  readonly #ids: Int32Array;
  readonly #syns: Int32Array;
  readonly #syn = new Int32Array(SYN_WORDS);
  readonly #row = new Uint32Array(SAMPLES);

  constructor({ sources = DEFAULT_SOURCES }: SequenceClassOptions = {}) {
    this.#table = new SlotTable(sources, ADDRESS_WORDS);
    this.#counts = new Uint32Array(sources);
    this.#ids = new Int32Array(sources * SAMPLES);
    this.#syns = new Int32Array(sources * SAMPLES * SYN_WORDS);
  }

  /** Hosts that are remembered now; the number only grows. */
  get size(): number {
    return this.#table.size;
  }

  /** Hosts that were forgotten for others. */
  get evictions(): number {
    return this.#table.evictions;
  }

  /** Takes a SYN without ACK, and sets the classes of its source. */
  add(packet: SynPacket): void {
    const { bytes, addressLength } = packet;
    putAddress(this.#table.key, 0, bytes, packet.sourceOffset, addressLength);
    const slot = this.#table.claim();
    if (this.#table.fresh) this.#counts[slot] = 0;
    putAddress(this.#syn, 0, bytes, packet.destinationOffset, addressLength);
    this.#syn[ADDRESS_WORDS] = packet.sourcePort << 16 | packet.destinationPort;
    this.#syn[ADDRESS_WORDS + 1] = packet.sequence;
    if (!this.#isRepeated(slot)) {
      const sample = slot * SAMPLES + this.#counts[slot]! % SAMPLES;
      this.#ids[sample] = packet.ipId;
      this.#syns.set(this.#syn, sample * SYN_WORDS);
      this.#counts[slot]!++;
    }
    this.#classify(slot, packet.ipId >= 0);
  }

  #isRepeated(slot: number): boolean {
    const held = Math.min(this.#counts[slot]!, SAMPLES);
    // From the end: the sequence number, which differs most.
    for (let sample = slot * SAMPLES; sample < slot * SAMPLES + held; sample++) {
      let word = SYN_WORDS - 1;
      while (word >= 0 && this.#syns[sample * SYN_WORDS + word] === this.#syn[word]) word--;
      if (word < 0) return true;
    }
    return false;
  }

  #classify(slot: number, hasId: boolean): void {
    const count = this.#counts[slot]!;
    const held = Math.min(count, SAMPLES);
    const first = count - held;
    const row = this.#row;
    this.isnSamples = held;
    for (let index = 0; index < held; index++) {
      const sample = slot * SAMPLES + (first + index) % SAMPLES;
      row[index] = this.#syns[sample * SYN_WORDS + SYN_WORDS - 1]!;
    }
    this.isnClass = classOf(row, held, 32, MAX_ISN_STEP);
    this.ipIdSamples = hasId ? held : 0;
    for (let index = 0; index < this.ipIdSamples; index++) {
      row[index] = this.#ids[slot * SAMPLES + (first + index) % SAMPLES]!;
    }
    this.ipIdClass = classOf(row, this.ipIdSamples, 16, MAX_ID_STEP);
  }
}

/** Pattern of the first `count` of `row`, numbers of `bits` bits that wrap. */
function classOf(row: Uint32Array, count: number, bits: number, maxStep: number): SequenceClass {
  if (count < MIN_SAMPLES) return "unknown";
  let equal = true;
  let rising = true;
  for (let index = 1; index < count; index++) {
    const step = (row[index]! - row[index - 1]!) << 32 - bits >>> 32 - bits;
    if (step !== 0) equal = false;
    if (step === 0 || step > maxStep) rising = false;
  }
  if (equal) return row[0] === 0 ? "zero" : "constant";
  return rising ? "incremental" : "random";
}
