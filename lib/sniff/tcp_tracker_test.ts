import assert from "node:assert/strict";
import { record, serverHello } from "../../tests/support/fake_tls_server.ts";
import { text } from "../../tests/support/packet_builder.ts";
import { FLAG, helloFor, sniff, TcpTalk } from "../../tests/support/tcp_talk.ts";
import type { Event } from "../event/event.ts";
import { CONTENT_TYPE } from "../tls/constants.ts";

const HELLO = helloFor("true.example");
const FAKE = helloFor("fake.example");
const SESSION = record(CONTENT_TYPE.handshake, serverHello({}));

const fieldsOf = (events: readonly Event[], type: string) =>
  events.filter(({ event_type }) => event_type === type).map(({ fields }) => fields);
const namesOf = (talk: TcpTalk) =>
  fieldsOf(sniff(talk.packets).events, "tls_client_hello").map(({ sni }) => sni);
const timingsOf = (talk: TcpTalk) => fieldsOf(sniff(talk.packets).events, "tcp_flow_timing");
/** How many packets each connection had until it ended. */
const packetsOf = (talk: TcpTalk) => timingsOf(talk).map(({ packets }) => packets);

/** A connection that is open, with half a hello said. */
const half = () => new TcpTalk().open().say("client", HELLO.subarray(0, 80));
const rest = HELLO.subarray(80);

Deno.test("TcpTracker does not believe a RST with another number than is expected", () => {
  for (const ahead of [1, 100, 60_000, -40, -80, -2000, 0x40000000, -0x40000000]) {
    for (const side of ["client", "server"] as const) {
      const talk = half().stray(side, FLAG.rst, text(""), ahead).say("client", rest);
      assert.deepEqual(namesOf(talk), ["true.example"], `${side} ${ahead}`);
      assert.deepEqual(packetsOf(talk), [6], `${side} ${ahead}`);
    }
  }
  assert.deepEqual(packetsOf(half().stray("client", FLAG.rst).say("client", rest)), [5]);
  assert.deepEqual(packetsOf(half().stray("server", FLAG.rst | FLAG.ack).say("client", rest)), [5]);
});

Deno.test("TcpTracker reads on behind a RST, be it in the middle of a hello or of an answer", () => {
  for (const side of ["client", "server"] as const) {
    const early = new TcpTalk().open().stray(side, FLAG.rst | FLAG.ack).say("client", HELLO);
    assert.deepEqual(namesOf(early), ["true.example"], side);
    const within = half().stray(side, FLAG.rst | FLAG.ack).say("client", rest, 40);
    assert.deepEqual(namesOf(within.say("server", SESSION)), ["true.example"], side);
    assert.equal(fieldsOf(sniff(within.packets).events, "tls_session").length, 1, side);
    const answer = new TcpTalk().open().say("client", HELLO).say("server", SESSION.subarray(0, 40))
      .stray(side, FLAG.rst | FLAG.ack).say("server", SESSION.subarray(40));
    const [session] = fieldsOf(sniff(answer.packets).events, "tls_session");
    assert.equal(session?.["sni"], "true.example", side);
  }
});

Deno.test("TcpTracker begins anew behind a RST when a SYN comes, and ends what it had kept", () => {
  const first = half().stray("client", FLAG.rst);
  const second = new TcpTalk({ start: first.micros, clientIsn: 77 }).open().say("client", FAKE);
  const { events, counters } = sniff([...first.packets, ...second.packets]);
  assert.deepEqual(fieldsOf(events, "tls_client_hello").map(({ sni }) => sni), ["fake.example"]);
  assert.deepEqual([counters.flows, counters.streams], [2, 2]);
});

Deno.test("TcpTracker does not believe a RST behind bytes that are missing", () => {
  const talk = half().segment("server", FLAG.ack).stray("client", FLAG.ack, text("x"), 1000)
    .stray("client", FLAG.rst, text(""), 1001).say("client", rest);
  assert.deepEqual(namesOf(talk), ["true.example"]);
});

