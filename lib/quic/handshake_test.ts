import fc from "fast-check";
import assert from "node:assert/strict";
import {
  cryptoFrame,
  otherPacket,
  QUIC_V1,
  QUIC_V2,
  sealInitial,
} from "../../tests/support/quic_packets.ts";
import {
  CLIENT_FRAMES,
  CONNECTION_ID,
  QUIC_CLIENT_HELLO,
  QUIC_SERVER_HELLO,
  QUIC_VECTORS,
  SERVER_FRAMES,
} from "../../tests/support/quic_vectors.ts";
import { concatBytes, fromHex } from "../bytes.ts";
import { QuicHandshake, type QuicMessage } from "./handshake.ts";

const SERVER_ID = fromHex("f067a5502a4262b5");

const CLIENT_PACKET = sealInitial({ connectionId: CONNECTION_ID, frames: CLIENT_FRAMES });
const SERVER_PACKET = sealInitial({
  side: "server",
  connectionId: CONNECTION_ID,
  destination: new Uint8Array(0),
  source: SERVER_ID,
  frames: SERVER_FRAMES,
});

const CLIENT_MESSAGE: QuicMessage = {
  type: 1,
  body: QUIC_CLIENT_HELLO.slice(4),
  fromClient: true,
  version: QUIC_V1,
};
const SERVER_MESSAGE: QuicMessage = {
  type: 2,
  body: QUIC_SERVER_HELLO.slice(4),
  fromClient: false,
  version: QUIC_V1,
};

/** The hello of another connection, by its random. */
function otherHello(random: number): Uint8Array<ArrayBuffer> {
  return QUIC_CLIENT_HELLO.slice().fill(random, 6, 38);
}

