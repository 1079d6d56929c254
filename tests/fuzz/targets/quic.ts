/** QUIC: datagrams as they are, and frames that are sealed as a client or server would. */
import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../../../lib/bytes.ts";
import { CryptoStream } from "../../../lib/quic/crypto_stream.ts";
import { QuicHandshake } from "../../../lib/quic/handshake.ts";
import { looksLikeInitial, parseLongHeader } from "../../../lib/quic/long_header.ts";
import { HELLO_FIXTURES } from "../../support/hello_fixtures.ts";
import {
  cryptoFrame,
  otherPacket,
  QUIC_V1,
  QUIC_V2,
  sealInitial,
} from "../../support/quic_packets.ts";
import {
  CLIENT_FRAMES,
  CONNECTION_ID,
  QUIC_CLIENT_HELLO,
  QUIC_SERVER_HELLO,
  QUIC_VECTORS,
  SERVER_FRAMES,
} from "../../support/quic_vectors.ts";
import { conversations } from "../captured.ts";
import { type Chunk, joinChunks, splitChunks } from "../chunks.ts";
import type { FuzzTarget } from "../target.ts";

/** By the first byte of an input: whether its chunks are frames to seal, and for which version. */
const SEALED: readonly (number | undefined)[] = [
  ...[undefined, QUIC_V1, QUIC_V2, 0xff00001d, 0x54303530],
  0x1a2a3a4a,
];

/** Frames that a packet takes; with fewer there would be nothing to sample for header protection. */
const MAX_FRAMES = 16_000;
const LEAST_FRAMES = new Uint8Array(20);

export const QUIC: FuzzTarget = {
  name: "quic",
  seeds: () => [
    ...datagramSeeds().map((chunks) => seed(0, chunks)),
    ...SEALED.flatMap((_, index) =>
      index === 0 ? [] : frameSeeds().map((chunks) => seed(index, chunks))
    ),
  ],
  run(input) {
    const version = SEALED[(input[0] ?? 0) % SEALED.length];
    const chunks = splitChunks(input.subarray(1));
    return version === undefined ? datagrams(chunks) : frames(version, chunks);
  },
};

function datagrams(chunks: readonly Chunk[]): string {
  for (const { bytes } of chunks) {
    looksLikeInitial(bytes, 0, bytes.length);
    const header = parseLongHeader(bytes, 0, bytes.length);
    if (header === undefined) continue;
    const { destination, source, numberOffset, end } = header;
    assert.ok(destination.length <= 20 && source.length <= 20);
    assert.ok(numberOffset > 0 && numberOffset <= end && end <= bytes.length);
  }
  return handshake(chunks);
}

function frames(version: number, chunks: readonly Chunk[]): string {
  const streams = { client: new CryptoStream(), server: new CryptoStream() };
  const came = { client: 0, server: 0 };
  const taken = { client: 0, server: 0 };
  const datagrams = chunks.map(({ fromClient, bytes }, number): Chunk => {
    const side = fromClient ? "client" : "server";
    const frames = concatBytes(bytes.subarray(0, MAX_FRAMES), LEAST_FRAMES);
    came[side] += frames.length;
    for (const { body } of streams[side].push(frames)) taken[side] += body.length;
    assert.ok(taken[side] <= came[side]);
    const packet = sealInitial({
      version,
      side,
      frames,
      number,
      connectionId: CONNECTION_ID,
      destination: fromClient ? CONNECTION_ID : new Uint8Array(0),
    });
    return { fromClient, bytes: packet };
  });
  return handshake(datagrams);
}

/** Messages are made of what came, and a datagram is left as it is. */
function handshake(chunks: readonly Chunk[]): string {
  const reader = new QuicHandshake();
  const types: string[] = [];
  let came = 0;
  let taken = 0;
  for (const { bytes, fromClient } of chunks) {
    came += bytes.length;
    for (const { type, body, version } of reader.push(bytes, fromClient)) {
      taken += body.length;
      types.push(`${type}/${version}`);
    }
    assert.ok(taken <= came);
  }
  return `${reader.finished} ${types.slice(0, 6).join()}`;
}

function seed(kind: number, chunks: readonly Chunk[]): Uint8Array {
  return concatBytes(Uint8Array.of(kind), joinChunks(chunks));
}

function datagramSeeds(): (readonly Chunk[])[] {
  return [
    ...HELLO_FIXTURES.filter(({ transport }) => transport === "q").map(({ payloads }) => payloads),
    ...QUIC_VECTORS.map(({ serverPacket, retryPacket, version }) => [
      { fromClient: true, bytes: concatBytes(initial(version), otherPacket(version, 2, 40)) },
      { fromClient: false, bytes: fromHex(serverPacket) },
      { fromClient: false, bytes: fromHex(retryPacket) },
    ]),
    ...conversations()
      .filter(({ udp, chunks: [first] }) =>
        udp && first !== undefined && looksLikeInitial(first.bytes, 0, first.bytes.length)
      )
      .map(({ chunks }) => chunks.slice(0, 8)),
  ];
}

function initial(version: number): Uint8Array {
  return sealInitial({ version, connectionId: CONNECTION_ID, frames: CLIENT_FRAMES });
}

/** Hellos whole, in pieces out of order, and among frames of other kinds. */
function frameSeeds(): (readonly Chunk[])[] {
  const [half, end] = [120, QUIC_CLIENT_HELLO.length];
  const parts = [cryptoFrame(half, QUIC_CLIENT_HELLO.subarray(half, end)), Uint8Array.of(1, 0, 0)];
  return [
    [
      { fromClient: true, bytes: CLIENT_FRAMES.subarray(0, 300) },
      { fromClient: false, bytes: SERVER_FRAMES },
    ],
    [
      { fromClient: true, bytes: concatBytes(...parts) },
      { fromClient: true, bytes: cryptoFrame(0, QUIC_CLIENT_HELLO.subarray(0, half + 5)) },
      { fromClient: false, bytes: cryptoFrame(0, QUIC_SERVER_HELLO) },
    ],
    // ACK with two ranges and ECN counts, CONNECTION_CLOSE with a reason.
    [{ fromClient: false, bytes: fromHex("03050001000102010203" + "1c000603616263") }],
  ];
}
