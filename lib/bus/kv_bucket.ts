/** A bucket of JetStream: exchanges of which it is known whether they took place. */
import type {
  JetStreamClient,
  JetStreamManager,
  MsgRequest,
  NextMsgRequest,
  StoredMsg,
} from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { connectBus } from "./bus_connection.ts";
import { BusError } from "./bus_error.ts";
import { makeTogether } from "./make_together.ts";
import { patiently, UncertainError } from "./patiently.ts";
import { refusedReplicas, replicasOf } from "./replicas.ts";

/** Bucket where the address names none. */
const DEFAULT_BUCKET = "decnet";

/** api.go: JSStreamWrongLastSequenceErrCode: somebody else was faster. */
const WRONG_LAST_SEQUENCE = 10071;

/** api.go: JSStreamNotFoundErr. */
const STREAM_NOT_FOUND = 10059;

/** ADR-8 (JetStream based key-value stores): what deletes a key. */
const OPERATION_HEADER = "KV-Operation";
const DELETES = "DEL";

/** ADR-8: the exchange takes place only where this is the last message of the key. */
const EXPECTED_HEADER = "Nats-Expected-Last-Subject-Sequence";
const ID_HEADER = "Nats-Msg-Id";

/** Who made an exchange. */
const WRITER_HEADER = "Decnet-Writer";

/**
 * Values of a key that are kept: an exchange whose answer was lost is still found behind those that others
 * have made meanwhile.
 */
const HISTORY = 16;

/** Milliseconds that one question may take, of several. */
const ANSWER_MS = 2000;

/** What stands under a key. */
export interface BucketEntry {
  /** Undefined where the key was deleted. */
  readonly text: string | undefined;
  /** Its place in the bucket's stream. */
  readonly sequence: number;
}

/** Reads and exchanges what stands under keys. Throws what the client throws. */
export class KvBucket {
  readonly #connection: NatsConnection;
  readonly #kv: KV;
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #newHeaders: () => MsgHdrs;
  readonly #subjects: string;
  readonly #stream: string;

  private constructor(
    connection: NatsConnection,
    kv: KV,
    client: JetStreamClient,
    manager: JetStreamManager,
    newHeaders: () => MsgHdrs,
    bucket: string,
  ) {
    this.#connection = connection;
    this.#kv = kv;
    this.#client = client;
    this.#manager = manager;
    this.#newHeaders = newHeaders;
    this.#subjects = `$KV.${bucket}.`;
    this.#stream = `KV_${bucket}`;
  }

  /**
   * Opens the bucket that the address names.
   *
   * @param mustExist true to make none where it is missing
   */
  static async open(address: BusAddress, name: string, mustExist = false): Promise<KvBucket> {
    const bucket = address.path.replaceAll(".", "_") || DEFAULT_BUCKET;
    const connection = await connectBus(address, { name });
    try {
      const { Kvm } = await import("./kv_client.ts");
      const { jetstream, jetstreamManager } = await import("./jetstream_client.ts");
      const { headers } = await import("./hub_transport.ts");
      const client = jetstream(connection, { timeout: ANSWER_MS });
      const manager = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_MS });
      if (mustExist) await requireBucket(manager, bucket);
      const kv = await makeTogether(() =>
        new Kvm(client).create(bucket, {
          history: HISTORY,
          replicas: replicasOf(connection, address),
        })
      );
      return new KvBucket(connection, kv, client, manager, () => headers(), bucket);
    } catch (error) {
      await connection.close();
      throw refusedReplicas(showBusAddress(address), error) ?? error;
    }
  }

  /** @returns undefined for a key that was never there */
  async read(key: string): Promise<BucketEntry | undefined> {
    const message = await this.#message({ last_by_subj: this.#subjects + key });
    if (message === null) return undefined;
    const isDeleted = message.header.get(OPERATION_HEADER) !== "";
    return { text: isDeleted ? undefined : message.string(), sequence: message.seq };
  }

  /**
   * Stores `text` under `key`, or deletes with undefined, if nothing has happened to it since `sequence` (0: if
   * nothing ever has).
   *
   * All exchanges that begin at one place have one id, so that the hub takes one of them: nats-server 2.9
   * compares the sequence before it hands a message to the cluster, and lets two pass that come together.
   * When the answer is lost, with a leader or with the connection, the same message is sent again, and
   * where the hub does not take it, it is looked up whose it has taken.
   *
   * @returns its new place; undefined when somebody else was faster
   * @throws {BusError} when it cannot be known
   */
  async exchange(
    key: string,
    sequence: number,
    text: string | undefined,
  ): Promise<number | undefined> {
    const writer = crypto.randomUUID();
    const headers = this.#newHeaders();
    headers.set(ID_HEADER, `${key}@${sequence}`);
    headers.set(EXPECTED_HEADER, String(sequence));
    headers.set(WRITER_HEADER, writer);
    if (text === undefined) headers.set(OPERATION_HEADER, DELETES);
    let attempts = 0;
    return await patiently(async () => {
      attempts++;
      try {
        const ack = await this.#client.publish(this.#subjects + key, text ?? "", { headers });
        if (!ack.duplicate) return ack.seq;
        // The leader has one, and does not know yet whether the cluster will take it.
        if (ack.seq === 0) throw new UncertainError("no word whether it is stored");
      } catch (error) {
        if ((error as { code?: unknown }).code !== WRONG_LAST_SEQUENCE) throw error;
      }
      return await this.#taken(key, sequence, writer, attempts > 1);
    });
  }

  /** Keys that fit a filter of subjects. */
  async keys(filter: string): Promise<string[]> {
    return await patiently(async () => await Array.fromAsync(await this.#kv.keys(filter)));
  }

  /**
   * Whose exchange the hub has taken at `sequence`. "Too late" may be said of the message that was sent again after
   * the first had arrived: a leader that has just been elected does not know the ids of all that it leads.
   *
   * @param isAgain true when an earlier attempt of `writer`'s may have arrived
   * @returns the place of `writer`'s; undefined when it was another's
   * @throws {BusError} when it is no longer there
   */
  async #taken(
    key: string,
    sequence: number,
    writer: string,
    isAgain: boolean,
  ): Promise<number | undefined> {
    const next = { seq: sequence + 1, next_by_subj: this.#subjects + key };
    const message = await this.#message(next);
    if (message?.header.get(EXPECTED_HEADER) !== String(sequence)) {
      if (!isAgain) return undefined;
      if (message === null) throw new UncertainError("no word which exchange was taken");
      throw new BusError("others have changed it too often to know");
    }
    return message.header.get(WRITER_HEADER) === writer ? message.seq : undefined;
  }

  /** From the leader: any replica may not have heard of the last change yet. */
  #message(query: MsgRequest | NextMsgRequest): Promise<StoredMsg | null> {
    return patiently(() => this.#manager.streams.getMessage(this.#stream, query as MsgRequest));
  }

  close(): void {
    void this.#connection.close();
  }
}

/** @throws {BusError} where there is no such bucket */
async function requireBucket(manager: JetStreamManager, bucket: string): Promise<void> {
  try {
    await manager.streams.info(`KV_${bucket}`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== STREAM_NOT_FOUND) throw error;
    throw new BusError(`there is no bucket ${bucket}`);
  }
}
