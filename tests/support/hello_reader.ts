/** Takes the hellos out of payloads in the simplest way, without the engine. */
import { QuicHandshake } from "../../lib/quic/handshake.ts";
import { CONTENT_TYPE } from "../../lib/tls/constants.ts";
import { DtlsHandshake } from "../../lib/tls/dtls.ts";
import { HandshakeStream } from "../../lib/tls/handshake_stream.ts";
import { RecordReader } from "../../lib/tls/record.ts";

/** A handshake message, whatever carried it. */
export interface ReadMessage {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Plain handshake messages of TLS records at the beginning of `stream`. */
export function readTlsMessages(stream: Uint8Array): ReadMessage[] {
  const records = new RecordReader();
  const handshake = new HandshakeStream();
  const messages: ReadMessage[] = [];
  records.push(stream);
  for (let record = records.next(); typeof record === "object"; record = records.next()) {
    // After a HelloRetryRequest one of these stands before the second hello.
    if (record.type === CONTENT_TYPE.changeCipherSpec) continue;
    if (record.type !== CONTENT_TYPE.handshake) break;
    handshake.push(record.payload);
    for (let next = handshake.next(); typeof next === "object"; next = handshake.next()) {
      messages.push(next);
    }
  }
  return messages;
}

/** Reads the datagrams between two endpoints. */
export interface DatagramReader {
  push(datagram: Uint8Array, fromClient: boolean): readonly ReadMessage[];
}

/** A reader for QUIC or DTLS. */
export function datagramReader(transport: "q" | "d"): DatagramReader {
  return transport === "q" ? new QuicHandshake() : new DtlsHandshake();
}
