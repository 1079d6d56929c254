/** All flows under way, found by a packet's endpoints; bounded, the longest idle go first. */
import type { Packet } from "../net/packet.ts";
import { Flow } from "./flow.ts";
import {
  A_ADDRESS,
  B_ADDRESS,
  CHAIN,
  FIRST,
  HASH,
  KIND,
  LAST,
  NEWER,
  OLDER,
  PORTS,
  RECORD_WORDS,
} from "./flow_record.ts";

/** Called with the record of a flow that leaves the table, which the next flow may take. */
export type FlowEnd = (record: number) => void;

/** Multipliers of a 32-bit mixing step (the golden ratio, and MurmurHash3's finaliser). */
const MIX = 0x9e3779b1;
const FINAL = 0x85ebca6b;

/** No record. Links hold the number behind a record's, so that an array of zeros has none. */
const NONE = -1;

/** A hash table over packets' endpoints, in the order of the last packet. */
export class FlowTable {
  /** The packet that was looked up last went from endpoint A to B. */
  fromA = false;
  /** It is the first of its flow. */
  fresh = false;
  /** Flows that there ever were. */
  started = 0;
  /** Flows now, and the most there were at a time. */
  size = 0;
  highWater = 0;
  /** Flows that had to make room. */
  evicted = 0;
  /** The records, see flow_record.ts; and the same memory as doubles. */
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** Flows for which there is more than a record, by number of the record. */
  readonly #flows: (Flow | undefined)[] = [];
  readonly #glance = new Flow(this, 0);
  /** First record of each bucket, plus 1. */
  readonly #buckets: Int32Array;
  readonly #max: number;
  /** Keeps senders from choosing endpoints that fall into one bucket. */
  readonly #seed = crypto.getRandomValues(new Int32Array(1))[0]!;
  readonly #onEnd: FlowEnd;
  #oldest = NONE;
  #newest = NONE;
  /** Records that were freed, chained. */
  #free = NONE;

  /** @param max flows at a time */
  constructor(max: number, onEnd: FlowEnd) {
    // The system gives memory to the pages of these as they are used.
    const memory = new ArrayBuffer(4 * RECORD_WORDS * max);
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
    this.#buckets = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(16, max))));
    this.#max = max;
    this.#onEnd = onEnd;
  }

