import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../bytes.ts";
import { type CertificateHandshakeOptions, readCertificates } from "./certificate_handshake.ts";
import { CONTENT_TYPE, EXTENSION, HANDSHAKE_TYPE, VERSION } from "./constants.ts";
import {
  certificateBody,
  CHOOSES_TLS13,
  FakeChannel,
  FakeTls13Server,
  handshake,
  record,
  replay,
  serverHello,
} from "../../tests/support/fake_tls_server.ts";
import { MAX_BYTES_READ } from "./message_source.ts";

const MODERN: CertificateHandshakeOptions = { style: "modern", alpn: ["h2"] };
const RETRY_RANDOM = fromHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
const { handshake: HANDSHAKE, alert: ALERT, changeCipherSpec, applicationData } = CONTENT_TYPE;

const CHAIN = [fromHex("3003020101"), fromHex("3003020102")];
const TLS12_FLIGHT = concatBytes(
  serverHello({}),
  handshake(HANDSHAKE_TYPE.certificate, certificateBody(CHAIN, false)),
);

function alert(level: number, description: number): Uint8Array {
  return record(ALERT, Uint8Array.of(level, description));
}

function retryRequest(...extensions: { type: number; data: Uint8Array }[]): Uint8Array {
  return record(
    HANDSHAKE,
    serverHello({
      random: RETRY_RANDOM,
      cipherSuite: 0x1301,
      extensions: [CHOOSES_TLS13, ...extensions],
    }),
  );
}

function keyShareGroup(group: number) {
  return { type: EXTENSION.keyShare, data: Uint8Array.of(group >> 8, group & 0xff) };
}

/** What a TLS 1.3 server with these protected records brings about. */
function tls13(flight: (server: FakeTls13Server) => Iterable<Uint8Array>) {
  return new FakeChannel(async function* (channel) {
    const server = await FakeTls13Server.answer(channel);
    yield server.helloRecord;
    yield* flight(server);
  });
}

async function kindOf(channel: FakeChannel, options = MODERN): Promise<string> {
  const result = await readCertificates(channel, options);
  if (result.kind === "alert") return `alert ${result.description}`;
  return result.kind === "protocol_error" ? `protocol_error: ${result.detail}` : result.kind;
}

Deno.test("readCertificates() reads a TLS 1.2 chain", async () => {
  const result = await readCertificates(replay(record(HANDSHAKE, TLS12_FLIGHT)), MODERN);
  assert.ok(result.kind === "certificates");
  assert.deepEqual(result.chain, CHAIN);
  assert.equal(result.serverHello.version, VERSION.tls12);
  assert.equal(result.alpn, undefined);
});

Deno.test("readCertificates() reads the answer of an SSL 3.0 server", async () => {
  const flight = concatBytes(
    serverHello({ version: VERSION.ssl30, cipherSuite: 0x0005 }),
    handshake(HANDSHAKE_TYPE.certificate, certificateBody(CHAIN, false)),
  );
  for (const style of ["modern", "tls12", "tls10"] as const) {
    const result = await readCertificates(replay(record(HANDSHAKE, flight)), { style, alpn: [] });
    assert.ok(result.kind === "certificates");
    assert.equal(result.serverHello.version, VERSION.ssl30);
  }
});

Deno.test("readCertificates() tells the ALPN choice of TLS 1.2", async () => {
  const alpn = { type: EXTENSION.alpn, data: fromHex("0003026832") };
  const flight = concatBytes(
    serverHello({ extensions: [alpn] }),
    handshake(HANDSHAKE_TYPE.certificate, certificateBody(CHAIN, false)),
  );
  const result = await readCertificates(replay(record(HANDSHAKE, flight)), MODERN);
  assert.ok(result.kind === "certificates");
  assert.equal(result.alpn, "h2");
});

Deno.test("readCertificates() reads a flight cut into records and reads of any size", async () => {
  const sizes = fc.integer({ min: 1, max: TLS12_FLIGHT.length });
  await fc.assert(fc.asyncProperty(sizes, sizes, async (recordSize, readSize) => {
    const stream = concatBytes(...pieces(TLS12_FLIGHT, recordSize).map((p) => record(22, p)));
    const result = await readCertificates(replay(...pieces(stream, readSize)), MODERN);
    assert.ok(result.kind === "certificates");
    assert.deepEqual(result.chain, CHAIN);
  }));
});