Deno.test("TcpTracker does not believe a RST that does not answer the SYN", () => {
  const talk = () => new TcpTalk().syn();
  const opened = (talk: TcpTalk) =>
    talk.segment("server", FLAG.syn | FLAG.ack).segment("client", FLAG.ack).say("client", HELLO)
      .pause(2).segment("client", FLAG.ack);
  assert.deepEqual(packetsOf(opened(talk().stray("server", FLAG.rst, text(""), 77))), [6]);
  const answered = talk().stray("server", FLAG.rst | FLAG.ack, text(""), 77);
  assert.deepEqual(packetsOf(opened(answered)), [], "too short to tell of");
});

Deno.test("TcpTracker takes no notice of FINs that are not at their place", () => {
  const fin = FLAG.fin | FLAG.ack;
  for (const ahead of [-80, 500, 5_000_000]) {
    const talk = half().stray("client", fin, text(""), ahead).segment("server", fin);
    assert.deepEqual(namesOf(talk.say("client", rest)), ["true.example"], `${ahead}`);
  }
  const believed = half().segment("client", fin).segment("server", fin).pause(1)
    .segment("client", FLAG.ack);
  assert.deepEqual(timingsOf(believed).map(({ packets }) => packets), [6], "it had ended before");
});

Deno.test("TcpTracker stays with a connection when a SYN comes that nobody answers", () => {
  for (const ahead of [1, 77_777, 0x50000000]) {
    const talk = half().stray("client", FLAG.syn, text(""), ahead).stray("server", FLAG.syn)
      .stray("client", FLAG.ack, FAKE, ahead + 1).say("client", rest).say("server", SESSION);
    const { events, counters } = sniff(talk.packets);
    const names = fieldsOf(events, "tls_client_hello").map(({ sni }) => sni);
    assert.ok(names.includes("true.example"), `${ahead}`);
    assert.equal(counters.flows, 1);
    assert.equal(fieldsOf(events, "tls_session").length, 1);
    const syns = fieldsOf(events, "tcp_syn_fingerprint");
    assert.deepEqual(syns.map(({ src_port }) => src_port), [40000, 40000, 443], "who sent them");
  }
});

Deno.test("TcpTracker goes over to the connection whose SYN is answered", () => {
  const first = half();
  const second = new TcpTalk({ clientIsn: 900_000, serverIsn: 7, start: first.micros }).pause(3);
  second.open().say("client", FAKE).say("server", SESSION);
  const { events, counters } = sniff([...first.packets, ...second.packets]);
  assert.equal(counters.flows, 2);
  const [hello] = fieldsOf(events, "tls_client_hello");
  assert.equal(hello!["sni"], "fake.example");
  assert.equal(hello!["ja4l_c"], "500_64", "the handshake of the second");
  assert.deepEqual(
    fieldsOf(events, "tcp_flow_timing").map(({ packets, duration_s }) => [packets, duration_s]),
    [[4, 0.003], [5, 0.004]],
    "the SYN counts for the second alone",
  );
});

Deno.test("TcpTracker believes the SYN-ACK which of two SYNs was meant", () => {
  for (const ahead of [1, 5000, 0x20000000]) {
    const talk = new TcpTalk().syn().stray("client", FLAG.syn, text(""), ahead)
      .segment("server", FLAG.syn | FLAG.ack).segment("client", FLAG.ack).say("client", HELLO);
    const { events } = sniff(talk.packets);
    const [hello] = fieldsOf(events, "tls_client_hello");
    assert.deepEqual([hello?.["sni"], hello?.["ja4l_s"]], ["true.example", "1000_64"], `${ahead}`);
  }
});

Deno.test("TcpTracker takes a SYN behind the end of a connection for a new one", () => {
  const fin = FLAG.fin | FLAG.ack;
  for (
    const end of [
      (talk: TcpTalk) => talk.segment("client", FLAG.rst),
      (talk: TcpTalk) =>
        talk.segment("client", fin).segment("server", fin).segment("client", FLAG.ack),
      (talk: TcpTalk) => talk.pause(125),
    ]
  ) {
    const first = end(new TcpTalk().open().say("client", HELLO));
    const second = new TcpTalk({ start: first.micros }).syn();
    assert.equal(sniff([...first.packets, ...second.packets]).counters.flows, 2);
  }
});

