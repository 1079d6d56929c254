/** StateStore over a bucket of JetStream: what several machines remember together. */
import {
  ABSENT,
  FIRST,
  type Json,
  type StateEntry,
  StateError,
  type StateStore,
} from "../store/state_store.ts";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { KvBucket } from "./kv_bucket.ts";
import { nameOfToken, subjectToken } from "./subjects.ts";

/** Keys of which the place is remembered; others are read again before they are changed. */
const MOST_REMEMBERED = 4096;

/**
 * Revisions of a bucket are positions in its stream, ours count the changes of a key. So a value
 * carries its own count, and the bucket's revision stands guard over the exchange.
 */
interface Stored {
  readonly r: number;
  readonly v: Json;
}

/** What is known of a key. */
interface Known {
  /** {@linkcode ABSENT} for one that is deleted. */
  readonly revision: number;
  /** Its last place in the bucket's stream; 0 for one that never was there. */
  readonly sequence: number;
}

/** A {@linkcode StateStore} in a bucket. */
export class KvStore implements StateStore {
  readonly #bucket: KvBucket;
  readonly #place: string;
  /** As last read or written: whoever changes a key has mostly just read it. */
  readonly #known = new Map<string, Known>();

  private constructor(bucket: KvBucket, place: string) {
    this.#bucket = bucket;
    this.#place = place;
  }

  /**
   * Opens the bucket that the address names.
   *
   * @param name what the hub calls this connection
   * @param mustExist true to make none where it is missing
   * @throws {StateError}
   */
  static async open(address: BusAddress, name: string, mustExist = false): Promise<KvStore> {
    const place = showBusAddress(address);
    try {
      return new KvStore(await KvBucket.open(address, name, mustExist), place);
    } catch (error) {
      throw stateError(place, error);
    }
  }

  async get(key: string): Promise<StateEntry | undefined> {
    try {
      const entry = await this.#bucket.read(toBucketKey(key));
      if (entry?.text === undefined) {
        this.#remember(key, { revision: ABSENT, sequence: entry?.sequence ?? 0 });
        return undefined;
      }
      const stored = parseStored(entry.text);
      if (stored === undefined) throw new StateError(`${this.#place}: "${key}" is not decnet's`);
      this.#remember(key, { revision: stored.r, sequence: entry.sequence });
      return { key, value: stored.v, revision: stored.r };
    } catch (error) {
      throw stateError(this.#place, error);
    }
  }

  async compareAndSet(key: string, expected: number, value: Json | undefined): Promise<boolean> {
    if (this.#known.get(key)?.revision !== expected) await this.get(key);
    const known = this.#known.get(key);
    if (known?.revision !== expected) return false;
    // Nothing was there, and nothing is to be there.
    if (value === undefined && expected === ABSENT) return false;
    const revision = value === undefined ? ABSENT : expected === ABSENT ? FIRST : expected + 1;
    const text = value === undefined ? undefined : JSON.stringify({ r: revision, v: value });
    // Whatever comes of it, this is no longer so.
    this.#known.delete(key);
    try {
      const sequence = await this.#bucket.exchange(toBucketKey(key), known.sequence, text);
      if (sequence === undefined) return false;
      this.#remember(key, { revision, sequence });
      return true;
    } catch (error) {
      throw stateError(this.#place, error);
    }
  }

  async *scan(prefix: string): AsyncGenerator<StateEntry> {
    for (const key of await this.#keys(prefix)) {
      const entry = await this.get(key);
      if (entry !== undefined) yield entry;
    }
  }

  close(): void {
    this.#bucket.close();
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size <= MOST_REMEMBERED) return;
    const [oldest] = this.#known.keys();
    this.#known.delete(oldest!);
  }

  async #keys(prefix: string): Promise<string[]> {
    // Whole parts of the prefix are told to the hub, the rest is looked at here.
    const parts = prefix.split("/").slice(0, -1).map(subjectToken);
    const filter = parts.length === 0 ? ">" : `${parts.join(".")}.>`;
    try {
      const keys: string[] = [];
      for (const bucketKey of await this.#bucket.keys(filter)) {
        const key = fromBucketKey(bucketKey);
        if (key?.startsWith(prefix) === true) keys.push(key);
      }
      return keys.sort();
    } catch (error) {
      throw stateError(this.#place, error);
    }
  }
}

/** `fingerprint/192.0.2.1/443` as tokens with points between. */
function toBucketKey(key: string): string {
  return key.split("/").map(subjectToken).join(".");
}

function fromBucketKey(bucketKey: string): string | undefined {
  const names = bucketKey.split(".").map(nameOfToken);
  return names.includes(undefined) ? undefined : names.join("/");
}

function parseStored(text: string): Stored | undefined {
  try {
    const value = JSON.parse(text);
    const isOurs = typeof value === "object" && value !== null && Number.isInteger(value.r) &&
      value.v !== undefined;
    return isOurs ? value : undefined;
  } catch {
    return undefined;
  }
}

function stateError(place: string, error: unknown): StateError {
  if (error instanceof StateError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StateError(reason.startsWith(place) ? reason : `${place}: ${reason}`);
}
