/** All flows under way, found by a packet's endpoints; bounded, the longest idle go first. */
import type { Packet } from "../net/packet.ts";
import { Flow } from "./flow.ts";

/** Called with a flow that leaves the table. */
export type FlowEnd = (flow: Flow) => void;

/** Multipliers of a 32-bit mixing step (the golden ratio, and MurmurHash3's finaliser). */
const MIX = 0x9e3779b1;
const FINAL = 0x85ebca6b;

/** What V8 keeps in a field without allocating. */
const SMALL_INTEGER = 0x3fff_ffff;

/** A hash table over packets' endpoints, in the order of the last packet. */
export class FlowTable {
  /** True when the packet that was looked up last went from endpoint A to B. */
  fromA = false;
  /** Most flows that there were at a time. */
  highWater = 0;
  /** Flows that had to make room. */
  evicted = 0;
  size = 0;
  readonly #buckets: (Flow | undefined)[];
  readonly #mask: number;
  readonly #max: number;
  /** Keeps senders from choosing endpoints that fall into one bucket. */
  readonly #seed = crypto.getRandomValues(new Int32Array(1))[0]!;
  readonly #onEnd: FlowEnd;
  #oldest: Flow | undefined;
  #newest: Flow | undefined;

  /** @param max flows at a time */
  constructor(max: number, onEnd: FlowEnd) {
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(16, max)));
    this.#buckets = new Array<Flow | undefined>(buckets).fill(undefined);
    this.#mask = buckets - 1;
    this.#max = max;
    this.#onEnd = onEnd;
  }

  /** The flow of `packet`, a new one where there is none; {@linkcode fromA} tells the direction. */
  find(packet: Packet): Flow {
    const { bytes, sourceOffset, destinationOffset } = packet;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, d0 = 0, d1 = 0, d2 = 0, d3 = 0;
    if (packet.addressLength === 4) {
      s3 = word(bytes, sourceOffset);
      d3 = word(bytes, destinationOffset);
    } else {
      s0 = word(bytes, sourceOffset);
      s1 = word(bytes, sourceOffset + 4);
      s2 = word(bytes, sourceOffset + 8);
      s3 = word(bytes, sourceOffset + 12);
      d0 = word(bytes, destinationOffset);
      d1 = word(bytes, destinationOffset + 4);
      d2 = word(bytes, destinationOffset + 8);
      d3 = word(bytes, destinationOffset + 12);
    }
    const sPort = packet.sourcePort;
    const dPort = packet.destinationPort;
    // Any total order will do; it need not be the numeric one.
    const order = s0 - d0 || s1 - d1 || s2 - d2 || s3 - d3 || sPort - dPort;
    const fromA = this.fromA = order <= 0;
    let seed = this.#seed ^ packet.protocol;
    if (packet.addressLength !== 4) {
      seed = fromA ? mix(seed, s0, s1, s2, 0) : mix(seed, d0, d1, d2, 0);
      seed = fromA ? mix(seed, d0, d1, d2, 0) : mix(seed, s0, s1, s2, 0);
    }
    const hash =
      (fromA
        ? mix(seed, s3, d3, sPort << 16 | dPort, this.#seed)
        : mix(seed, d3, s3, dPort << 16 | sPort, this.#seed)) & SMALL_INTEGER;
    const bucket = hash & this.#mask;
    for (let flow = this.#buckets[bucket]; flow !== undefined; flow = flow.chain) {
      if (flow.hash !== hash || flow.protocol !== packet.protocol) continue;
      if (flow.family !== packet.ipVersion) continue;
      const same = fromA
        ? flow.a3 === s3 && flow.b3 === d3 && flow.aPort === sPort && flow.bPort === dPort &&
          flow.a0 === s0 && flow.a1 === s1 && flow.a2 === s2 &&
          flow.b0 === d0 && flow.b1 === d1 && flow.b2 === d2
        : flow.a3 === d3 && flow.b3 === s3 && flow.aPort === dPort && flow.bPort === sPort &&
          flow.a0 === d0 && flow.a1 === d1 && flow.a2 === d2 &&
          flow.b0 === s0 && flow.b1 === s1 && flow.b2 === s2;
      if (same) {
        if (flow !== this.#newest) this.#refresh(flow);
        return flow;
      }
    }
    const flow = new Flow();
    flow.family = packet.ipVersion;
    flow.protocol = packet.protocol;
    flow.hash = hash;
    flow.firstMicros = packet.micros;
    if (fromA) {
      flow.a0 = s0, flow.a1 = s1, flow.a2 = s2, flow.a3 = s3, flow.aPort = sPort;
      flow.b0 = d0, flow.b1 = d1, flow.b2 = d2, flow.b3 = d3, flow.bPort = dPort;
    } else {
      flow.a0 = d0, flow.a1 = d1, flow.a2 = d2, flow.a3 = d3, flow.aPort = dPort;
      flow.b0 = s0, flow.b1 = s1, flow.b2 = s2, flow.b3 = s3, flow.bPort = sPort;
    }
    this.#add(flow, bucket);
    return flow;
  }

  /** Ends the flows whose last packet was before `micros`. */
  expire(micros: number): void {
    while (this.#oldest !== undefined && this.#oldest.lastMicros < micros) {
      this.remove(this.#oldest);
    }
  }

  /** Ends all flows, the longest idle first. */
  clear(): void {
    while (this.#oldest !== undefined) this.remove(this.#oldest);
  }

  /** Ends a flow: its endpoints may start a new one. */
  remove(flow: Flow): void {
    this.#unchain(flow);
    this.#unlink(flow);
    this.size--;
    this.#onEnd(flow);
  }

  #add(flow: Flow, bucket: number): void {
    if (this.size >= this.#max && this.#oldest !== undefined) {
      this.evicted++;
      this.remove(this.#oldest);
    }
    flow.chain = this.#buckets[bucket];
    this.#buckets[bucket] = flow;
    this.#append(flow);
    this.size++;
    if (this.size > this.highWater) this.highWater = this.size;
  }

  #unchain(flow: Flow): void {
    const bucket = flow.hash & this.#mask;
    let other = this.#buckets[bucket];
    if (other === flow) {
      this.#buckets[bucket] = flow.chain;
    } else {
      while (other !== undefined && other.chain !== flow) other = other.chain;
      if (other !== undefined) other.chain = flow.chain;
    }
    flow.chain = undefined;
  }

  #refresh(flow: Flow): void {
    this.#unlink(flow);
    this.#append(flow);
  }

  #append(flow: Flow): void {
    flow.older = this.#newest;
    flow.newer = undefined;
    if (this.#newest === undefined) this.#oldest = flow;
    else this.#newest.newer = flow;
    this.#newest = flow;
  }

  #unlink(flow: Flow): void {
    if (flow.older === undefined) this.#oldest = flow.newer;
    else flow.older.newer = flow.newer;
    if (flow.newer === undefined) this.#newest = flow.older;
    else flow.newer.older = flow.older;
    flow.older = flow.newer = undefined;
  }
}

function word(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! << 24 | bytes[offset + 1]! << 16 | bytes[offset + 2]! << 8 |
    bytes[offset + 3]!;
}

function mix(seed: number, a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(seed, MIX) ^ a;
  hash = Math.imul(hash ^ (hash >>> 15), FINAL) ^ b;
  hash = Math.imul(hash ^ (hash >>> 13), MIX) ^ c;
  hash = Math.imul(hash ^ (hash >>> 16), FINAL) ^ d;
  hash = Math.imul(hash ^ (hash >>> 15), MIX);
  return hash ^ (hash >>> 13);
}
