/**
 * One handshake, sent and captured in every odd way that TCP and the record layer allow. Whatever the
 * way, the fingerprints are those of the handshake: values come from a second implementation.
 */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/bytes.ts";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { foundFingerprints, foundValues } from "../support/found_fingerprints.ts";
import { fixtureDer } from "../support/certificate_fixture.ts";
import { MadeConnection } from "../support/made_connection.ts";
import {
  answerLists,
  answerMessage,
  chosenVersion,
  helloMessage,
  helloRecord,
  listsOf,
  type MadeAnswer,
  type MadeHello,
  message,
  plain,
  RETRY_RANDOM,
  sni,
  tlsRecord,
  tlsRecords,
  USUAL,
} from "../support/made_hello.ts";
import { text } from "../support/packet_builder.ts";
import {
  referenceJa3,
  referenceJa3s,
  referenceJa4,
  referenceJa4s,
  referenceJa4x,
} from "../support/reference_fingerprints.ts";
import { FLAG } from "../support/tcp_talk.ts";

const HELLO = helloRecord(USUAL);
const JA4 = referenceJa4(listsOf(USUAL), "t");
const JA3 = referenceJa3(listsOf(USUAL));

/** A server of TLS 1.2 that sends hello, certificate and the end of its flight. */
const ANSWER: MadeAnswer = { cipher: 0xc02f, extensions: [plain(0xff01), plain(23)] };
const CERTIFICATE = message(11, certificateList(fixtureDer("ec-prime256v1-sha256")));
const FLIGHT = concatBytes(answerMessage(ANSWER), CERTIFICATE, message(14, text("")));

/** The fixture names itself by common name; the extensions are in the order of its DER. */
const JA4X = referenceJa4x(["550403"], ["550403"], ["551d13", "551d11", "551d0e"]);

function certificateList(der: Uint8Array): Uint8Array {
  const one = concatBytes(Uint8Array.of(0, der.length >> 8, der.length), der);
  return concatBytes(Uint8Array.of(0, one.length >> 8, one.length), one);
}

/** What is found of the hello: JA3, JA4 and the name. */
function helloOf(packets: Iterable<CapturedPacket>): readonly string[][] {
  const found = foundFingerprints(packets);
  return ["ja3", "ja4", "sni"].map((kind) =>
    found.filter((record) => record.kind === kind).map(({ value }) => value)
  );
}

const ONCE = [[JA3], [JA4], ["made.example"]];

Deno.test("sniff finds a hello in two segments, wherever it is cut", () => {
  for (let cut = 1; cut < HELLO.length; cut++) {
    const connection = new MadeConnection();
    const packets = [...connection.open(), ...connection.pieces("client", HELLO, [cut])];
    assert.deepEqual(helloOf(packets), ONCE, `cut at ${cut}`);
  }
});

Deno.test("sniff finds a hello in two segments that change places, wherever it is cut", () => {
  for (let cut = 1; cut < HELLO.length; cut++) {
    const connection = new MadeConnection();
    const [first, second] = connection.pieces("client", HELLO, [cut]);
    assert.deepEqual(helloOf([...connection.open(), second!, first!]), ONCE, `cut at ${cut}`);
  }
});

Deno.test("sniff finds a hello that comes byte by byte, and backwards", () => {
  const cuts = Array.from({ length: HELLO.length - 1 }, (_, index) => index + 1);
  const connection = new MadeConnection();
  const open = connection.open();
  assert.deepEqual(helloOf([...open, ...connection.pieces("client", HELLO, cuts)]), ONCE);
  const few = [40, 80, 120, 160].filter((cut) => cut < HELLO.length);
  const backwards = connection.pieces("client", HELLO, few).toReversed();
  assert.deepEqual(helloOf([...open, ...backwards]), ONCE);
});

Deno.test("sniff finds a hello whose segments are repeated, overlap, or lie within each other", () => {
  const connection = new MadeConnection();
  const open = connection.open();
  const piece = (from: number, to: number) =>
    connection.packet("client", from, HELLO.subarray(from, to));
  const orders: [number, number][][] = [
    [[0, 60], [0, 60], [60, HELLO.length], [60, HELLO.length]],
    [[0, 60], [30, 90], [80, HELLO.length]],
    [[0, 60], [0, HELLO.length]],
    [[50, 100], [40, 120], [0, 45], [110, HELLO.length]],
    [[100, HELLO.length], [60, 100], [100, HELLO.length], [0, 70]],
    [[0, HELLO.length], [0, HELLO.length]],
  ];
  for (const order of orders) {
    const packets = [...open, ...order.map(([from, to]) => piece(from, to))];
    assert.deepEqual(helloOf(packets), ONCE, JSON.stringify(order));
  }
});