/** A ServerHello with the random of a HelloRetryRequest. */
function retryRequest(): Uint8Array<ArrayBuffer> {
  const hello = QUIC_SERVER_HELLO.slice();
  hello.set(fromHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"), 6);
  return hello;
}

for (const { version, serverPacket } of QUIC_VECTORS) {
  Deno.test(`QuicHandshake gives the hellos of the RFC for version ${version.toString(16)}`, () => {
    const quic = new QuicHandshake();
    const client = sealInitial({ version, connectionId: CONNECTION_ID, frames: CLIENT_FRAMES });
    assert.deepEqual(quic.push(client, true), [{ ...CLIENT_MESSAGE, version }]);
    assert.equal(quic.finished, false);
    assert.deepEqual(quic.push(fromHex(serverPacket), false), [{ ...SERVER_MESSAGE, version }]);
    assert.equal(quic.finished, true);
  });
}

Deno.test("QuicHandshake reads a datagram that lies within a buffer", () => {
  const bytes = concatBytes(new Uint8Array(9), CLIENT_PACKET, new Uint8Array(9));
  assert.deepEqual(new QuicHandshake().push(bytes, true, 9, CLIENT_PACKET.length), [
    CLIENT_MESSAGE,
  ]);
  assert.deepEqual(new QuicHandshake().push(bytes, true, 9, CLIENT_PACKET.length - 1), []);
});

Deno.test("QuicHandshake puts a hello together over datagrams in any order", () => {
  const pieces = [[0, 50], [50, 51], [51, 180], [180, QUIC_CLIENT_HELLO.length]] as const;
  const datagrams = pieces.map(([from, to], number) =>
    sealInitial({
      connectionId: CONNECTION_ID,
      number,
      frames: concatBytes(
        cryptoFrame(from, QUIC_CLIENT_HELLO.subarray(from, to)),
        Uint8Array.of(1, 0, 0, 0),
      ),
    })
  );
  const orders = fc.shuffledSubarray(datagrams, { minLength: datagrams.length });
  fc.assert(fc.property(orders, (datagrams) => {
    const quic = new QuicHandshake();
    assert.deepEqual(datagrams.flatMap((datagram) => quic.push(datagram, true)), [CLIENT_MESSAGE]);
  }));
});

Deno.test("QuicHandshake reads every Initial packet of a datagram, and no other", () => {
  const half = (number: number, from: number, to: number) =>
    sealInitial({
      connectionId: CONNECTION_ID,
      number,
      frames: cryptoFrame(from, QUIC_CLIENT_HELLO.subarray(from, to)),
    });
  const datagram = concatBytes(
    half(0, 0, 100),
    otherPacket(QUIC_V1, 1, 60),
    half(1, 100, QUIC_CLIENT_HELLO.length),
    otherPacket(QUIC_V1, 2, 60),
    new Uint8Array(30),
  );
  assert.deepEqual(new QuicHandshake().push(datagram, true), [CLIENT_MESSAGE]);
});

Deno.test("QuicHandshake gives what is sent again once", () => {
  const quic = new QuicHandshake();
  quic.push(CLIENT_PACKET, true);
  assert.deepEqual(quic.push(CLIENT_PACKET, true), []);
  quic.push(SERVER_PACKET, false);
  assert.deepEqual(quic.push(SERVER_PACKET, false), []);
});

Deno.test("QuicHandshake follows a client to the ID that a Retry gave it", () => {
  const retry = fromHex(QUIC_VECTORS[0]!.retryPacket);
  const again = sealInitial({ connectionId: SERVER_ID, frames: CLIENT_FRAMES });
  const answer = sealInitial({ side: "server", connectionId: SERVER_ID, frames: SERVER_FRAMES });

  const quic = new QuicHandshake();
  assert.equal(quic.push(CLIENT_PACKET, true).length, 1);
  assert.deepEqual(quic.push(retry, false), []);
  // It is the same hello once more.
  assert.deepEqual(quic.push(again, true), []);
  assert.deepEqual(quic.push(answer, false), [SERVER_MESSAGE]);
  assert.equal(quic.finished, true);

  const late = new QuicHandshake();
  const part = cryptoFrame(0, QUIC_CLIENT_HELLO.subarray(0, 90));
  late.push(sealInitial({ connectionId: CONNECTION_ID, frames: part }), true);
  late.push(retry, false);
  assert.deepEqual(late.push(again, true), [CLIENT_MESSAGE]);
});

Deno.test("QuicHandshake gives the second hellos after a HelloRetryRequest", () => {
  const quic = new QuicHandshake();
  const from = (side: "client" | "server", number: number, offset: number, data: Uint8Array) =>
    quic.push(
      sealInitial({
        side,
        connectionId: CONNECTION_ID,
        destination: side === "client" ? SERVER_ID : new Uint8Array(0),
        source: side === "client" ? new Uint8Array(0) : SERVER_ID,
        number,
        frames: cryptoFrame(offset, data),
      }),
      side === "client",
    ).map(({ type }) => type);
  const request = retryRequest();
  assert.equal(quic.push(CLIENT_PACKET, true).length, 1);
  assert.deepEqual(from("server", 0, 0, request), [2]);
  assert.equal(quic.finished, false);
  assert.deepEqual(from("client", 1, QUIC_CLIENT_HELLO.length, QUIC_CLIENT_HELLO), [1]);
  assert.deepEqual(from("server", 1, request.length, QUIC_SERVER_HELLO), [2]);
  assert.equal(quic.finished, true);
});

Deno.test("QuicHandshake follows a server to another version", () => {
  const quic = new QuicHandshake();
  quic.push(CLIENT_PACKET, true);
  const version = QUIC_V2;
  const answer = sealInitial({
    version,
    side: "server",
    connectionId: CONNECTION_ID,
    source: SERVER_ID,
    frames: cryptoFrame(0, retryRequest()),
  });
  assert.deepEqual(quic.push(answer, false).map((message) => message.version), [version]);
  const second = sealInitial({
    version,
    connectionId: CONNECTION_ID,
    destination: SERVER_ID,
    frames: cryptoFrame(QUIC_CLIENT_HELLO.length, QUIC_CLIENT_HELLO),
  });
  assert.deepEqual(quic.push(second, true), [{ ...CLIENT_MESSAGE, version }]);
});

Deno.test("QuicHandshake gives the hellos of a new connection between the same ports", () => {
  const quic = new QuicHandshake();
  quic.push(CLIENT_PACKET, true);
  quic.push(SERVER_PACKET, false);
  const connectionId = fromHex("0102030405060708");
  const hello = otherHello(5);
  const client = sealInitial({ connectionId, frames: cryptoFrame(0, hello) });
  assert.deepEqual(quic.push(client, true), [{ ...CLIENT_MESSAGE, body: hello.slice(4) }]);
  assert.equal(quic.finished, false);
  const server = sealInitial({ side: "server", connectionId, frames: SERVER_FRAMES });
  assert.deepEqual(quic.push(server, false), [SERVER_MESSAGE]);
});

Deno.test("QuicHandshake finds out who is the client", () => {
  const quic = new QuicHandshake();
  assert.deepEqual(quic.push(SERVER_PACKET, true), []);
  assert.equal(quic.held, SERVER_PACKET.length);
  assert.deepEqual(quic.push(CLIENT_PACKET, false), [CLIENT_MESSAGE, SERVER_MESSAGE]);
  assert.deepEqual(quic.push(SERVER_PACKET, true), []);
  assert.equal(quic.held, 0);
});

Deno.test("QuicHandshake tries both salts for a reserved version", () => {
  const version = 0x1a2a3a4a;
  for (const salt of [0, 1]) {
    const frames = CLIENT_FRAMES;
    const client = sealInitial({ version, salt, connectionId: CONNECTION_ID, frames });
    assert.deepEqual(new QuicHandshake().push(client, true), [{ ...CLIENT_MESSAGE, version }]);
  }
});

Deno.test("QuicHandshake passes over what is not authentic, and gives up after a while", () => {
  const broken = CLIENT_PACKET.slice();
  broken[600]! ^= 1;
  const patient = new QuicHandshake();
  for (let count = 0; count < 15; count++) assert.deepEqual(patient.push(broken, true), []);
  assert.deepEqual(patient.push(CLIENT_PACKET, true), [CLIENT_MESSAGE]);
  const tired = new QuicHandshake();
  for (let count = 0; count < 16; count++) tired.push(broken, true);
  assert.deepEqual(tired.push(CLIENT_PACKET, true), []);
});

Deno.test("QuicHandshake never throws, whatever the frames and packets are", () => {
  const frames = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 60 }),
    fc.tuple(fc.nat(400), fc.uint8Array({ minLength: 4, maxLength: 60 }))
      .map(([offset, data]) => cryptoFrame(offset, data)),
  );
  const sealed = fc.record({
    version: fc.constantFrom(QUIC_V1, QUIC_V2, 0x1a2a3a4a),
    side: fc.constantFrom("client" as const, "server" as const),
    connectionId: fc.constantFrom(CONNECTION_ID, SERVER_ID, new Uint8Array(0)),
    frames,
  }).map(sealInitial);
  const nearly = fc.tuple(sealed, fc.nat(60), fc.nat(255)).map(([packet, at, value]) => {
    const changed = packet.slice();
    changed[at % changed.length] = value;
    return changed;
  });
  const datagram = fc.array(fc.oneof(sealed, nearly, fc.uint8Array()), { maxLength: 3 })
    .map((parts) => concatBytes(...parts));
  fc.assert(fc.property(fc.array(fc.tuple(datagram, fc.boolean())), (datagrams) => {
    const quic = new QuicHandshake();
    for (const [datagram, fromClient] of datagrams) quic.push(datagram, fromClient);
  }));
});