  /** Place of the record of `packet`'s flow, a new one where there is none; sets `fromA`, `fresh`. */
  find(packet: Packet): number {
    const { bytes, sourceOffset, destinationOffset, addressLength } = packet;
    const last = addressLength - 4;
    const s3 = word(bytes, sourceOffset + last);
    const d3 = word(bytes, destinationOffset + last);
    const sPort = packet.sourcePort;
    const dPort = packet.destinationPort;
    // Any total order will do; it need not be the numeric one.
    const fromA = this.fromA = s3 !== d3
      ? s3 < d3
      : sPort !== dPort
      ? sPort < dPort
      : addressLength === 4 || isLower(bytes, sourceOffset, destinationOffset);
    const kind = packet.ipVersion << 8 | packet.protocol;
    const ports = fromA ? sPort << 16 | dPort : dPort << 16 | sPort;
    const a = fromA ? sourceOffset : destinationOffset;
    const b = fromA ? destinationOffset : sourceOffset;
    const a3 = fromA ? s3 : d3;
    const b3 = fromA ? d3 : s3;
    // Packets come in trains.
    const newest = this.#newest;
    if (newest >= 0 && this.#isBetween(newest, kind, ports, a3, b3, bytes, a, b)) {
      this.fresh = false;
      return newest;
    }
    let hash = mix(this.#seed ^ kind, a3, b3, ports);
    if (addressLength !== 4) {
      hash = mix(hash, word(bytes, a), word(bytes, a + 4), word(bytes, a + 8));
      hash = mix(hash, word(bytes, b), word(bytes, b + 4), word(bytes, b + 8));
    }
    const { words } = this;
    const bucket = hash & (this.#buckets.length - 1);
    for (let at = this.#buckets[bucket]! - 1; at >= 0; at = words[at + CHAIN]! - 1) {
      if (words[at + HASH] !== hash) continue;
      if (!this.#isBetween(at, kind, ports, a3, b3, bytes, a, b)) continue;
      this.fresh = false;
      this.#unlink(at);
      this.#append(at);
      return at;
    }
    this.fresh = true;
    this.started++;
    const at = this.#claim();
    words.fill(0, at, at + RECORD_WORDS);
    for (let index = 0; index < last; index += 4) {
      words[at + A_ADDRESS + (index >> 2)] = word(bytes, a + index);
      words[at + B_ADDRESS + (index >> 2)] = word(bytes, b + index);
    }
    words[at + A_ADDRESS + 3] = a3;
    words[at + B_ADDRESS + 3] = b3;
    words[at + PORTS] = ports;
    words[at + KIND] = kind;
    words[at + HASH] = hash;
    this.doubles[at + FIRST >> 1] = this.doubles[at + LAST >> 1] = packet.micros;
    words[at + CHAIN] = this.#buckets[bucket]!;
    this.#buckets[bucket] = at + 1;
    this.#append(at);
    return at;
  }

  /** The flow of a record: what {@linkcode keep} was given, else one for the moment. */
  flow(at: number): Flow {
    return this.#flows[at / RECORD_WORDS] ?? new Flow(this, at);
  }

  /** As {@linkcode flow}, to look at now and not later: the same object may be another flow by then. */
  glance(at: number): Flow {
    return this.#flows[at / RECORD_WORDS] ?? this.#glance.moveTo(at);
  }

  /** The flow that was given to {@linkcode keep}. */
  kept(at: number): Flow | undefined {
    return this.#flows[at / RECORD_WORDS];
  }

  /** Has {@linkcode flow} give this one, until it leaves the table or is forgotten. */
  keep(flow: Flow): void {
    this.#flows[flow.record / RECORD_WORDS] = flow;
  }

  /** Undoes {@linkcode keep}. */
  forget(flow: Flow): void {
    this.#flows[flow.record / RECORD_WORDS] = undefined;
  }

  /** Ends the flows whose last packet was before `micros`. */
  expire(micros: number): void {
    while (this.#oldest >= 0 && this.doubles[this.#oldest + LAST >> 1]! < micros) {
      this.remove(this.#oldest);
    }
  }

  /** Ends all flows, the longest idle first. */
  clear(): void {
    while (this.#oldest >= 0) this.remove(this.#oldest);
  }

  /** Ends a flow: its endpoints may start a new one. */
  remove(at: number): void {
    this.#unchain(at);
    this.#unlink(at);
    this.size--;
    this.#onEnd(at);
    this.#flows[at / RECORD_WORDS] = undefined;
    this.words[at + CHAIN] = this.#free + 1;
    this.#free = at;
  }

  /** True when the record at `at` is of the flow between the addresses at `a` and `b` of `bytes`. */
  #isBetween(
    at: number,
    kind: number,
    ports: number,
    a3: number,
    b3: number,
    bytes: Uint8Array,
    a: number,
    b: number,
  ): boolean {
    const { words } = this;
    if (
      words[at + PORTS] !== ports || words[at + KIND] !== kind ||
      words[at + A_ADDRESS + 3] !== a3 || words[at + B_ADDRESS + 3] !== b3
    ) return false;
    return kind >> 8 === 4 ||
      words[at + A_ADDRESS] === word(bytes, a) &&
        words[at + A_ADDRESS + 1] === word(bytes, a + 4) &&
        words[at + A_ADDRESS + 2] === word(bytes, a + 8) &&
        words[at + B_ADDRESS] === word(bytes, b) &&
        words[at + B_ADDRESS + 1] === word(bytes, b + 4) &&
        words[at + B_ADDRESS + 2] === word(bytes, b + 8);
  }

  /** A free record; the longest idle flow makes room. */
  #claim(): number {
    if (this.size >= this.#max) {
      this.evicted++;
      this.remove(this.#oldest);
    }
    this.size++;
    if (this.size > this.highWater) this.highWater = this.size;
    const at = this.#free;
    if (at < 0) return RECORD_WORDS * (this.#flows.push(undefined) - 1);
    this.#free = this.words[at + CHAIN]! - 1;
    return at;
  }

  #unchain(at: number): void {
    const { words } = this;
    const bucket = words[at + HASH]! & (this.#buckets.length - 1);
    const next = words[at + CHAIN]!;
    let other = this.#buckets[bucket]! - 1;
    if (other === at) {
      this.#buckets[bucket] = next;
      return;
    }
    while (words[other + CHAIN] !== at + 1) other = words[other + CHAIN]! - 1;
    words[other + CHAIN] = next;
  }

  #append(at: number): void {
    const { words } = this;
    words[at + OLDER] = this.#newest;
    words[at + NEWER] = NONE;
    if (this.#newest < 0) this.#oldest = at;
    else words[this.#newest + NEWER] = at;
    this.#newest = at;
  }

  #unlink(at: number): void {
    const { words } = this;
    const older = words[at + OLDER]!;
    const newer = words[at + NEWER]!;
    if (older < 0) this.#oldest = newer;
    else words[older + NEWER] = newer;
    if (newer < 0) this.#newest = older;
    else words[newer + OLDER] = older;
  }
}

function word(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! << 24 | bytes[offset + 1]! << 16 | bytes[offset + 2]! << 8 |
    bytes[offset + 3]!;
}

/** Compares the first three words of two IPv6 addresses, of which the first may also be the second. */
function isLower(bytes: Uint8Array, one: number, other: number): boolean {
  let at = 0;
  while (at < 8 && word(bytes, one + at) === word(bytes, other + at)) at += 4;
  return word(bytes, one + at) <= word(bytes, other + at);
}

function mix(seed: number, a: number, b: number, c: number): number {
  let hash = Math.imul(seed, MIX) ^ a;
  hash = Math.imul(hash ^ (hash >>> 15), FINAL) ^ b;
  hash = Math.imul(hash ^ (hash >>> 13), MIX) ^ c;
  hash = Math.imul(hash ^ (hash >>> 16), FINAL);
  return hash ^ (hash >>> 13);
}
