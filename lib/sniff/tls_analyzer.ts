/** Follows a TLS connection as far as its handshake is in the clear, or its secrets are known. */
import { ByteQueue } from "../byte_queue.ts";
import { findHello } from "../proxy/find_hello.ts";
import { CONTENT_TYPE, HANDSHAKE_TYPE, VERSION } from "../tls/constants.ts";
import { parseCertificateMessage } from "../tls/certificate_message.ts";
import { decompressCertificate } from "../tls/compressed_certificate.ts";
import { type HandshakeMessage, HandshakeStream } from "../tls/handshake_stream.ts";
import type { SecretSource } from "../tls/key_log.ts";
import { RecordReader, type TlsRecord } from "../tls/record.ts";
import { parseServerHello, type ServerHello } from "../tls/server_hello.ts";
import type { Analyzer } from "./analyzer.ts";
import { Unsealer } from "./unsealer.ts";

/** What a TLS handshake shows on the wire. */
export interface TlsObserver {
  /** @param body of the ClientHello message @param index 0 for the first, 1 after a retry request */
  clientHello(fromOpener: boolean, body: Uint8Array, index: number): void;
  serverHello(fromOpener: boolean, hello: ServerHello): void;
  certificates(fromOpener: boolean, chain: readonly Uint8Array[]): void;
}

/** What becomes of connections whose secrets are known. */
export interface Unsealing {
  readonly secrets: SecretSource;
  /** Takes what a client says inside; @returns false when nothing more is wanted */
  readonly content: { readonly held: number; push(content: Uint8Array): boolean };
}

/** Bytes of a side among which a hello is looked for, where its records did not begin as expected. */
const MAX_SOUGHT = 64 * 1024;

/** One direction of the connection. */
class Side {
  records = new RecordReader();
  messages = new HandshakeStream();
  done = false;
  /** No message was given yet. */
  fresh = true;
  /** All records are sealed from here on, up to TLS 1.2. */
  sealed = false;
  /** Looks for a hello, and has looked through so many bytes; the last few of them. */
  seeking = false;
  sought = 0;
  readonly tail = new ByteQueue();

  get held(): number {
    return this.records.held + this.messages.held + this.tail.held;
  }

  /** Begins anew, and with the next hello that comes if `seeking`. */
  restart(seeking: boolean): void {
    this.records = new RecordReader();
    this.messages = new HandshakeStream();
    this.tail.clear();
    this.seeking = seeking;
  }

  finish(): void {
    this.done = true;
    this.restart(false);
  }
}

/** Records into handshake messages, on both sides, until both are encrypted or broken. */
export class TlsAnalyzer implements Analyzer {
  readonly #observer: TlsObserver;
  readonly #unsealing: Unsealing | undefined;
  readonly #unsealer: Unsealer | undefined;
  readonly #opener = new Side();
  readonly #responder = new Side();
  #hellos = 0;
  #version = 0;
  #openerIsClient = true;

  /** @param unsealing undefined where no secrets are known */
  constructor(observer: TlsObserver, unsealing?: Unsealing) {
    this.#observer = observer;
    this.#unsealing = unsealing;
    this.#unsealer = unsealing && new Unsealer(unsealing.secrets);
  }

  get held(): number {
    return this.#opener.held + this.#responder.held + (this.#unsealing?.content.held ?? 0);
  }