function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, index) => bytes.subarray(index * size, (index + 1) * size),
  );
}

Deno.test("readCertificates() reads a TLS 1.3 flight, with whatever may stand in it", async () => {
  const extensions = fromHex("0009" + "0010000500030268" + "32");
  const flight = concatBytes(
    handshake(HANDSHAKE_TYPE.encryptedExtensions, extensions),
    handshake(HANDSHAKE_TYPE.certificateRequest, fromHex("000000")),
    handshake(HANDSHAKE_TYPE.certificate, certificateBody(CHAIN, true)),
  );
  const channel = tls13(function* (server) {
    yield record(changeCipherSpec, Uint8Array.of(1));
    for (const piece of pieces(flight, 7)) yield server.seal(HANDSHAKE, piece);
  });
  const result = await readCertificates(channel, MODERN);
  assert.ok(result.kind === "certificates");
  assert.deepEqual(result.chain, CHAIN);
  assert.equal(result.serverHello.version, VERSION.tls13);
  assert.equal(result.alpn, "h2");
});

Deno.test("readCertificates() tells alerts, plain and protected", async () => {
  assert.equal(await kindOf(replay(alert(2, 40))), "alert 40");
  assert.equal(await kindOf(replay(alert(1, 0))), "alert 0");
  const channel = tls13(function* (server) {
    yield server.seal(ALERT, Uint8Array.of(2, 80));
  });
  assert.equal(await kindOf(channel), "alert 80");
});

Deno.test("readCertificates() passes over warnings, but tells the last one at a hang-up", async () => {
  const warned = replay(alert(1, 112), record(HANDSHAKE, TLS12_FLIGHT));
  assert.equal(await kindOf(warned), "certificates");
  assert.equal(await kindOf(replay(alert(1, 112))), "alert 112");
});

Deno.test("readCertificates() passes over HelloRequest and change_cipher_spec", async () => {
  const channel = replay(
    record(HANDSHAKE, handshake(HANDSHAKE_TYPE.helloRequest, new Uint8Array(0))),
    record(changeCipherSpec, Uint8Array.of(1)),
    record(HANDSHAKE, TLS12_FLIGHT),
  );
  assert.equal(await kindOf(channel), "certificates");
});

