/** Remembers what was told lately, so that it is not told again. */
import { sha256Hex } from "../hash.ts";

/** A longer key is kept as its hash: what attackers send decides how long it is. */
const MAX_KEY_LENGTH = 256;

/** A bounded set of keys with the packet time at which each was told. */
export class Dedup {
  /** Events held back. */
  suppressed = 0;
  /** Most keys that there were at a time. */
  highWater = 0;
  readonly #window: number;
  readonly #max: number;
  readonly #told = new Map<string, number>();

  /**
   * @param window microseconds for which a key is not told again; 0 tells everything
   * @param max keys at a time; the longest known goes first
   */
  constructor(window: number, max = 50_000) {
    this.#window = window;
    this.#max = max;
  }

  /** True when `text` is to be told at packet time `micros`. */
  isNews(text: string, micros: number): boolean {
    if (this.#window === 0) return true;
    const key = text.length > MAX_KEY_LENGTH ? sha256Hex(text) : text;
    const told = this.#told.get(key);
    if (told !== undefined && Math.abs(micros - told) < this.#window) {
      this.suppressed++;
      return false;
    }
    this.#told.delete(key);
    this.#told.set(key, micros);
    if (this.#told.size > this.#max) {
      for (const oldest of this.#told.keys()) {
        this.#told.delete(oldest);
        break;
      }
    }
    this.highWater = Math.max(this.highWater, this.#told.size);
    return true;
  }
}
