/** A TLS handshake that goes as far as the server's certificates, and no further. */
import { toHex } from "../bytes.ts";
import {
  certificateHello,
  type CertificateHelloOptions,
  type HelloStyle,
} from "./certificate_hello.ts";
import { parseCertificateMessage } from "./certificate_message.ts";
import { writeClientHelloRecord } from "./client_hello_writer.ts";
import { CONTENT_TYPE, GROUP, HANDSHAKE_TYPE, VERSION } from "./constants.ts";
import { rawMessage } from "./handshake_stream.ts";
import { type KeyExchange, startKeyExchange } from "./key_exchange.ts";
import { messageHash, serverHandshakeSecret, trafficKeys, transcriptHash } from "./key_schedule.ts";
import {
  type ByteChannel,
  type HandshakeFailure,
  HandshakeStop,
  MessageSource,
  protocolError,
} from "./message_source.ts";
import { RecordOpener, TLS13_SUITES, type Tls13Suite } from "./record_protection.ts";
import {
  chosenAlpn,
  parseEncryptedExtensions,
  parseServerHello,
  retryCookie,
  type ServerHello,
  serverKeyShare,
} from "./server_hello.ts";

/** How to ask. */
export interface CertificateHandshakeOptions {
  readonly style: HelloStyle;
  /** DNS name for SNI; RFC 6066 3 allows no addresses. */
  readonly serverName?: string | undefined;
  /** Protocols to offer in a `modern` hello; empty for none. */
  readonly alpn: readonly string[];
}

/** What a server showed of itself. */
export interface ServerCertificates {
  readonly kind: "certificates";
  /** DER, the server's own certificate first; never empty. */
  readonly chain: readonly Uint8Array[];
  /** The ServerHello; the second one after a HelloRetryRequest. */
  readonly serverHello: ServerHello;
  /** ALPN protocol that the server chose, bytes that are not UTF-8 replaced; undefined if none. */
  readonly alpn: string | undefined;
}

/** Either the certificates or why there are none. */
export type CertificateHandshakeResult = ServerCertificates | HandshakeFailure;

/**
 * Asks the server behind `channel` for its certificates. Nothing is verified: neither signatures
 * nor names, because a fingerprint of a liar is wanted too. The caller closes the connection.
 *
 * @throws whatever the channel throws
 */
export async function readCertificates(
  channel: ByteChannel,
  options: CertificateHandshakeOptions,
): Promise<CertificateHandshakeResult> {
  try {
    return await new CertificateHandshake(channel, options).run();
  } catch (error) {
    if (error instanceof HandshakeStop) return error.failure;
    throw error;
  }
}

const RECORD_HEADER_LENGTH = 5;

/** change_cipher_spec that stands before a client's second flight (RFC 8446 D.4). */
const CHANGE_CIPHER_SPEC = Uint8Array.of(CONTENT_TYPE.changeCipherSpec, 3, 3, 0, 1, 1);

/** The second hello has to fit into one record of 2^14 bytes together with the cookie. */
const MAX_COOKIE_LENGTH = 8192;

/** Groups that a key is sent for at once: one of them suits nearly every server. */
const FIRST_GROUPS = [GROUP.x25519, GROUP.secp256r1];

class CertificateHandshake {
  readonly #channel: ByteChannel;
  readonly #options: CertificateHandshakeOptions;
  readonly #source: MessageSource;
  readonly #random = crypto.getRandomValues(new Uint8Array(32));
  readonly #sessionId = crypto.getRandomValues(new Uint8Array(32));
  #exchanges: readonly KeyExchange[] = [];
  #transcript: Uint8Array[] = [];

  constructor(channel: ByteChannel, options: CertificateHandshakeOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#source = new MessageSource(channel);
  }

  async run(): Promise<ServerCertificates> {
    if (this.#options.style === "modern") {
      this.#exchanges = await Promise.all(FIRST_GROUPS.map(newKeyExchange));
    }
    await this.#channel.write(this.#hello({ retry: false }));
    const first = await this.#readServerHello();
    const serverHello = first.retryRequest ? await this.#retry(first) : first;
    if (serverHello.version === VERSION.tls13) {
      await this.#switchKeys(serverHello);
      return await this.#readProtectedFlight(serverHello);
    }
    if (serverHello.version < VERSION.ssl30 || serverHello.version > VERSION.tls13) {
      throw protocolError(`version ${hexNumber(serverHello.version)} was not offered`);
    }
    return await this.#readPlainFlight(serverHello);
  }

