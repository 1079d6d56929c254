import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { CONTENT_TYPE, HANDSHAKE_TYPE } from "../tls/constants.ts";
import {
  certificateBody,
  CHOOSES_TLS13,
  handshake,
  record,
  serverHello,
} from "../../tests/support/fake_tls_server.ts";
import { TlsAnalyzer } from "./tls_analyzer.ts";

/** SHA-256 of "HelloRetryRequest", the random that makes a ServerHello one (RFC 8446 4.1.3). */
const RETRY_RANDOM = Uint8Array.fromHex(
  "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c",
);

/** Not read here: what a ClientHello says behind its version is the observer's business. */
const CLIENT_HELLO = handshake(HANDSHAKE_TYPE.clientHello, new Uint8Array(600).fill(3));
const CERTIFICATE = handshake(
  HANDSHAKE_TYPE.certificate,
  certificateBody([new Uint8Array(3000).fill(1), Uint8Array.of(2)], false),
);
const CCS = record(CONTENT_TYPE.changeCipherSpec, Uint8Array.of(1));
const HELLO_DONE = handshake(HANDSHAKE_TYPE.serverHelloDone, new Uint8Array(0));
/** What encryption makes of a Finished message: here it looks like a ClientHello. */
const ENCRYPTED = record(CONTENT_TYPE.handshake, handshake(1, new Uint8Array(40)));
const APPLICATION_DATA = record(CONTENT_TYPE.applicationData, new Uint8Array(50));

const clear = (message: Uint8Array) => record(CONTENT_TYPE.handshake, message);

function analyzed() {
  const seen: string[] = [];
  const analyzer = new TlsAnalyzer({
    clientHello: (fromOpener, body, index) => {
      seen.push(`${fromOpener ? ">" : "<"}hello ${body.length} ${index}`);
    },
    serverHello: (fromOpener, { version, retryRequest }) => {
      const kind = retryRequest ? "retry" : "session";
      seen.push(`${fromOpener ? ">" : "<"}${kind} ${version.toString(16)}`);
    },
    certificates: (_, chain) => {
      seen.push(`certificates ${chain.map(({ length }) => length)}`);
    },
  });
  return { analyzer, seen };
}

/** Cuts bytes into pieces of `size`. */
function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

Deno.test("TlsAnalyzer reads a hello that lies over three records, in pieces of any size", () => {
  const records = [[0, 2], [2, 300], [300, 604]]
    .map(([from, to]) => clear(CLIENT_HELLO.subarray(from, to)));
  const bytes = concatBytes(...records);
  for (const size of [1, 3, 7, 100, 1000]) {
    const { analyzer, seen } = analyzed();
    for (const piece of pieces(bytes, size)) assert.equal(analyzer.data(true, piece), true);
    assert.deepEqual(seen, [">hello 600 0"], `${size}`);
  }
});

Deno.test("TlsAnalyzer reads ServerHello and Certificate of one record and one flight", () => {
  const flight = concatBytes(serverHello({}), CERTIFICATE, HELLO_DONE);
  for (const bytes of [clear(flight), flightOfRecords()]) {
    const { analyzer, seen } = analyzed();
    analyzer.data(true, clear(CLIENT_HELLO));
    analyzer.data(false, bytes);
    assert.deepEqual(seen, [">hello 600 0", "<session 303", "certificates 3000,1"]);
  }
});

function flightOfRecords(): Uint8Array {
  return concatBytes(clear(serverHello({})), clear(CERTIFICATE), clear(HELLO_DONE));
}

Deno.test("TlsAnalyzer wants nothing more once both sides are encrypted", () => {
  const { analyzer, seen } = analyzed();
  assert.equal(analyzer.data(true, clear(CLIENT_HELLO)), true);
  assert.equal(analyzer.data(false, flightOfRecords()), true);
  assert.equal(analyzer.data(true, concatBytes(CCS, ENCRYPTED)), false);
  assert.equal(seen.length, 3, "the encrypted message was read");
});

Deno.test("TlsAnalyzer reads nothing behind a TLS 1.3 ServerHello", () => {
  const { analyzer, seen } = analyzed();
  analyzer.data(true, clear(CLIENT_HELLO));
  analyzer.data(
    false,
    concatBytes(clear(serverHello({ extensions: [CHOOSES_TLS13] })), CCS, ENCRYPTED),
  );
  assert.equal(analyzer.data(true, concatBytes(CCS, APPLICATION_DATA)), false);
  assert.deepEqual(seen, [">hello 600 0", "<session 304"]);
});

Deno.test("TlsAnalyzer reads the second hello after a retry request, behind a ChangeCipherSpec", () => {
  const { analyzer, seen } = analyzed();
  analyzer.data(true, clear(CLIENT_HELLO));
  const retry = serverHello({ random: RETRY_RANDOM, extensions: [CHOOSES_TLS13] });
  analyzer.data(false, concatBytes(clear(retry), CCS));
  analyzer.data(true, concatBytes(CCS, clear(CLIENT_HELLO)));
  analyzer.data(false, clear(serverHello({ extensions: [CHOOSES_TLS13] })));
  assert.deepEqual(seen, [">hello 600 0", "<retry 304", ">hello 600 1", "<session 304"]);
});

