/** Sound TLS: records of fixtures and captures, and the messages in them. */
import { concatBytes } from "../../lib/bytes.ts";
import { CONTENT_TYPE, EXTENSION, HANDSHAKE_TYPE } from "../../lib/tls/constants.ts";
import {
  certificateBody,
  CHOOSES_TLS13,
  handshake,
  record,
  serverHello,
} from "../support/fake_tls_server.ts";
import { HELLO_FIXTURES } from "../support/hello_fixtures.ts";
import { datagramReader, readTlsMessages } from "../support/hello_reader.ts";
import { streamsWhere } from "./captured.ts";

/** Longer streams have little but encrypted records in what is more. */
const MAX_STREAM = 6000;

/** A server's flight of TLS 1.2: ServerHello with ALPN, certificates, end. */
const FLIGHT = concatBytes(
  record(
    CONTENT_TYPE.handshake,
    serverHello({
      extensions: [{ type: EXTENSION.alpn, data: Uint8Array.of(0, 3, 2, 0x68, 0x32) }],
    }),
  ),
  record(
    CONTENT_TYPE.handshake,
    concatBytes(
      handshake(HANDSHAKE_TYPE.certificate, certificateBody([new Uint8Array(40)], false)),
      handshake(HANDSHAKE_TYPE.serverHelloDone, new Uint8Array(0)),
    ),
  ),
);

/** Streams of records, of clients and of servers. */
export function tlsStreams(): Uint8Array[] {
  const captured = streamsWhere(([type, major]) => type === CONTENT_TYPE.handshake && major === 3);
  const recorded = HELLO_FIXTURES.filter(({ transport }) => transport === "t")
    .flatMap(({ payloads }) => payloads.map(({ bytes }) => bytes));
  return [
    FLIGHT,
    record(CONTENT_TYPE.handshake, serverHello({ extensions: [CHOOSES_TLS13] })),
    record(CONTENT_TYPE.alert, Uint8Array.of(2, 40)),
    ...recorded,
    ...captured.map((stream) => stream.slice(0, MAX_STREAM)),
  ];
}

/** Bodies of handshake messages, of TLS, DTLS and QUIC. */
export function tlsMessages(): Uint8Array[] {
  const datagrams = HELLO_FIXTURES.flatMap(({ transport, payloads }) => {
    if (transport === "t") return [];
    const reader = datagramReader(transport);
    return payloads.flatMap(({ bytes, fromClient }) => reader.push(bytes, fromClient));
  });
  const messages = [...tlsStreams().flatMap(readTlsMessages), ...datagrams];
  return messages.map(({ body }) => body).filter(({ length }) => length <= MAX_STREAM);
}
