/** Opens what a TLS connection seals, where its secrets are known. */
import { EXTENSION, VERSION } from "../tls/constants.ts";
import type { SecretSource } from "../tls/key_log.ts";
import type { TlsRecord } from "../tls/record.ts";
import type { InnerPlaintext } from "../tls/record_protection.ts";
import type { ServerHello } from "../tls/server_hello.ts";
import { type RecordDecipher, tls12Decipher } from "../tls/tls12_records.ts";
import { tls13Decipher } from "../tls/tls13_records.ts";

/** version and random of a ClientHello (RFC 8446 4.1.2). */
const RANDOM_OFFSET = 2;
const RANDOM_LENGTH = 32;

/**
 * Records of a side that are passed over before the first that opens: early data have keys of their own
 * (RFC 8446 4.2.10), and a live key log may be behind.
 */
const MAX_UNOPENED = 64;

/** What the hellos say that keys are made with. */
interface Negotiated {
  readonly version: number;
  readonly cipherSuite: number;
  readonly serverRandom: Uint8Array;
  readonly encryptThenMac: boolean;
}

/** One direction. */
interface Side {
  decipher: RecordDecipher | undefined;
  hasOpened: boolean;
  unopened: number;
}

/** The records of both directions of one connection. */
export class Unsealer {
  readonly #secrets: SecretSource;
  readonly #client: Side = { decipher: undefined, hasOpened: false, unopened: 0 };
  readonly #server: Side = { decipher: undefined, hasOpened: false, unopened: 0 };
  #clientRandom: Uint8Array | undefined;
  #negotiated: Negotiated | undefined;

  constructor(secrets: SecretSource) {
    this.#secrets = secrets;
  }

  /** @param body of the message */
  clientHello(body: Uint8Array): void {
    this.#clientRandom = body.slice(RANDOM_OFFSET, RANDOM_OFFSET + RANDOM_LENGTH);
  }

  /** The hello that is no retry request. */
  serverHello({ version, cipherSuite, random, extensions }: ServerHello): void {
    this.#negotiated = {
      version,
      cipherSuite,
      serverRandom: random.slice(),
      encryptThenMac: extensions.some(({ type }) => type === EXTENSION.encryptThenMac),
    };
  }

  /** False when nothing is known that could open anything. */
  get isOfUse(): boolean {
    const { isLive } = this.#secrets;
    return isLive || this.#clientRandom !== undefined &&
        this.#secrets.find(this.#clientRandom) !== undefined;
  }

  /** The next sealed record of a side; undefined when it cannot be opened, false when none ever will be. */
  open(fromClient: boolean, record: TlsRecord): InnerPlaintext | false | undefined {
    const side = fromClient ? this.#client : this.#server;
    if (side.decipher === undefined) {
      if (!this.isOfUse) return false;
      side.decipher = this.#decipher(fromClient);
    }
    const plain = side.decipher?.open(record);
    if (plain !== undefined) {
      side.hasOpened = true;
      return plain;
    }
    return side.hasOpened || ++side.unopened > MAX_UNOPENED ? false : undefined;
  }

  #decipher(fromClient: boolean): RecordDecipher | undefined {
    const negotiated = this.#negotiated;
    const clientRandom = this.#clientRandom;
    if (negotiated === undefined || clientRandom === undefined) return undefined;
    const find = () => this.#secrets.find(clientRandom);
    if (negotiated.version >= VERSION.tls13) {
      return tls13Decipher(negotiated.cipherSuite, fromClient, find);
    }
    const master = find()?.master;
    return master && tls12Decipher({ ...negotiated, clientRandom, master }, fromClient);
  }
}