  listens(fromOpener: boolean): boolean {
    return !this.#side(fromOpener).done;
  }

  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    const side = this.#side(fromOpener);
    const sought = side.seeking;
    if (!sought && !side.done) this.#read(side, fromOpener, bytes);
    // Where it is no TLS from the start, a proxy answers first, or the start was lost.
    if (side.seeking) this.#seek(side, fromOpener, bytes, sought ? 0 : 1);
    return this.#wanted;
  }

  gap(fromOpener: boolean): boolean {
    const side = this.#side(fromOpener);
    // What comes behind it may be encrypted, or be of another connection between the same ends.
    if (!side.done) side.restart(true);
    return this.#wanted;
  }

  restart(fromOpener: boolean): void {
    const side = this.#side(fromOpener);
    if (side.fresh && !side.done) side.restart(false);
  }

  get #wanted(): boolean {
    return !(this.#opener.done && this.#responder.done);
  }

  #side(fromOpener: boolean): Side {
    return fromOpener ? this.#opener : this.#responder;
  }

  /** Reads records; where something is none, a hello has to be looked for. */
  #read(side: Side, fromOpener: boolean, bytes: Uint8Array): void {
    side.records.lend(bytes);
    const isTls = this.#readRecords(side, fromOpener);
    if (side.done) side.finish();
    else if (isTls) side.records.settle();
    else side.restart(true);
  }

  /** @param from offset in `bytes` before which none can be */
  #seek(side: Side, fromOpener: boolean, bytes: Uint8Array, from: number): void {
    side.tail.lend(bytes.subarray(from));
    const known = side.tail.peek();
    const { state, offset } = findHello(known);
    side.sought += bytes.length;
    if (state === "tls") {
      side.restart(false);
      this.#read(side, fromOpener, known.subarray(offset));
    } else {
      side.tail.take(offset);
      side.tail.settle();
    }
    if (side.seeking && side.sought > MAX_SOUGHT) side.finish();
  }

  /** @returns false where something is no record, before any message was read */
  #readRecords(side: Side, fromOpener: boolean): boolean {
    while (!side.done) {
      const record = side.records.next();
      if (record === undefined) return true;
      if (typeof record === "string") {
        side.done = !side.fresh;
        return side.done;
      }
      if (side.sealed || record.type === CONTENT_TYPE.applicationData) {
        this.#readSealed(side, fromOpener, record);
      } else if (record.type === CONTENT_TYPE.handshake) {
        side.messages.lend(record.payload);
        this.#readMessages(side, fromOpener, false);
        side.messages.settle();
      } else if (record.type === CONTENT_TYPE.changeCipherSpec && this.#isLastClearRecord()) {
        // Of a server nothing is wanted that comes behind it.
        side.sealed = true;
        side.done = this.#unsealer?.isOfUse !== true || fromOpener !== this.#openerIsClient;
      }
      // Alerts may be warnings: what comes after them still counts.
    }
    return true;
  }

  /** Up to TLS 1.2 encryption begins here; in 1.3 the record says nothing (RFC 8446 D.4). */
  #isLastClearRecord(): boolean {
    return this.#version !== 0 && this.#version < VERSION.tls13;
  }

  /** Reads whole messages until the side is done. @param isSealed they came out of sealed records */
  #readMessages(side: Side, fromOpener: boolean, isSealed: boolean): void {
    for (
      let message = side.messages.next();
      message !== undefined && !side.done;
      message = side.messages.next()
    ) {
      if (message === "oversized") side.done = true;
      else if (isSealed) this.#sealedMessage(side, fromOpener, message);
      else this.#clearMessage(side, fromOpener, message);
    }
  }

  #clearMessage(side: Side, fromOpener: boolean, { type, body }: HandshakeMessage): void {
    side.fresh = false;
    switch (type) {
      case HANDSHAKE_TYPE.clientHello:
        this.#openerIsClient = fromOpener;
        this.#unsealer?.clientHello(body);
        this.#observer.clientHello(fromOpener, body, this.#hellos++);
        break;
      case HANDSHAKE_TYPE.serverHello:
        this.#serverHello(side, fromOpener, body);
        break;
      case HANDSHAKE_TYPE.certificate:
        this.#certificates(fromOpener, body);
        break;
      case HANDSHAKE_TYPE.serverHelloDone:
        side.done = true;
        break;
    }
  }

  #sealedMessage(side: Side, fromOpener: boolean, { type, body }: HandshakeMessage): void {
    switch (type) {
      case HANDSHAKE_TYPE.certificate:
        this.#certificates(fromOpener, body);
        break;
      case HANDSHAKE_TYPE.compressedCertificate: {
        const plain = decompressCertificate(body);
        if (plain !== undefined) this.#certificates(fromOpener, plain);
        break;
      }
      case HANDSHAKE_TYPE.finished:
        // The server's answers are not read.
        side.done = fromOpener !== this.#openerIsClient;
        break;
    }
  }

  #serverHello(side: Side, fromOpener: boolean, body: Uint8Array): void {
    const hello = parseServerHello(body);
    if (hello === undefined) {
      side.done = true;
      return;
    }
    this.#observer.serverHello(fromOpener, hello);
    if (hello.retryRequest) return;
    this.#version = hello.version;
    this.#unsealer?.serverHello(hello);
    // Drafts of 1.3 count as 1.3: all but the hello is encrypted.
    if (hello.version >= VERSION.tls13) side.done = this.#unsealer?.isOfUse !== true;
  }

  #readSealed(side: Side, fromOpener: boolean, record: TlsRecord): void {
    const fromClient = fromOpener === this.#openerIsClient;
    const plain = this.#unsealer === undefined ? false : this.#unsealer.open(fromClient, record);
    if (plain === undefined) return;
    if (plain === false) {
      side.done = true;
    } else if (plain.type === CONTENT_TYPE.handshake) {
      side.messages.lend(plain.content);
      this.#readMessages(side, fromOpener, true);
      side.messages.settle();
    } else if (plain.type === CONTENT_TYPE.applicationData) {
      side.done = !fromClient || !this.#unsealing!.content.push(plain.content);
    }
  }

  #certificates(fromOpener: boolean, body: Uint8Array): void {
    const chain = parseCertificateMessage(body, this.#version);
    if (chain !== undefined && chain.length > 0) this.#observer.certificates(fromOpener, chain);
  }
}
