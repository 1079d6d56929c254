/** Follows a TLS connection as far as its handshake is in the clear. */
import { CONTENT_TYPE, HANDSHAKE_TYPE, VERSION } from "../tls/constants.ts";
import { parseCertificateMessage } from "../tls/certificate_message.ts";
import { HandshakeStream } from "../tls/handshake_stream.ts";
import { RecordReader } from "../tls/record.ts";
import { parseServerHello, type ServerHello } from "../tls/server_hello.ts";
import type { Analyzer } from "./analyzer.ts";

/** What a TLS handshake shows on the wire. */
export interface TlsObserver {
  /** @param body of the ClientHello message @param index 0 for the first, 1 after a retry request */
  clientHello(fromOpener: boolean, body: Uint8Array, index: number): void;
  serverHello(fromOpener: boolean, hello: ServerHello): void;
  certificates(fromOpener: boolean, chain: readonly Uint8Array[]): void;
}

/** One direction of the connection. */
class Side {
  readonly records = new RecordReader();
  readonly messages = new HandshakeStream();
  done = false;
}

/** Records into handshake messages, on both sides, until both are encrypted or broken. */
export class TlsAnalyzer implements Analyzer {
  readonly #observer: TlsObserver;
  readonly #opener = new Side();
  readonly #responder = new Side();
  #hellos = 0;
  #version = 0;

  constructor(observer: TlsObserver) {
    this.#observer = observer;
  }

  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    const side = fromOpener ? this.#opener : this.#responder;
    if (!side.done) this.#read(side, fromOpener, bytes);
    return !(this.#opener.done && this.#responder.done);
  }

  gap(fromOpener: boolean): boolean {
    (fromOpener ? this.#opener : this.#responder).done = true;
    return !(this.#opener.done && this.#responder.done);
  }

  #read(side: Side, fromOpener: boolean, bytes: Uint8Array): void {
    side.records.lend(bytes);
    this.#readRecords(side, fromOpener);
    if (side.done) side.records.clear();
    else side.records.settle();
  }

  #readRecords(side: Side, fromOpener: boolean): void {
    while (!side.done) {
      const record = side.records.next();
      if (record === undefined) return;
      if (typeof record === "string" || record.type === CONTENT_TYPE.applicationData) {
        side.done = true;
      } else if (record.type === CONTENT_TYPE.handshake) {
        side.messages.lend(record.payload);
        this.#readMessages(side, fromOpener);
        side.messages.settle();
      } else if (record.type === CONTENT_TYPE.changeCipherSpec && this.#isLastClearRecord()) {
        side.done = true;
      }
      // Alerts may be warnings: what comes after them still counts.
    }
  }

  /** Up to TLS 1.2 encryption begins here; in 1.3 the record says nothing (RFC 8446 D.4). */
  #isLastClearRecord(): boolean {
    return this.#version !== 0 && this.#version < VERSION.tls13;
  }

  #readMessages(side: Side, fromOpener: boolean): void {
    for (
      let message = side.messages.next();
      message !== undefined && !side.done;
      message = side.messages.next()
    ) {
      if (message === "oversized") {
        side.done = true;
        return;
      }
      switch (message.type) {
        case HANDSHAKE_TYPE.clientHello:
          this.#observer.clientHello(fromOpener, message.body, this.#hellos++);
          break;
        case HANDSHAKE_TYPE.serverHello:
          this.#serverHello(side, fromOpener, message.body);
          break;
        case HANDSHAKE_TYPE.certificate:
          this.#certificates(fromOpener, message.body);
          break;
        case HANDSHAKE_TYPE.serverHelloDone:
          side.done = true;
          break;
      }
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
    // Drafts of 1.3 count as 1.3: all but the hello is encrypted.
    if (hello.version >= VERSION.tls13) side.done = true;
  }

  #certificates(fromOpener: boolean, body: Uint8Array): void {
    const chain = parseCertificateMessage(body, this.#version);
    if (chain !== undefined && chain.length > 0) this.#observer.certificates(fromOpener, chain);
  }
}