Deno.test("TcpTracker knows a new connection of which only one side was captured", () => {
  const ends = [{}, { clientIsn: 5_000_000, serverIsn: 9_000_000 }];
  for (const [port, side] of [[40000, "client"], [443, "server"]] as const) {
    const packets = ends.flatMap((isns) => {
      const talk = new TcpTalk(isns).open().say("client", HELLO).say("server", SESSION);
      // The source port stands behind 14 bytes of Ethernet and 20 of IP.
      return talk.packets.filter(({ bytes }) => (bytes[34]! << 8 | bytes[35]!) === port);
    });
    const { events, counters } = sniff(packets);
    assert.equal(counters.flows, 2, side);
    const type = side === "client" ? "tls_client_hello" : "tls_session";
    assert.equal(fieldsOf(events, type).length, 2);
  }
});

Deno.test("TcpTracker does not read what a receiver drops", () => {
  const open = () => new TcpTalk().open();
  assert.deepEqual(namesOf(open().stray("client", FLAG.psh, FAKE).say("client", HELLO)), [
    "true.example",
  ], "without ACK");
  const junk = new Uint8Array(1400).fill(0x41);
  const flooded = half();
  for (let index = 0; index < 100; index++) {
    flooded.stray("client", FLAG.ack, junk, 400_000 + 1400 * index);
  }
  assert.deepEqual(namesOf(flooded.segment("server", FLAG.ack).say("client", rest)), [
    "true.example",
  ], "far ahead");
});

Deno.test("TcpTracker counts no retransmissions for what is far ahead", () => {
  const talk = half().stray("client", FLAG.ack, text("x"), 0x10000000).say("client", rest);
  assert.equal(timingsOf(talk)[0]!["retransmits"], 1, "the stray segment itself");
});

Deno.test("TcpTracker finds who opened by what is said, where no SYN was captured", () => {
  const ends = { clientPort: 1024, serverPort: 50_000 };
  const request = text("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const response = text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const cases: [string, TcpTalk][] = [
    ["http_request", new TcpTalk(ends).say("client", request).say("server", response)],
    ["http_request", new TcpTalk(ends).say("server", response).say("client", request)],
    ["tls_client_hello", new TcpTalk(ends).say("client", HELLO).say("server", SESSION)],
    ["tls_session", new TcpTalk(ends).say("server", SESSION)],
    [
      "tls_client_hello",
      new TcpTalk(ends).say("client", text("STARTTLS\r\n")).say("client", HELLO),
    ],
    [
      "http_request",
      new TcpTalk(ends).say("client", request.subarray(0, 9)).say("client", request.subarray(9)),
    ],
  ];
  for (const [type, talk] of cases) {
    const { events } = sniff(talk.packets);
    const [fields] = fieldsOf(events, type);
    assert.deepEqual([fields?.["src_port"], fields?.["dst_port"]], [1024, 50_000], type);
  }
});

Deno.test("TcpTracker does not turn around a connection whose SYN was captured", () => {
  const talk = new TcpTalk().open().say("server", text("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  assert.deepEqual(fieldsOf(sniff(talk.packets).events, "http_request"), []);
});

Deno.test("TcpTracker reads a capture that starts at time 0", () => {
  const talk = new TcpTalk({ start: 0 }).open().say("client", HELLO);
  const { events } = sniff(talk.packets);
  assert.deepEqual(fieldsOf(events, "tls_client_hello").map(({ src_port }) => src_port), [40000]);
  const first = new TcpTalk({ start: 0 }).syn().packets;
  const again = new TcpTalk({ start: 1000 }).open().packets;
  assert.equal(sniff([...first, ...again]).counters.flows, 1, "the same SYN twice");
});
