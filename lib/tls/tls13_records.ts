/** Takes the protection off what one side of TLS 1.3 sends, from its first sealed record on. */
import { expandLabel, trafficKeys } from "./key_schedule.ts";
import type { TlsSecrets } from "./key_log.ts";
import type { TlsRecord } from "./record.ts";
import {
  type InnerPlaintext,
  RecordOpener,
  TLS13_SUITES,
  type Tls13Suite,
} from "./record_protection.ts";
import type { RecordDecipher } from "./tls12_records.ts";

/** What is known of the connection by now. */
export type FindSecrets = () => TlsSecrets | undefined;

/**
 * Opens what one side sends; undefined for a suite that is not known here.
 *
 * @param find gives what is known by the time that it is needed
 */
export function tls13Decipher(
  cipherSuite: number,
  fromClient: boolean,
  find: FindSecrets,
): RecordDecipher | undefined {
  const suite = TLS13_SUITES.get(cipherSuite);
  return suite && new Tls13Records(suite, fromClient, find);
}

/**
 * The keys change behind Finished and KeyUpdate (RFC 8446 7.1, 7.2). That need not be read: a record that
 * one key does not open is the first of the next.
 */
class Tls13Records implements RecordDecipher {
  readonly #suite: Tls13Suite;
  readonly #fromClient: boolean;
  readonly #find: FindSecrets;
  #opener: RecordOpener | undefined;
  #secret: Uint8Array | undefined;
  #isTraffic = false;

  constructor(suite: Tls13Suite, fromClient: boolean, find: FindSecrets) {
    this.#suite = suite;
    this.#fromClient = fromClient;
    this.#find = find;
  }

  open(record: TlsRecord): InnerPlaintext | undefined {
    return this.#opener?.open(record) ?? this.#openNext(record);
  }

  #openNext(record: TlsRecord): InnerPlaintext | undefined {
    const { aead, hash } = this.#suite;
    const secret = this.#nextSecret();
    // A wrong log may hold anything; a secret is as long as the hash (RFC 8446 7.1).
    if (secret?.length !== (hash === "sha256" ? 32 : 48)) return undefined;
    const opener = new RecordOpener(aead, trafficKeys(hash, secret, aead.keyLength));
    const plain = opener.open(record);
    if (plain === undefined) return undefined;
    this.#isTraffic = secret === this.#find()?.clientTraffic || this.#isTraffic;
    this.#secret = secret;
    this.#opener = opener;
    return plain;
  }

  #nextSecret(): Uint8Array | undefined {
    if (this.#isTraffic) {
      const { hash } = this.#suite;
      const secret = this.#secret!;
      return expandLabel(hash, secret, "traffic upd", new Uint8Array(0), secret.length);
    }
    const secrets = this.#find();
    if (!this.#fromClient) return this.#secret === undefined ? secrets?.serverHandshake : undefined;
    const first = this.#secret === undefined ? secrets?.clientHandshake : undefined;
    return first ?? secrets?.clientTraffic;
  }
}