Deno.test("readCertificates() says not_tls for other protocols", async () => {
  for (const text of ["SSH-2.0-x\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "220 ready\r\n", "\0"]) {
    assert.equal(await kindOf(replay(new TextEncoder().encode(text))), "not_tls");
  }
});

Deno.test("readCertificates() says closed wherever the server hangs up", async () => {
  const stream = record(HANDSHAKE, TLS12_FLIGHT);
  for (let length = 0; length < stream.length; length++) {
    assert.equal(await kindOf(replay(stream.subarray(0, length))), "closed", `${length} bytes`);
  }
});

Deno.test("readCertificates() lets the channel's own errors through", async () => {
  const channel = {
    read: () => Promise.reject(new Error("reset")),
    write: () => Promise.resolve(),
  };
  await assert.rejects(readCertificates(channel, MODERN), /reset/);
});

Deno.test("readCertificates() answers a HelloRetryRequest with the group and the cookie", async () => {
  const channel = new FakeChannel(async function* () {
    const cookie = { type: EXTENSION.cookie, data: fromHex("0003c0ffee") };
    yield retryRequest(keyShareGroup(0x1e), cookie);
  });
  assert.equal(await kindOf(channel), "closed");
  const firstLength = 5 + channel.written[3]! * 256 + channel.written[4]!;
  const first = channel.written.subarray(0, firstLength);
  const second = channel.written.subarray(firstLength);
  // change_cipher_spec, then a hello with the same random and session id.
  assert.deepEqual(second.subarray(0, 6), fromHex("140303000101"));
  assert.deepEqual(second.subarray(6, 9), fromHex("160303"));
  assert.deepEqual(second.subarray(6 + 9, 6 + 76), first.subarray(9, 76));
  const hex = second.toHex();
  // key_share with one X448 key; cookie.
  assert.match(hex, /0033003e003c001e0038/);
  assert.match(hex, /002c00050003c0ffee/);
});

Deno.test("readCertificates() breaks off a HelloRetryRequest that breaks the rules", async () => {
  const cases: [string, Uint8Array][] = [
    ["HelloRetryRequest that asks for nothing", retryRequest()],
    ["HelloRetryRequest for a key that it had", retryRequest(keyShareGroup(0x1d))],
    ["group 0x0100 was not offered", retryRequest(keyShareGroup(0x0100))],
    [
      "cookie too long",
      retryRequest({
        type: EXTENSION.cookie,
        data: concatBytes(fromHex("2001"), new Uint8Array(0x2001)),
      }),
    ],
  ];
  for (const [detail, request] of cases) {
    assert.equal(await kindOf(replay(request)), `protocol_error: ${detail}`);
  }
  const group = retryRequest(keyShareGroup(0x18));
  assert.equal(await kindOf(replay(group, group)), "protocol_error: second HelloRetryRequest");
});

Deno.test("readCertificates() breaks off a ServerHello that breaks the rules", async () => {
  const x25519 = { type: EXTENSION.keyShare, data: fromHex("001d0020" + "00".repeat(32)) };
  const cases: [string, Uint8Array][] = [
    ["malformed ServerHello", handshake(HANDSHAKE_TYPE.serverHello, new Uint8Array(20))],
    ["version 0x0002 was not offered", serverHello({ version: 2 })],
    ["version 0x0305 was not offered", serverHello({ version: 0x0305 })],
    ["handshake message 11 instead of a ServerHello", handshake(11, certificateBody(CHAIN, false))],
    ["TLS 1.3 with suite 0xc02f", serverHello({ extensions: [CHOOSES_TLS13, x25519] })],
    [
      "ServerHello without a key for a group that was offered",
      serverHello({ cipherSuite: 0x1301, extensions: [CHOOSES_TLS13] }),
    ],
    [
      "ServerHello with an invalid key",
      serverHello({ cipherSuite: 0x1301, extensions: [CHOOSES_TLS13, x25519] }),
    ],
  ];
  for (const [detail, message] of cases) {
    assert.equal(await kindOf(replay(record(22, message))), `protocol_error: ${detail}`);
  }
  const choosesTls13 = record(22, serverHello({ extensions: [CHOOSES_TLS13] }));
  assert.equal(
    await kindOf(replay(choosesTls13), { style: "tls12", alpn: [] }),
    "protocol_error: TLS 1.3 was not offered",
  );
});

Deno.test("readCertificates() breaks off a TLS 1.2 flight without certificates", async () => {
  const after = (type: number, body: Uint8Array) =>
    replay(record(22, concatBytes(serverHello({}), handshake(type, body))));
  const malformed = "protocol_error: malformed Certificate";
  const empty = "protocol_error: empty Certificate";
  assert.equal(await kindOf(after(11, fromHex("0000ff"))), malformed);
  assert.equal(await kindOf(after(11, fromHex("000000"))), empty);
  assert.equal(await kindOf(after(11, fromHex("000003000000"))), empty);
  assert.equal(
    await kindOf(after(12, new Uint8Array(4))),
    "protocol_error: handshake message 12 instead of a Certificate",
  );
});

Deno.test("readCertificates() breaks off a TLS 1.3 flight that breaks the rules", async () => {
  const cases: [string, (server: FakeTls13Server) => Iterable<Uint8Array>][] = [
    ["record that does not decrypt", () => [record(applicationData, new Uint8Array(40))]],
    ["record that does not decrypt", (server) => [server.seal(0, new Uint8Array(9))]],
    ["unprotected record", () => [record(HANDSHAKE, handshake(8, new Uint8Array(2)))]],
    ["record of type 23 during the handshake", (server) => [server.seal(23, CHAIN[0]!)]],
    ["malformed EncryptedExtensions", (server) => [server.seal(22, handshake(8, CHAIN[0]!))]],
    [
      "handshake message 20 instead of a Certificate",
      (server) => [server.seal(22, handshake(20, new Uint8Array(32)))],
    ],
    ["malformed Certificate", (server) => [server.seal(22, handshake(11, CHAIN[0]!))]],
    ["malformed alert", (server) => [server.seal(21, Uint8Array.of(2))]],
  ];
  for (const [detail, flight] of cases) {
    assert.equal(await kindOf(tls13(flight)), `protocol_error: ${detail}`);
  }
});

Deno.test("readCertificates() breaks off a message that reaches over the change of keys", async () => {
  const channel = new FakeChannel(async function* (self) {
    const server = await FakeTls13Server.answer(self);
    const hello = server.helloRecord.subarray(5);
    yield record(HANDSHAKE, concatBytes(hello, Uint8Array.of(8)));
  });
  assert.equal(await kindOf(channel), "protocol_error: message across a change of keys");
});

Deno.test("readCertificates() breaks off at claims of 16 MiB and 64 KiB", async () => {
  const huge = replay(record(HANDSHAKE, fromHex("02ffffff")));
  assert.equal(await kindOf(huge), "protocol_error: handshake message too long");
  const wide = replay(fromHex("160303ffff"));
  assert.equal(await kindOf(wide), "protocol_error: record too long");
  const second = replay(record(changeCipherSpec, Uint8Array.of(1)), fromHex("47455420"));
  assert.equal(await kindOf(second), "protocol_error: not a record");
});

/** Streams without an end, none of which breaks a rule that would end them sooner. */
const ENDLESS: Record<string, (channel: FakeChannel) => AsyncGenerator<Uint8Array>> = {
  change_cipher_spec: forever(record(changeCipherSpec, Uint8Array.of(1))),
  "empty records": forever(record(HANDSHAKE, new Uint8Array(0))),
  warnings: forever(alert(1, 90)),
  "HelloRequest messages": forever(record(HANDSHAKE, new Uint8Array(16384))),
  "a message in one-byte records": forever(record(HANDSHAKE, Uint8Array.of(7)), 3000),
  "protected empty records": async function* (channel) {
    const server = await FakeTls13Server.answer(channel);
    yield server.helloRecord;
    while (true) yield server.seal(HANDSHAKE, new Uint8Array(0));
  },
  "protected CertificateRequest messages": async function* (channel) {
    const server = await FakeTls13Server.answer(channel);
    yield server.helloRecord;
    while (true) yield server.seal(HANDSHAKE, handshake(13, new Uint8Array(8000)));
  },
};

function forever(bytes: Uint8Array, times = 1) {
  const chunk = concatBytes(...Array.from({ length: times }, () => bytes));
  return async function* () {
    while (true) yield chunk;
  };
}

for (const [name, script] of Object.entries(ENDLESS)) {
  Deno.test(`readCertificates() breaks off ${name} without end`, async () => {
    const channel = new FakeChannel(script);
    assert.equal(await kindOf(channel), "protocol_error: too much before the certificate");
    assert.ok(channel.bytesRead <= MAX_BYTES_READ + 32 * 1024, `${channel.bytesRead} bytes`);
  });
}

Deno.test("readCertificates() ends in a result for any answer", async () => {
  const kinds = ["certificates", "alert", "not_tls", "protocol_error", "closed"];
  const plausible = fc.array(
    fc.tuple(fc.integer({ min: 20, max: 24 }), fc.uint8Array({ maxLength: 80 })),
  ).map((records) => concatBytes(...records.map(([type, payload]) => record(type, payload))));
  const damaged = fc.tuple(fc.nat(TLS12_FLIGHT.length - 1), fc.nat(255)).map(([at, value]) => {
    const flight = TLS12_FLIGHT.slice();
    flight[at] = value;
    return record(HANDSHAKE, flight);
  });
  await fc.assert(fc.asyncProperty(
    fc.oneof(fc.uint8Array(), plausible, damaged),
    async (stream) => {
      const result = await readCertificates(replay(stream), { style: "tls12", alpn: [] });
      assert.ok(kinds.includes(result.kind));
    },
  ));
});
