/** Lets the first of many equal events through, and holds back the rest for a while. */
import { Dedup } from "../sniff/dedup.ts";
import { ByteHash, HashedText } from "./byte_hash.ts";
import { isEqual } from "./byte_scan.ts";
import type { QuickLine } from "./quick_line.ts";

/**
 * Keys that are remembered, for each second of the window and in all: where there are more, the one let through
 * longest ago is forgotten. What is older than the window only takes the others out of the cache.
 */
const KEYS_PER_SECOND = 65_536;
const MAX_KEYS = 262_144;

const MICROS_PER_SECOND = 1_000_000;

const LF = 0x0a;

/** DECNET's own window and types. */
export const DEFAULT_WINDOW_SECONDS = 1;
export const DEFAULT_LIMITED_TYPES: readonly string[] = [
  ...["connect", "disconnect", "connection", "accept", "close"],
];

/** What events are told apart by. */
export interface LimitKey {
  readonly attacker: string;
  readonly decky: string;
  readonly service: string;
  readonly eventType: string;
}

/** What is held back. */
export interface LimiterOptions {
  /** Microseconds for which equal events are held back behind one that was let through; 0 for never. */
  readonly window: number;
  /** Types of events that are limited. */
  readonly types: Iterable<string>;
}

/**
 * Each event at a fixed cost, in memory that does not grow: a key that was forgotten lets one event too
 * many through, never one too few. Time is that of the events, so that a log that is read late is held
 * back no more than it would have been.
 */
export class Limiter {
  readonly #types: ReadonlySet<string>;
  readonly #typeBytes: readonly Uint8Array[];
  readonly #passed: Dedup;
  readonly #hash = new ByteHash();
  readonly #hashed = new Int32Array(2);
  readonly #key = new HashedText();
  /** Of the hash: nobody who writes lines may know which keys fall together. */
  readonly #secret = crypto.getRandomValues(new Int32Array(2));

  constructor({ window, types }: LimiterOptions) {
    this.#types = window > 0 ? new Set(types) : new Set();
    this.#typeBytes = Array.from(this.#types, (type) => new TextEncoder().encode(type));
    const keys = Math.min(MAX_KEYS, KEYS_PER_SECOND * Math.ceil(window / MICROS_PER_SECOND));
    this.#passed = new Dedup(this.#types.size > 0 ? window : 0, keys);
  }

  /** True when events of the type are held back. */
  limits(eventType: string): boolean {
    return this.#types.has(eventType);
  }

  /** True when an event of `key` at `micros` since the epoch is let through. */
  admits({ attacker, decky, service, eventType }: LimitKey, micros: number): boolean {
    if (!this.#types.has(eventType)) return true;
    this.#key.set(`${attacker}\n${decky}\n${service}\n${eventType}`);
    return this.#isNews(micros);
  }

  /** As {@linkcode Limiter.admits}, of a line in `bytes`. @param unknown stands for no attacker */
  admitsLine(line: QuickLine, bytes: Uint8Array, unknown: Uint8Array): boolean {
    if (!this.#isLimited(line, bytes)) return true;
    const key = this.#key;
    key.reserve(line.stop - line.deckyStart + unknown.length + 3);
    key.length = 0;
    if (line.attackerEnd === 0) this.#add(unknown, 0, unknown.length);
    else this.#add(bytes, line.attackerStart, line.attackerEnd);
    key.bytes[key.length++] = LF;
    this.#add(bytes, line.deckyStart, line.deckyEnd);
    key.bytes[key.length++] = LF;
    this.#add(bytes, line.serviceStart, line.serviceEnd);
    key.bytes[key.length++] = LF;
    this.#add(bytes, line.typeStart, line.typeEnd);
    return this.#isNews(line.time.micros);
  }

  #isLimited({ typeStart, typeEnd }: QuickLine, bytes: Uint8Array): boolean {
    const types = this.#typeBytes;
    for (let index = 0; index < types.length; index++) {
      if (isEqual(bytes, typeStart, typeEnd, types[index]!)) return true;
    }
    return false;
  }

  #add(bytes: Uint8Array, start: number, end: number): void {
    const { bytes: out } = this.#key;
    let at = this.#key.length;
    for (let index = start; index < end; index++) out[at++] = bytes[index]!;
    this.#key.length = at;
  }

  #isNews(micros: number): boolean {
    const hash = this.#hash;
    hash.hash(this.#key.view, 0, this.#key.length, this.#secret[0]!, this.#secret[1]!);
    this.#hashed[0] = hash.high;
    this.#hashed[1] = hash.low;
    return this.#passed.isNews("", micros, "", this.#hashed);
  }
}