  /** Record with the next ClientHello, which the transcript takes note of. */
  #hello(turn: Pick<CertificateHelloOptions, "retry" | "cookie">): Uint8Array {
    const { style, serverName, alpn } = this.#options;
    const record = writeClientHelloRecord(certificateHello({
      style,
      serverName,
      alpn,
      ...turn,
      random: this.#random,
      sessionId: this.#sessionId,
      keyShares: this.#exchanges,
    }));
    this.#transcript.push(record.subarray(RECORD_HEADER_LENGTH));
    return record;
  }

  async #readServerHello(): Promise<ServerHello> {
    const message = await this.#nextMessage();
    if (message.type !== HANDSHAKE_TYPE.serverHello) {
      throw protocolError(`handshake message ${message.type} instead of a ServerHello`);
    }
    const hello = parseServerHello(message.body);
    if (hello === undefined) throw protocolError("malformed ServerHello");
    if (hello.version === VERSION.tls13 && this.#options.style !== "modern") {
      throw protocolError("TLS 1.3 was not offered");
    }
    this.#transcript.push(rawMessage(message));
    return hello;
  }

  /** Answers a HelloRetryRequest (RFC 8446 4.1.4); only one is allowed. */
  async #retry(request: ServerHello): Promise<ServerHello> {
    const { hash } = tls13Suite(request);
    const cookie = retryCookie(request);
    if (cookie !== undefined && cookie.length > MAX_COOKIE_LENGTH) {
      throw protocolError("cookie too long");
    }
    const share = serverKeyShare(request);
    if (share !== undefined) {
      if (this.#exchanges.some(({ group }) => group === share.group)) {
        throw protocolError("HelloRetryRequest for a key that it had");
      }
      this.#exchanges = [await newKeyExchange(share.group)];
    } else if (cookie === undefined) {
      throw protocolError("HelloRetryRequest that asks for nothing");
    }
    const [firstHello, retryRequest] = this.#transcript;
    this.#transcript = [messageHash(hash, firstHello!), retryRequest!];
    await this.#channel.write(CHANGE_CIPHER_SPEC);
    await this.#channel.write(this.#hello({ retry: true, cookie }));
    const hello = await this.#readServerHello();
    if (hello.retryRequest) throw protocolError("second HelloRetryRequest");
    return hello;
  }

  async #switchKeys(hello: ServerHello): Promise<void> {
    const { aead, hash } = tls13Suite(hello);
    const share = serverKeyShare(hello);
    const exchange = this.#exchanges.find(({ group }) => group === share?.group);
    if (share === undefined || exchange === undefined) {
      throw protocolError("ServerHello without a key for a group that was offered");
    }
    const sharedSecret = await exchange.agree(share.publicKey);
    if (sharedSecret === undefined) throw protocolError("ServerHello with an invalid key");
    const secret = serverHandshakeSecret(
      hash,
      sharedSecret,
      transcriptHash(hash, this.#transcript),
    );
    this.#source.protect(new RecordOpener(aead, trafficKeys(hash, secret, aead.keyLength)));
  }

  /** EncryptedExtensions, perhaps CertificateRequest, then Certificate (RFC 8446 2). */
  async #readProtectedFlight(serverHello: ServerHello): Promise<ServerCertificates> {
    let alpn: Uint8Array | undefined;
    while (true) {
      const { type, body } = await this.#source.next();
      if (type === HANDSHAKE_TYPE.certificate) return toCertificates(body, serverHello, alpn);
      if (type === HANDSHAKE_TYPE.encryptedExtensions) {
        const extensions = parseEncryptedExtensions(body);
        if (extensions === undefined) throw protocolError("malformed EncryptedExtensions");
        alpn = chosenAlpn(extensions);
      } else if (type !== HANDSHAKE_TYPE.certificateRequest) {
        throw protocolError(`handshake message ${type} instead of a Certificate`);
      }
    }
  }

  /** Certificate follows the ServerHello at once in all that was offered (RFC 5246 7.3). */
  async #readPlainFlight(serverHello: ServerHello): Promise<ServerCertificates> {
    const { type, body } = await this.#nextMessage();
    if (type !== HANDSHAKE_TYPE.certificate) {
      throw protocolError(`handshake message ${type} instead of a Certificate`);
    }
    return toCertificates(body, serverHello, chosenAlpn(serverHello.extensions));
  }

  /** Next message that is no HelloRequest: those mean nothing during a handshake (RFC 5246 7.4.1.1). */
  async #nextMessage() {
    while (true) {
      const message = await this.#source.next();
      if (message.type !== HANDSHAKE_TYPE.helloRequest) return message;
    }
  }
}

async function newKeyExchange(group: number): Promise<KeyExchange> {
  const exchange = await startKeyExchange(group);
  if (exchange === undefined) {
    throw protocolError(`group ${hexNumber(group)} was not offered`);
  }
  return exchange;
}

function tls13Suite({ cipherSuite }: ServerHello): Tls13Suite {
  const suite = TLS13_SUITES.get(cipherSuite);
  if (suite === undefined) throw protocolError(`TLS 1.3 with suite ${hexNumber(cipherSuite)}`);
  return suite;
}

function toCertificates(
  body: Uint8Array,
  serverHello: ServerHello,
  alpn: Uint8Array | undefined,
): ServerCertificates {
  const chain = parseCertificateMessage(body, serverHello.version);
  if (chain === undefined) throw protocolError("malformed Certificate");
  if (chain.length === 0 || chain[0]!.length === 0) throw protocolError("empty Certificate");
  return {
    kind: "certificates",
    chain,
    serverHello,
    alpn: alpn === undefined ? undefined : new TextDecoder().decode(alpn),
  };
}

function hexNumber(number: number): string {
  return `0x${toHex(Uint8Array.of(number >> 8, number & 0xff))}`;
}