Deno.test("sniff takes of two versions of the same bytes the first", () => {
  const connection = new MadeConnection();
  const other = helloRecord({ ...USUAL, ciphers: [1, 2, 3, 4, 5, 6] });
  const packets = [
    ...connection.open(),
    connection.packet("client", 0, HELLO.subarray(0, 120)),
    connection.packet("client", 0, other),
    connection.packet("client", 120, HELLO.subarray(120)),
  ];
  assert.deepEqual(foundValues(packets, "ja3"), [JA3]);
});

Deno.test("sniff finds a hello in three records, in segments of any size", () => {
  const hello = helloMessage(USUAL);
  for (const cuts of [[1, 2], [3, 4], [4, 40], [50, 100], [hello.length - 2, hello.length - 1]]) {
    const records = tlsRecords(hello, ...cuts);
    for (const size of [records.length, 7, 33]) {
      const connection = new MadeConnection();
      const ends = Array.from(
        { length: Math.ceil(records.length / size) - 1 },
        (_, index) => (index + 1) * size,
      );
      const packets = [...connection.open(), ...connection.pieces("client", records, ends)];
      assert.deepEqual(helloOf(packets), ONCE, `cut at ${cuts}, ${size} bytes a segment`);
    }
  }
});

Deno.test("sniff finds a hello of which each record has one byte", () => {
  const hello = helloMessage(USUAL);
  const cuts = Array.from({ length: hello.length - 1 }, (_, index) => index + 1);
  const records = tlsRecords(hello, ...cuts);
  const connection = new MadeConnection();
  const packets = [...connection.open(), ...connection.pieces("client", records, [500, 1000])];
  assert.deepEqual(helloOf(packets), ONCE);
});

Deno.test("sniff finds a hello whatever version its record claims", () => {
  for (const version of [0x0300, 0x0301, 0x0302, 0x0303, 0x0304]) {
    const connection = new MadeConnection();
    const record = tlsRecord(helloMessage(USUAL), 22, version);
    const packets = [...connection.open(), ...connection.pieces("client", record)];
    assert.deepEqual(helloOf(packets), ONCE, version.toString(16));
  }
});

Deno.test("sniff finds ServerHello and certificate in one record, in two, and in pieces", () => {
  const hello = answerMessage(ANSWER);
  const forms: Readonly<Record<string, Uint8Array>> = {
    "one record": tlsRecord(FLIGHT),
    "a record each": concatBytes(
      ...[hello, CERTIFICATE, message(14, text(""))].map((part) => tlsRecord(part)),
    ),
    "cut between the messages and within them": tlsRecords(FLIGHT, 3, hello.length - 1, 300),
  };
  for (const [form, bytes] of Object.entries(forms)) {
    for (const cuts of [[], [1], [5, 6], [hello.length + 5], [100, 200, 300, 400]]) {
      const connection = new MadeConnection();
      const packets = [
        ...connection.open(),
        ...connection.pieces("client", HELLO),
        ...connection.pieces("server", bytes, cuts),
      ];
      assert.deepEqual(
        ["ja3s", "ja4s", "ja4x"].map((kind) => foundValues(packets, kind)),
        [[referenceJa3s(answerLists(ANSWER))], [referenceJa4s(answerLists(ANSWER), "t")], [JA4X]],
        `${form}, cut at ${cuts}`,
      );
    }
  }
});

Deno.test("sniff tells of both hellos around a HelloRetryRequest", () => {
  const second: MadeHello = { ...USUAL, extensions: [...USUAL.extensions!, plain(44)] };
  const retry: MadeAnswer = {
    random: RETRY_RANDOM,
    cipher: 0x1301,
    extensions: [chosenVersion(0x0304), plain(51, Uint8Array.of(0, 0x17))],
  };
  const answer: MadeAnswer = {
    cipher: 0x1301,
    extensions: [plain(51, new Uint8Array(69)), chosenVersion(0x0304)],
  };
  const again = concatBytes(tlsRecord(Uint8Array.of(1), 20, 0x0303), helloRecord(second));
  const connection = new MadeConnection();
  const first = tlsRecord(answerMessage(retry));
  const changed = tlsRecord(Uint8Array.of(1), 20, 0x0303);
  const packets = [
    ...connection.open(),
    ...connection.pieces("client", HELLO),
    ...connection.pieces("server", concatBytes(first, changed)),
    ...connection.pieces("client", again, [], HELLO.length),
    ...connection.pieces(
      "server",
      tlsRecord(answerMessage(answer)),
      [],
      first.length + changed.length,
    ),
  ];
  assert.deepEqual(foundValues(packets, "ja4"), [JA4, referenceJa4(listsOf(second), "t")]);
  assert.deepEqual(foundValues(packets, "ja3"), [JA3, referenceJa3(listsOf(second))]);
  assert.deepEqual(
    foundValues(packets, "ja4s"),
    [retry, answer].map((one) => referenceJa4s(answerLists(one), "t")),
  );
});

