/** StateStore over a bucket of JetStream: what several machines remember together. */
import type { KV, KvEntry } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import {
  ABSENT,
  type Json,
  type StateEntry,
  StateError,
  type StateStore,
} from "../store/state_store.ts";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { connectBus } from "./bus_connection.ts";
import { nameOfToken, subjectToken } from "./subjects.ts";

/** Bucket where the address names none. */
const DEFAULT_BUCKET = "decnet";

/** api.go: JSStreamWrongLastSequenceErrCode: somebody else was faster. */
const WRONG_LAST_SEQUENCE = 10071;

/** Copies of the bucket where the hub is a cluster. */
const CLUSTER_REPLICAS = 3;

/**
 * Revisions of a bucket are positions in its stream, ours count the changes of a key. So a value
 * carries its own count, and the bucket's revision stands guard over the exchange.
 */
interface Stored {
  readonly r: number;
  readonly v: Json;
}

/** A {@linkcode StateStore} in a bucket. */
export class KvStore implements StateStore {
  readonly #connection: NatsConnection;
  readonly #kv: KV;
  readonly #place: string;

  private constructor(connection: NatsConnection, kv: KV, place: string) {
    this.#connection = connection;
    this.#kv = kv;
    this.#place = place;
  }

  /**
   * Opens the bucket that the address names, and makes it where it is missing.
   *
   * @param name what the hub calls this connection
   * @throws {StateError}
   */
  static async open(address: BusAddress, name: string): Promise<KvStore> {
    const place = showBusAddress(address);
    const bucket = address.path.replaceAll(".", "_") || DEFAULT_BUCKET;
    let connection: NatsConnection | undefined;
    try {
      connection = await connectBus(address, { name });
      const { Kvm } = await import("@nats-io/kv");
      const replicas = connection.info?.cluster === undefined ? 1 : CLUSTER_REPLICAS;
      const kv = await new Kvm(connection).create(bucket, { history: 1, replicas });
      return new KvStore(connection, kv, place);
    } catch (error) {
      await connection?.close();
      throw stateError(place, error);
    }
  }

  async get(key: string): Promise<StateEntry | undefined> {
    const found = await this.#read(key);
    return found === undefined ? undefined : entryOf(key, found.stored);
  }

  async compareAndSet(key: string, expected: number, value: Json | undefined): Promise<boolean> {
    const found = await this.#read(key);
    if ((found?.stored.r ?? ABSENT) !== expected) return false;
    const bucketKey = toBucketKey(key);
    const sequence = found?.sequence ?? 0;
    try {
      if (value === undefined) {
        // Nothing was there, and nothing is to be there.
        if (found === undefined) return false;
        await this.#kv.delete(bucketKey, { previousSeq: sequence });
      } else if (found === undefined) {
        await this.#kv.create(bucketKey, JSON.stringify({ r: 1, v: value }));
      } else {
        const stored: Stored = { r: expected + 1, v: value };
        await this.#kv.update(bucketKey, JSON.stringify(stored), sequence);
      }
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
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
    void this.#connection.close();
  }

  async #read(key: string): Promise<{ stored: Stored; sequence: number } | undefined> {
    let entry: KvEntry | null;
    try {
      entry = await this.#kv.get(toBucketKey(key));
    } catch (error) {
      throw stateError(this.#place, error);
    }
    if (entry === null || entry.operation !== "PUT") return undefined;
    const stored = parseStored(entry.string());
    if (stored === undefined) throw new StateError(`${this.#place}: "${key}" is not decnet's`);
    return { stored, sequence: entry.revision };
  }

  async #keys(prefix: string): Promise<string[]> {
    // Whole parts of the prefix are told to the hub, the rest is looked at here.
    const parts = prefix.split("/").slice(0, -1).map(subjectToken);
    const filter = parts.length === 0 ? ">" : `${parts.join(".")}.>`;
    try {
      const keys: string[] = [];
      for await (const bucketKey of await this.#kv.keys(filter)) {
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

function entryOf(key: string, { r, v }: Stored): StateEntry {
  return { key, value: v, revision: r };
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

function isConflict(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === WRONG_LAST_SEQUENCE;
}

function stateError(place: string, error: unknown): StateError {
  if (error instanceof StateError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StateError(reason.startsWith(place) ? reason : `${place}: ${reason}`);
}
