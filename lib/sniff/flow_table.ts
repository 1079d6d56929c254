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
    let s0 = 0, s1 = 0, s2 = 0, d0 = 0, d1 = 0, d2 = 0;
    const s3 = word(bytes, sourceOffset + addressLength - 4);
    const d3 = word(bytes, destinationOffset + addressLength - 4);
    const isV4 = addressLength === 4;
    if (!isV4) {
      s0 = word(bytes, sourceOffset);
      s1 = word(bytes, sourceOffset + 4);
      s2 = word(bytes, sourceOffset + 8);
      d0 = word(bytes, destinationOffset);
      d1 = word(bytes, destinationOffset + 4);
      d2 = word(bytes, destinationOffset + 8);
    }
    const sPort = packet.sourcePort;
    const dPort = packet.destinationPort;
    // Any total order will do; it need not be the numeric one.
    const order = s0 - d0 || s1 - d1 || s2 - d2 || s3 - d3 || sPort - dPort;
    const fromA = this.fromA = order <= 0;
    const kind = packet.ipVersion << 8 | packet.protocol;
    const ports = fromA ? sPort << 16 | dPort : dPort << 16 | sPort;
    const a3 = fromA ? s3 : d3;
    const b3 = fromA ? d3 : s3;
    let hash = mix(this.#seed ^ kind, a3, b3, ports);
    if (!isV4) {
      hash = fromA ? mix(hash, s0, s1, s2) : mix(hash, d0, d1, d2);
      hash = fromA ? mix(hash, d0, d1, d2) : mix(hash, s0, s1, s2);
    }
    const { words } = this;
    const bucket = hash & (this.#buckets.length - 1);
    for (let at = this.#buckets[bucket]! - 1; at >= 0; at = words[at + CHAIN]! - 1) {
      if (
        words[at + HASH] !== hash || words[at + PORTS] !== ports || words[at + KIND] !== kind ||
        words[at + A_ADDRESS + 3] !== a3 || words[at + B_ADDRESS + 3] !== b3
      ) continue;
      if (!isV4) {
        const s = at + (fromA ? A_ADDRESS : B_ADDRESS);
        const d = at + (fromA ? B_ADDRESS : A_ADDRESS);
        if (
          words[s] !== s0 || words[s + 1] !== s1 || words[s + 2] !== s2 ||
          words[d] !== d0 || words[d + 1] !== d1 || words[d + 2] !== d2
        ) continue;
      }
      this.fresh = false;
      if (at !== this.#newest) {
        this.#unlink(at);
        this.#append(at);
      }
      return at;
    }
    this.fresh = true;
    this.started++;
    const at = this.#claim();
    const s = at + (fromA ? A_ADDRESS : B_ADDRESS);
    const d = at + (fromA ? B_ADDRESS : A_ADDRESS);
    words[s] = s0, words[s + 1] = s1, words[s + 2] = s2, words[s + 3] = s3;
    words[d] = d0, words[d + 1] = d1, words[d + 2] = d2, words[d + 3] = d3;
    words[at + PORTS] = ports;
    words[at + KIND] = kind;
    words[at + HASH] = hash;
    words.fill(0, at + LAST, at + RECORD_WORDS);
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

function mix(seed: number, a: number, b: number, c: number): number {
  let hash = Math.imul(seed, MIX) ^ a;
  hash = Math.imul(hash ^ (hash >>> 15), FINAL) ^ b;
  hash = Math.imul(hash ^ (hash >>> 13), MIX) ^ c;
  hash = Math.imul(hash ^ (hash >>> 16), FINAL);
  return hash ^ (hash >>> 13);
}