Deno.test("TlsAnalyzer reads on over a warning", () => {
  const { analyzer, seen } = analyzed();
  const warning = record(CONTENT_TYPE.alert, Uint8Array.of(1, 112));
  analyzer.data(false, concatBytes(warning, clear(serverHello({}))));
  assert.deepEqual(seen, ["<session 303"]);
});

Deno.test("TlsAnalyzer looks for another hello behind each gap, for a while", () => {
  const { analyzer, seen } = analyzed();
  analyzer.data(true, clear(CLIENT_HELLO).subarray(0, 100));
  assert.equal(analyzer.gap(true), true);
  analyzer.data(true, clear(CLIENT_HELLO).subarray(300));
  assert.deepEqual(seen, []);
  analyzer.data(true, clear(CLIENT_HELLO));
  analyzer.data(false, clear(serverHello({})));
  assert.deepEqual(seen, [">hello 600 0", "<session 303"]);
  assert.equal(analyzer.gap(true), true);
  analyzer.data(true, concatBytes(clear(CLIENT_HELLO).subarray(300), clear(CLIENT_HELLO)));
  assert.deepEqual(seen.slice(2), [">hello 600 1"]);
  assert.equal(analyzer.gap(true), true);
  analyzer.data(true, new Uint8Array(70_000));
  assert.equal(analyzer.listens(true), false);
  assert.equal(analyzer.listens(false), true);
});

Deno.test("TlsAnalyzer finds the hellos behind talk to a proxy, in pieces of any size", () => {
  const proxy = Uint8Array.of(5, 0, 0x16, 3, 0, 1, 127, 0, 0, 1, 0x15, 3);
  const client = concatBytes(proxy, clear(CLIENT_HELLO));
  const server = concatBytes(proxy, flightOfRecords());
  for (const size of [1, 5, 11, 13, 5000]) {
    const { analyzer, seen } = analyzed();
    for (const piece of pieces(client, size)) analyzer.data(true, piece);
    for (const piece of pieces(server, size)) analyzer.data(false, piece);
    assert.deepEqual(seen, [">hello 600 0", "<session 303", "certificates 3000,1"], `${size}`);
  }
});

Deno.test("TlsAnalyzer looks through no more than 64 KiB for a hello", () => {
  const { analyzer, seen } = analyzed();
  const junk = new Uint8Array(1024).fill(0x16);
  let pieces = 0;
  while (analyzer.listens(true) && pieces < 1000) {
    analyzer.data(true, junk);
    assert.ok(analyzer.held < 4096);
    pieces++;
  }
  assert.equal(pieces, 65);
  analyzer.data(true, clear(CLIENT_HELLO));
  assert.deepEqual(seen, []);
});

Deno.test("TlsAnalyzer begins a side again until it has said something", () => {
  const { analyzer, seen } = analyzed();
  analyzer.data(false, clear(serverHello({})).subarray(20));
  analyzer.restart(false);
  analyzer.data(false, clear(serverHello({})));
  analyzer.restart(false);
  analyzer.data(false, clear(CERTIFICATE));
  assert.deepEqual(seen, ["<session 303", "certificates 3000,1"]);
});

Deno.test("TlsAnalyzer gives up messages larger than any", () => {
  const { analyzer, seen } = analyzed();
  const huge = clear(Uint8Array.of(HANDSHAKE_TYPE.certificate, 0xff, 0xff, 0xff, 0));
  analyzer.data(false, huge);
  assert.equal(analyzer.listens(false), false);
  assert.deepEqual(seen, []);
});

Deno.test("TlsAnalyzer.held counts what waits, and is 0 when nothing does", () => {
  const { analyzer } = analyzed();
  assert.equal(analyzer.held, 0);
  analyzer.data(true, clear(CLIENT_HELLO).subarray(0, 300));
  assert.ok(analyzer.held >= 300);
  analyzer.data(true, clear(CLIENT_HELLO).subarray(300));
  assert.equal(analyzer.held, 0);
  const large = clear(CERTIFICATE.subarray(0, 2000));
  analyzer.data(false, large);
  assert.ok(analyzer.held >= 2000);
  analyzer.gap(false);
  assert.equal(analyzer.held, 0);
});

Deno.test("TlsAnalyzer never throws, and tells of no more hellos than there were messages", () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(
      ...[clear(CLIENT_HELLO), CCS, ENCRYPTED, APPLICATION_DATA, clear(serverHello({}))],
      clear(serverHello({ extensions: [CHOOSES_TLS13] })),
      clear(CERTIFICATE),
    ),
    fc.tuple(fc.integer({ min: 20, max: 24 }), fc.uint8Array({ maxLength: 40 }))
      .map(([type, payload]) => record(type, payload)),
  );
  const step = fc.record({
    fromOpener: fc.boolean(),
    part,
    cut: fc.nat(700),
    gap: fc.nat(9).map((dice) => dice === 0),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
    const { analyzer, seen } = analyzed();
    let bytes = 0;
    for (const { fromOpener, part, cut, gap } of steps) {
      bytes += part.length;
      if (gap) analyzer.gap(fromOpener);
      analyzer.data(fromOpener, part.subarray(0, cut));
      analyzer.data(fromOpener, part.subarray(cut));
    }
    assert.ok(seen.length <= bytes / 4);
    assert.ok(analyzer.held <= 4 * bytes + 2048);
  }));
});
