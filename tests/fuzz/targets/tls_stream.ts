/** What carries TLS: records over TCP, DTLS, and the handshake with a server that the prober asks. */
import assert from "node:assert/strict";
import { readCertificates } from "../../../lib/tls/certificate_handshake.ts";
import { DtlsHandshake, looksLikeDtlsHandshake } from "../../../lib/tls/dtls.ts";
import { HandshakeStream } from "../../../lib/tls/handshake_stream.ts";
import { RecordReader } from "../../../lib/tls/record.ts";
import { FakeChannel, FakeTls13Server, replay } from "../../support/fake_tls_server.ts";
import { HELLO_FIXTURES } from "../../support/hello_fixtures.ts";
import { conversations, streamOf } from "../captured.ts";
import { type Chunk, joinChunks, splitChunks } from "../chunks.ts";
import { digest } from "../digest.ts";
import { choice, cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";
import { tlsMessages, tlsStreams } from "../tls_seeds.ts";

/** Bits that a chunk of bytes takes for its length: of a long stream this much is a chunk. */
const MAX_CHUNK = 1500;

export const TLS_STREAM: FuzzTarget = {
  name: "tls_stream",
  seeds: () => [
    ...tlsStreams().map(serverChunks),
    ...tlsMessages().map(serverChunks),
    ...HELLO_FIXTURES.map(({ payloads }) => joinChunks(payloads)),
    ...conversations()
      .filter(({ udp, chunks: [first] }) =>
        udp && first !== undefined && looksLikeDtlsHandshake(first.bytes, 0, first.bytes.length)
      )
      .map(({ chunks }) => joinChunks(chunks)),
  ],
  async run(input) {
    const chunks = splitChunks(input);
    const said = [true, false].map((fromClient) => records(streamOf(chunks, fromClient)));
    return [...said, dtls(chunks), await handshake(chunks, choice(input, 16))].join();
  },
};

function serverChunks(stream: Uint8Array): Uint8Array {
  const chunks: Chunk[] = [];
  for (let at = 0; at < stream.length; at += MAX_CHUNK) {
    chunks.push({ fromClient: false, bytes: stream.subarray(at, at + MAX_CHUNK) });
  }
  return joinChunks(chunks);
}

/** Records and messages are the same however their stream is cut. */
function records(stream: Uint8Array): string {
  const whole = read([stream]);
  assert.equal(read(cut(stream)), whole);
  return whole.replace(/\d{3,}/g, "#").slice(0, 60);
}

function read(pieces: readonly Uint8Array[]): string {
  const reader = new RecordReader();
  const messages = new HandshakeStream();
  const found: string[] = [];
  for (const bytes of pieces) {
    // Lent: it is overwritten as soon as the records in it have been read.
    const piece = bytes.slice();
    reader.lend(piece);
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      if (typeof record === "string") return [...found, record].join(" ");
      found.push(`${record.type}:${record.payload.length}`);
      messages.lend(record.payload);
      found.push(...readMessages(messages));
      messages.settle();
    }
    reader.settle();
    piece.fill(0xee);
  }
  return found.join(" ");
}

function readMessages(stream: HandshakeStream): string[] {
  const found: string[] = [];
  for (let next = stream.next(); next !== undefined; next = stream.next()) {
    if (typeof next === "string") return [...found, next];
    found.push(`m${next.type}:${next.body.length}:${digest(next.body)}`);
  }
  return found;
}

/** Messages are made of what came, not of what was announced. */
function dtls(chunks: readonly Chunk[]): string {
  const reader = new DtlsHandshake();
  let came = 0;
  let taken = 0;
  const types: number[] = [];
  for (const { bytes, fromClient } of chunks) {
    came += bytes.length;
    for (const { type, body } of reader.push(bytes, fromClient)) {
      taken += body.length;
      types.push(type);
    }
    assert.ok(taken <= came);
  }
  return `d${types.join("")}`;
}

/** The server's side is played by the chunks: as they are, or as what TLS 1.3 protects. */
async function handshake(chunks: readonly Chunk[], variant: number): Promise<string> {
  const bytes = chunks.filter(({ fromClient }) => !fromClient).map((chunk) => chunk.bytes);
  const channel = variant === 0 ? protectedReplay(bytes) : replay(...bytes);
  const result = await readCertificates(channel, {
    // Only a modern hello costs keys, so it is left to a few.
    style: variant < 2 ? "modern" : variant % 2 === 0 ? "tls12" : "tls10",
    serverName: "decoy.example",
    alpn: ["h2"],
  });
  if (result.kind === "certificates") {
    assert.ok(result.chain.length > 0 && result.chain[0]!.length > 0);
  }
  return result.kind === "protocol_error" ? result.detail.replace(/\d+/g, "#") : result.kind;
}

/** Content type of handshake messages (RFC 8446 5.1). */
const HANDSHAKE = 22;

function protectedReplay(contents: readonly Uint8Array[]): FakeChannel {
  return new FakeChannel(async function* (channel) {
    const server = await FakeTls13Server.answer(channel);
    yield server.helloRecord;
    for (const content of contents) yield server.seal(HANDSHAKE, content);
  });
}
