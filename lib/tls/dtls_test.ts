import fc from "fast-check";
import assert from "node:assert/strict";
import { ByteWriter, concatBytes } from "../bytes.ts";
import { DtlsHandshake, type DtlsMessage, looksLikeDtlsHandshake } from "./dtls.ts";

const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;

interface Part {
  readonly type?: number;
  readonly body: Uint8Array;
  readonly sequence?: number;
  /** What of the body is in the fragment; all of it by default. */
  readonly from?: number;
  readonly to?: number;
}

function fragment({ type = CLIENT_HELLO, body, sequence = 0, from = 0, to }: Part): Uint8Array {
  const data = body.subarray(from, to);
  return new ByteWriter()
    .u8(type).uint(3, body.length).u16(sequence).uint(3, from)
    .vector(3, (field) => field.bytes(data))
    .finish();
}

function record(
  payload: Uint8Array,
  { type = 22, version = 0xfefd, epoch = 0 } = {},
): Uint8Array<ArrayBuffer> {
  return new ByteWriter()
    .u8(type).u16(version).u16(epoch).u16(0).uint(4, 0)
    .vector(2, (field) => field.bytes(payload))
    .finish();
}

function hello(random: number, length = 300): Uint8Array<ArrayBuffer> {
  const body = Uint8Array.from({ length }, (_, index) => index & 0xff);
  body.fill(random, 2, 34);
  return body;
}

function whole(type: number, body: Uint8Array, sequence = 0): DtlsMessage {
  return { type, body, sequence };
}

const BODY = hello(7);

Deno.test("DtlsHandshake gives the messages of a record, and of several in a datagram", () => {
  const dtls = new DtlsHandshake();
  const first = fragment({ body: BODY });
  const second = fragment({ type: 11, body: Uint8Array.of(1, 2), sequence: 1 });
  const third = fragment({ type: 14, body: new Uint8Array(0), sequence: 2 });
  const datagram = concatBytes(record(concatBytes(first, second)), record(third));
  assert.deepEqual(dtls.push(datagram, true), [
    whole(CLIENT_HELLO, BODY),
    whole(11, Uint8Array.of(1, 2), 1),
    whole(14, new Uint8Array(0), 2),
  ]);
});

Deno.test("DtlsHandshake reads a datagram that lies within a buffer", () => {
  const datagram = record(fragment({ body: BODY }));
  const bytes = concatBytes(datagram, datagram, datagram);
  const dtls = new DtlsHandshake();
  assert.equal(dtls.push(bytes, true, 5, datagram.length).length, 0);
  assert.equal(dtls.push(bytes, true, datagram.length, datagram.length).length, 1);
});

Deno.test("DtlsHandshake puts fragments together in any order, with overlaps", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 299 }), { maxLength: 12 });
  const scene = cuts.chain((cuts) => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), BODY.length];
    const pieces = edges.slice(1).map((to, index) => ({ from: edges[index]!, to }));
    return fc.shuffledSubarray(pieces, { minLength: pieces.length });
  });
  fc.assert(fc.property(scene, fc.boolean(), fc.nat(20), (pieces, oneDatagram, overlap) => {
    const dtls = new DtlsHandshake();
    const records = pieces.map(({ from, to }) =>
      record(fragment({ body: BODY, from: Math.max(0, from - overlap), to }))
    );
    const datagrams = oneDatagram ? [concatBytes(...records)] : records;
    const seen = datagrams.flatMap((datagram) => dtls.push(datagram, true));
    assert.deepEqual(seen, [whole(CLIENT_HELLO, BODY)]);
  }));
});

Deno.test("DtlsHandshake gives what is sent again once, but the hello with a cookie too", () => {
  const dtls = new DtlsHandshake();
  const first = record(fragment({ body: BODY }));
  assert.equal(dtls.push(first, true).length, 1);
  assert.equal(dtls.push(first, true).length, 0);
  const cookie = hello(7, 320);
  const second = record(fragment({ body: cookie, sequence: 1 }));
  assert.deepEqual(dtls.push(second, true), [whole(CLIENT_HELLO, cookie, 1)]);
  assert.equal(dtls.push(second, true).length, 0);
  assert.equal(dtls.push(first, true).length, 0);
});

Deno.test("DtlsHandshake keeps the two sides apart", () => {
  const dtls = new DtlsHandshake();
  const answer = record(fragment({ type: SERVER_HELLO, body: hello(9, 90) }));
  assert.equal(dtls.push(record(fragment({ body: BODY })), true).length, 1);
  assert.deepEqual(dtls.push(answer, false), [whole(SERVER_HELLO, hello(9, 90))]);
  assert.equal(dtls.push(answer, false).length, 0);
});