Deno.test("sniff finds hellos in a connection whose start was not captured", () => {
  const connection = new MadeConnection();
  const client = connection.pieces("client", HELLO, [50]);
  const server = connection.pieces("server", tlsRecord(FLIGHT));
  assert.deepEqual(helloOf([...client, ...server]), ONCE);
  assert.deepEqual(foundValues([...client, ...server], "ja4x"), [JA4X]);
});

Deno.test("sniff finds the hello of the only side that was captured", () => {
  const connection = new MadeConnection();
  const [syn, synAck, ack] = connection.open();
  const client = connection.pieces("client", HELLO, [77]);
  const server = connection.pieces("server", tlsRecord(FLIGHT), [33]);
  assert.deepEqual(helloOf([syn!, ack!, ...client]), ONCE);
  const answers = [synAck!, ...server];
  assert.deepEqual(foundValues(answers, "ja3s"), [referenceJa3s(answerLists(ANSWER))]);
  assert.deepEqual(foundValues(answers, "ja4x"), [JA4X]);
  assert.deepEqual(foundValues(server, "ja4s"), [referenceJa4s(answerLists(ANSWER), "t")]);
  for (const { src, sport, dst, dport } of foundFingerprints(answers)) {
    assert.deepEqual([src, sport, dst, dport], ["192.0.2.1", 40000, "198.51.100.2", 443]);
  }
});

Deno.test("sniff makes nothing of a hello that the capture cut, and reads the next connection", () => {
  const connection = new MadeConnection();
  const [hello] = connection.pieces("client", HELLO);
  const cut = { ...hello!, bytes: hello!.bytes.subarray(0, 96), wire: hello!.bytes.length };
  const next = new MadeConnection({ clientPort: 40001 });
  const packets = [
    ...[...connection.open(), cut],
    ...[...next.open(), ...next.pieces("client", HELLO)],
  ];
  assert.deepEqual(helloOf(packets), ONCE);
});

Deno.test("sniff finds a hello that the capture cut behind its end", () => {
  const connection = new MadeConnection();
  const [hello] = connection.pieces("client", concatBytes(HELLO, new Uint8Array(400)));
  const bytes = hello!.bytes.subarray(0, hello!.bytes.length - 400);
  const packets = [...connection.open(), { ...hello!, bytes, wire: hello!.bytes.length }];
  assert.deepEqual(helloOf(packets), ONCE);
});

Deno.test("sniff finds a hello in the SYN, whole and with more behind it", () => {
  const connection = new MadeConnection();
  const [, synAck, ack] = connection.open();
  const whole = [connection.syn(HELLO), synAck!, ack!];
  assert.deepEqual(helloOf(whole), ONCE);
  const split = [
    connection.syn(HELLO.subarray(0, 100)),
    synAck!,
    connection.packet("client", 100, HELLO.subarray(100)),
  ];
  assert.deepEqual(helloOf(split), ONCE);
  // A server without the cookie takes none of it, and the client says it again.
  const refused = [
    connection.syn(HELLO.subarray(0, 100)),
    synAck!,
    ...connection.pieces("client", HELLO, [100]),
  ];
  assert.deepEqual(helloOf(refused), ONCE);
});

Deno.test("sniff finds a hello whose sequence numbers pass zero, wherever they do", () => {
  for (const before of [0, 1, 2, 50, HELLO.length - 1, HELLO.length]) {
    const connection = new MadeConnection({ clientIsn: 0xffffffff - before });
    const open = connection.open();
    const pieces = connection.pieces("client", HELLO, [60, 120]);
    assert.deepEqual(helloOf([...open, ...pieces]), ONCE, `${before} bytes before`);
    assert.deepEqual(helloOf([...open, ...pieces.toReversed()]), ONCE, `${before} backwards`);
  }
});

