/** Handshake messages from a connection, within limits that a hostile server cannot move. */
import { ALERT, parseAlert } from "./alert.ts";
import { CONTENT_TYPE } from "./constants.ts";
import { type HandshakeMessage, HandshakeStream } from "./handshake_stream.ts";
import { RecordReader, type TlsRecord } from "./record.ts";
import type { RecordOpener } from "./record_protection.ts";

/** The part of a connection that a handshake needs. */
export interface ByteChannel {
  /** Next bytes that arrived, never empty; undefined when the peer has closed the stream. */
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
}

/** Why a handshake did not get as far as the certificate. */
export type HandshakeFailure =
  /** The server turned the hello down. */
  | { readonly kind: "alert"; readonly description: number }
  /** The first bytes are no TLS record. */
  | { readonly kind: "not_tls" }
  /** The server speaks TLS, but not by its rules. */
  | { readonly kind: "protocol_error"; readonly detail: string }
  /** The stream ended. */
  | { readonly kind: "closed" };

/** Carries a {@linkcode HandshakeFailure} out of the depth of a handshake. */
export class HandshakeStop extends Error {
  override readonly name = "HandshakeStop";

  constructor(readonly failure: HandshakeFailure) {
    super(failure.kind);
  }
}

/** The stop for a broken rule. */
export function protocolError(detail: string): HandshakeStop {
  return new HandshakeStop({ kind: "protocol_error", detail });
}

/** No server needs as much for its hello and its certificates, however finely it cuts them. */
export const MAX_BYTES_READ = 1024 * 1024;

/** Reads one handshake's messages in order. */
export class MessageSource {
  readonly #channel: ByteChannel;
  readonly #records = new RecordReader();
  #messages = new HandshakeStream();
  #opener: RecordOpener | undefined;
  #bytesRead = 0;
  #speaksTls = false;
  #warning: number | undefined;

  constructor(channel: ByteChannel) {
    this.#channel = channel;
  }

  /** Next handshake message. @throws {HandshakeStop} when there will be none. */
  async next(): Promise<HandshakeMessage> {
    while (true) {
      const message = this.#messages.next();
      if (message === "oversized") throw protocolError("handshake message too long");
      if (message !== undefined) return message;
      this.#accept(await this.#nextRecord());
    }
  }

  /**
   * From here on the server's records are protected. @throws {HandshakeStop} when a message
   * reaches over the change of keys, which RFC 8446 5.1 forbids.
   */
  protect(opener: RecordOpener): void {
    if (!this.#messages.empty) throw protocolError("message across a change of keys");
    this.#messages = new HandshakeStream();
    this.#opener = opener;
  }

  async #nextRecord(): Promise<TlsRecord> {
    while (true) {
      const record = this.#records.next();
      if (typeof record === "object") {
        this.#speaksTls = true;
        return record;
      }
      if (record === "oversized") throw protocolError("record too long");
      if (record === "not_tls") {
        if (this.#speaksTls) throw protocolError("not a record");
        throw new HandshakeStop({ kind: "not_tls" });
      }
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    if (this.#bytesRead > MAX_BYTES_READ) throw protocolError("too much before the certificate");
    const bytes = await this.#channel.read();
    if (bytes === undefined) {
      throw new HandshakeStop(
        this.#warning === undefined
          ? { kind: "closed" }
          : { kind: "alert", description: this.#warning },
      );
    }
    this.#bytesRead += bytes.length;
    this.#records.push(bytes);
  }

  #accept(record: TlsRecord): void {
    // TLS 1.3 servers send it for middleboxes only (RFC 8446 D.4). Before 1.3 it never comes ahead
    // of the certificate, and a server that sends it all the same has done no harm.
    if (record.type === CONTENT_TYPE.changeCipherSpec) return;
    if (this.#opener === undefined || record.type === CONTENT_TYPE.alert) {
      this.#acceptContent(record.type, record.payload);
      return;
    }
    if (record.type !== CONTENT_TYPE.applicationData) throw protocolError("unprotected record");
    const inner = this.#opener.open(record);
    if (inner === undefined) throw protocolError("record that does not decrypt");
    this.#acceptContent(inner.type, inner.content);
  }

  #acceptContent(type: number, content: Uint8Array): void {
    if (type === CONTENT_TYPE.handshake) this.#messages.push(content);
    else if (type === CONTENT_TYPE.alert) this.#acceptAlert(content);
    else throw protocolError(`record of type ${type} during the handshake`);
  }

  #acceptAlert(payload: Uint8Array): void {
    const alert = parseAlert(payload);
    if (alert === undefined) throw protocolError("malformed alert");
    // A warning, say of unrecognized_name (RFC 6066 3), leaves the handshake going, but is the
    // answer if the server hangs up after it.
    if (alert.warning && alert.description !== ALERT.closeNotify) {
      this.#warning = alert.description;
      return;
    }
    throw new HandshakeStop({ kind: "alert", description: alert.description });
  }
}