Deno.test("DtlsHandshake takes a hello with another random for a new handshake", () => {
  const dtls = new DtlsHandshake();
  const answer = record(fragment({ type: SERVER_HELLO, body: hello(9, 90) }));
  dtls.push(record(fragment({ body: BODY })), true);
  dtls.push(answer, false);
  assert.deepEqual(dtls.push(record(fragment({ body: hello(8) })), true), [
    whole(CLIENT_HELLO, hello(8)),
  ]);
  assert.equal(dtls.push(answer, false).length, 1);
});

Deno.test("DtlsHandshake passes over other content, other epochs and what is no DTLS", () => {
  const dtls = new DtlsHandshake();
  const message = fragment({ body: BODY });
  assert.deepEqual(dtls.push(record(message, { type: 23 }), true), []);
  assert.deepEqual(dtls.push(record(message, { epoch: 1 }), true), []);
  assert.deepEqual(dtls.push(record(message, { version: 0x0303 }), true), []);
  const behind = concatBytes(
    record(Uint8Array.of(2, 40), { type: 21 }),
    record(message, { epoch: 1 }),
    record(message),
  );
  assert.equal(dtls.push(behind, true).length, 1);
});

Deno.test("DtlsHandshake reads every version, OpenSSL's early one too", () => {
  for (const version of [0xfeff, 0xfefd, 0xfefc, 0x0100]) {
    const datagram = record(fragment({ body: BODY }), { version });
    assert.ok(looksLikeDtlsHandshake(datagram, 0, datagram.length));
    assert.equal(new DtlsHandshake().push(datagram, true).length, 1, version.toString(16));
  }
});

Deno.test("DtlsHandshake drops a fragment that does not fit its message", () => {
  const dtls = new DtlsHandshake();
  const bad = fragment({ body: BODY, from: 290 });
  bad[8] = 0xff;
  assert.deepEqual(dtls.push(record(bad), true), []);
  const huge = fragment({ body: BODY, to: 100 });
  huge[1] = 0xff;
  assert.deepEqual(dtls.push(record(huge), true), []);
  assert.deepEqual(dtls.push(record(fragment({ body: BODY, sequence: 32 })), true), []);
  const cut = record(fragment({ body: BODY })).slice(0, -1);
  assert.deepEqual(dtls.push(cut, true), []);
});

Deno.test("DtlsHandshake holds few incomplete messages, and forgets the oldest", () => {
  const dtls = new DtlsHandshake();
  const halves = Array.from({ length: 5 }, (_, sequence) => ({ body: BODY, sequence, type: 11 }));
  for (const half of halves) dtls.push(record(fragment({ ...half, to: 150 })), false);
  const completed = halves.toReversed().map((half) =>
    dtls.push(record(fragment({ ...half, from: 150 })), false).length
  );
  assert.deepEqual(completed, [1, 1, 1, 1, 0]);
});

Deno.test("looksLikeDtlsHandshake() is false for what is not the start of a handshake", () => {
  const datagram = record(fragment({ body: BODY }));
  assert.ok(looksLikeDtlsHandshake(datagram, 0, datagram.length));
  assert.ok(looksLikeDtlsHandshake(datagram, 0, 60));
  const spoiled: readonly [offset: number, value: number][] = [
    [0, 23],
    [1, 3],
    [2, 0x80],
    [3, 1],
    [4, 1],
    [11, 0xff],
  ];
  for (const [offset, value] of spoiled) {
    const other = datagram.slice();
    other[offset] = value;
    assert.ok(!looksLikeDtlsHandshake(other, 0, other.length), `byte ${offset}`);
  }
  assert.ok(!looksLikeDtlsHandshake(datagram, 0, 25));
  assert.ok(looksLikeDtlsHandshake(concatBytes(Uint8Array.of(0), datagram), 1, datagram.length));
});

Deno.test("DtlsHandshake never throws", () => {
  const nearly = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(60)).map(([bytes, at]) => {
    const datagram = record(fragment({ body: BODY, to: 80 }));
    datagram.set(bytes.subarray(0, datagram.length - at), at);
    return datagram;
  });
  const datagrams = fc.array(fc.tuple(fc.oneof(fc.uint8Array(), nearly), fc.boolean()));
  fc.assert(fc.property(datagrams, (datagrams) => {
    const dtls = new DtlsHandshake();
    for (const [datagram, fromClient] of datagrams) {
      looksLikeDtlsHandshake(datagram, 0, datagram.length);
      dtls.push(datagram, fromClient);
    }
  }));
});