Deno.test("sniff is not led astray by keep-alives, window probes and empty segments", () => {
  const connection = new MadeConnection();
  const packets = [
    ...connection.open(),
    // A keep-alive repeats the last number with a byte of rubbish or none (RFC 9293 3.8.4).
    connection.packet("client", -1, Uint8Array.of(0)),
    connection.packet("client", -1, text("")),
    connection.packet("client", 0, HELLO.subarray(0, 90)),
    connection.packet("client", 89, Uint8Array.of(0)),
    connection.packet("server", 0, text(""), { flags: FLAG.ack }),
    connection.packet("client", 90, HELLO.subarray(90)),
  ];
  assert.deepEqual(helloOf(packets), ONCE);
});

Deno.test("sniff reads on behind a SYN that comes again in the middle of a hello", () => {
  const connection = new MadeConnection();
  const [syn, synAck, ack] = connection.open();
  const packets = [
    ...[syn!, synAck!, ack!],
    connection.packet("client", 0, HELLO.subarray(0, 90)),
    ...[syn!, synAck!],
    connection.packet("client", 90, HELLO.subarray(90)),
  ];
  assert.deepEqual(helloOf(packets), ONCE);
});

Deno.test("sniff reads on behind a RST that the other side does not believe", () => {
  // Middleboxes send such; the sequence number is not the one that is expected (RFC 9293 3.10.7.4).
  const connection = new MadeConnection();
  const packets = [
    ...connection.open(),
    connection.packet("client", 0, HELLO.subarray(0, 90)),
    connection.packet("server", 500_000, text(""), { flags: FLAG.rst }),
    connection.packet("client", 90, HELLO.subarray(90)),
    ...connection.pieces("server", tlsRecord(FLIGHT)),
  ];
  assert.deepEqual(helloOf(packets), ONCE);
  assert.deepEqual(foundValues(packets, "ja3s"), [referenceJa3s(answerLists(ANSWER))]);
});

Deno.test("sniff finds a hello of which a part is captured behind the FINs", () => {
  const connection = new MadeConnection();
  const fin = { flags: FLAG.fin | FLAG.ack };
  const packets = [
    ...connection.open(),
    connection.packet("client", 90, HELLO.subarray(90)),
    connection.packet("client", HELLO.length, text(""), fin),
    connection.packet("server", 0, text(""), fin),
    connection.packet("client", 0, HELLO.subarray(0, 90)),
  ];
  assert.deepEqual(helloOf(packets), ONCE);
});

Deno.test("sniff finds a hello whose last segment ends the connection", () => {
  const connection = new MadeConnection();
  const packets = [
    ...connection.open(),
    connection.packet("client", 0, HELLO.subarray(0, 90)),
    connection.packet("client", 90, HELLO.subarray(90), { flags: FLAG.fin | FLAG.psh | FLAG.ack }),
  ];
  assert.deepEqual(helloOf(packets), ONCE);
});

Deno.test("sniff finds the hello of each of two connections between the same ports", () => {
  const other: MadeHello = { ...USUAL, extensions: [sni("other.example")] };
  const first = new MadeConnection();
  const second = new MadeConnection({ clientIsn: 77_000_000, serverIsn: 88_000_000 });
  const packets = [
    ...[...first.open(), ...first.pieces("client", HELLO)],
    first.packet("client", HELLO.length, text(""), { flags: FLAG.rst }),
    ...[...second.open(), ...second.pieces("client", helloRecord(other))],
  ];
  assert.deepEqual(foundValues(packets, "sni"), ["made.example", "other.example"]);
});

Deno.test("sniff tells one value for one hello that is captured twice, packet by packet", () => {
  const connection = new MadeConnection();
  const packets = [
    ...connection.open(),
    ...connection.pieces("client", HELLO, [100]),
    ...connection.pieces("server", tlsRecord(FLIGHT), [100, 200]),
  ].flatMap((packet) => [packet, packet]);
  assert.deepEqual(helloOf(packets), ONCE);
  assert.deepEqual(foundValues(packets, "ja4x"), [JA4X]);
});

Deno.test("sniff takes an alert, or another record, before the hello in its stride", () => {
  const connection = new MadeConnection();
  const alert = tlsRecord(Uint8Array.of(1, 112), 21);
  const answer = concatBytes(alert, tlsRecord(FLIGHT));
  const packets = [
    ...connection.open(),
    ...connection.pieces("client", HELLO),
    ...connection.pieces("server", answer),
  ];
  assert.deepEqual(foundValues(packets, "ja3s"), [referenceJa3s(answerLists(ANSWER))]);
  assert.deepEqual(foundValues(packets, "ja4x"), [JA4X]);
});
