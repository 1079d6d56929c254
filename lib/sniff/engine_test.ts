import assert from "node:assert/strict";
import type { CapturedPacket } from "../../tests/support/capture_builder.ts";
import { frame, ipv4, tcp, text, udp } from "../../tests/support/packet_builder.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { nameLists, sshOpening } from "../../tests/support/ssh_script.ts";
import {
  FLAG,
  helloFor,
  sniff,
  type SniffedOptions,
  sniffingEngine,
  TcpTalk,
} from "../../tests/support/tcp_talk.ts";
import { certificateFlight } from "../../tests/support/tls_script.ts";
import { concatBytes } from "../bytes.ts";
import type { Event } from "../event/event.ts";
import { CONTENT_TYPE } from "../tls/constants.ts";
import { CHOOSES_TLS13, record, serverHello } from "../../tests/support/fake_tls_server.ts";

const HELLO = helloFor("example.org");
const SESSION = record(CONTENT_TYPE.handshake, serverHello({}));

function ofType(events: readonly Event[], eventType: string): Event[] {
  return events.filter(({ event_type }) => event_type === eventType);
}

function field(events: readonly Event[], eventType: string, name: string): unknown[] {
  return ofType(events, eventType).map(({ fields }) => fields[name]);
}

const snis = (events: readonly Event[]) => field(events, "tls_client_hello", "sni");

Deno.test("Engine tells of SYN, SYN-ACK, hello, session, certificate and timing of a connection", () => {
  const talk = new TcpTalk().open().say("client", HELLO)
    .say("server", certificateFlight(Uint8Array.of(1, 2, 3)))
    .segment("client", FLAG.fin | FLAG.ack).segment("server", FLAG.fin | FLAG.ack)
    .segment("client", FLAG.ack);
  const { events, counters } = sniff(talk.packets);
  assert.deepEqual(events.map(({ event_type }) => event_type), [
    ...["tcp_syn_fingerprint", "tcp_synack_fingerprint", "tls_client_hello", "tls_session"],
    ...["tls_certificate", "tcp_flow_timing"],
  ]);
  for (const { fields } of events) {
    assert.deepEqual(
      [fields["src_ip"], fields["src_port"], fields["dst_ip"], fields["dst_port"]],
      ["192.0.2.1", 40000, "198.51.100.2", 443],
    );
  }
  assert.equal(events[2]!.timestamp, "2023-11-14T22:13:20.003000Z");
  assert.deepEqual([counters.packets, counters.flows, counters.notIp], [8, 1, 0]);
});

Deno.test("Engine reads a hello over many segments, out of order, repeated, over IPv6 too", () => {
  const large = helloFor("large.example", 3000);
  for (const ends of [{}, { client: "2001:db8::1", server: "2001:db8:1::2" }]) {
    const { packets } = new TcpTalk(ends).open().say("client", large, 700);
    const order = [0, 1, 2, 6, 4, 4, 5, 3, 7, 3];
    const { events } = sniff(order.flatMap((index) => packets[index] ?? []));
    assert.deepEqual(snis(events), ["large.example"]);
  }
});

Deno.test("Engine reads a hello that comes with the SYN", () => {
  const talk = new TcpTalk().syn(HELLO).segment("server", FLAG.syn | FLAG.ack)
    .segment("client", FLAG.ack).say("server", SESSION);
  const { events } = sniff(talk.packets);
  assert.deepEqual(snis(events), ["example.org"]);
  assert.equal(ofType(events, "tls_session").length, 1);
});

Deno.test("Engine reads TLS behind STARTTLS, a proxy's CONNECT, and on any port", () => {
  const starttls = new TcpTalk({ serverPort: 25 }).open().say("server", text("220 mail\r\n"))
    .say("client", text("EHLO me\r\n")).say("server", text("250 STARTTLS\r\n"))
    .say("client", text("STARTTLS\r\n")).say("server", text("220 go\r\n"));
  const connect = new TcpTalk({ serverPort: 3128 }).open()
    .say("client", text("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n"))
    .say("server", text("HTTP/1.1 200 OK\r\n\r\n"));
  for (const talk of [starttls, connect, new TcpTalk({ serverPort: 9 }).open()]) {
    const { events } = sniff(talk.say("client", HELLO).say("server", SESSION).packets);
    assert.deepEqual(snis(events), ["example.org"]);
    assert.deepEqual(field(events, "tls_session", "sni"), ["example.org"]);
  }
});

Deno.test("Engine finds the client by its hello where the SYN was not captured", () => {
  const talk = new TcpTalk({ clientPort: 1024, serverPort: 50000 });
  const { events } = sniff(talk.say("client", HELLO).say("server", SESSION).packets);
  assert.deepEqual(events.map(({ event_type, fields }) => [event_type, fields["src_port"]]), [
    ["tls_client_hello", 1024],
    ["tls_session", 1024],
  ]);
});

Deno.test("Engine tells two connections of the same ports apart by the new SYN", () => {
  const first = new TcpTalk({ clientIsn: 100 }).open().say("client", helloFor("one.example"));
  const second = new TcpTalk({ clientIsn: 900_000, serverIsn: 77, start: first.micros }).open()
    .say("client", helloFor("two.example"));
  const { events, counters } = sniff([...first.packets, ...second.packets]);
  assert.deepEqual(snis(events), ["one.example", "two.example"]);
  assert.equal(ofType(events, "tcp_flow_timing").length, 2);
  assert.equal(counters.flows, 2);
});

Deno.test("Engine takes a SYN that is sent again for the same connection", () => {
  const talk = new TcpTalk().open();
  const { events, counters } = sniff([talk.packets[0]!, ...talk.say("client", HELLO).packets]);
  assert.equal(counters.flows, 1);
  assert.deepEqual(snis(events), ["example.org"]);
});

Deno.test("Engine ends a connection with both FINs or one RST", () => {
  const timings = (...ending: [side: "client" | "server", flags: number][]) => {
    const talk = new TcpTalk().open().say("client", text("?"));
    for (const [side, flags] of ending) talk.segment(side, flags);
    const events: Event[] = [];
    const engine = sniffingEngine((event) => events.push(event));
    for (const { bytes, micros = 0 } of talk.packets) {
      engine.handle(bytes, 0, bytes.length, bytes.length, micros, 1);
    }
    return ofType(events, "tcp_flow_timing").length;
  };
  assert.equal(timings(["client", FLAG.fin | FLAG.ack]), 0);
  assert.equal(timings(["client", FLAG.fin | FLAG.ack], ["server", FLAG.fin | FLAG.ack]), 1);
  assert.equal(timings(["server", FLAG.rst]), 1);
});

Deno.test("Engine ends an idle connection by packet time", () => {
  const idle = new TcpTalk({ clientPort: 1 }).open().say("client", text("?"));
  const events: Event[] = [];
  const engine = sniffingEngine((event) => events.push(event));
  const feed = (talk: TcpTalk) => {
    for (const { bytes, micros = 0 } of talk.packets) {
      engine.handle(bytes, 0, bytes.length, bytes.length, micros, 1);
    }
    return ofType(events, "tcp_flow_timing").length;
  };
  const after = (seconds: number) => new TcpTalk({ start: idle.micros + seconds * 1e6 }).syn();
  assert.equal(feed(idle), 0);
  assert.equal(feed(after(119)), 0);
  assert.equal(feed(after(130)), 1);
  assert.equal(ofType(events, "tcp_flow_timing")[0]!.timestamp, "2023-11-14T22:13:20.003000Z");
});

Deno.test("Engine measures packets, bytes, pace and retransmissions", () => {
  const talk = new TcpTalk().open().say("client", text("abcd"));
  const again = { ...talk.packets[3]!, micros: talk.micros };
  talk.micros += 250_000;
  talk.say("server", text("xyz"));
  const { events } = sniff([...talk.packets.slice(0, 4), again, ...talk.packets.slice(4)]);
  const [timing] = ofType(events, "tcp_flow_timing");
  const { packets, bytes, duration_s, mean_iat_ms, min_iat_ms, max_iat_ms, retransmits } =
    timing!.fields;
  assert.deepEqual(
    { packets, bytes, duration_s, mean_iat_ms, min_iat_ms, max_iat_ms, retransmits },
    {
      packets: 6,
      bytes: 11,
      duration_s: 0.254,
      mean_iat_ms: 50.8,
      min_iat_ms: 1,
      max_iat_ms: 250,
      retransmits: 1,
    },
  );
});

Deno.test("Engine gives no negative times where packets are out of order", () => {
  const { packets } = new TcpTalk().open().say("client", text("?"));
  const { events } = sniff(packets.map((packet, index) => ({ ...packet, micros: 9000 - index })));
  const [timing] = ofType(events, "tcp_flow_timing");
  assert.deepEqual([timing!.fields["duration_s"], timing!.fields["min_iat_ms"]], [0, 0]);
});

Deno.test("Engine tells of SSH on any port, and its JA4SSH when the connection ends", () => {
  const talk = new TcpTalk({ serverPort: 2222 }).open()
    .say("server", sshOpening("SSH-2.0-server", nameLists("a")))
    .say("client", latin1Bytes("SSH-2.0-cl")).say("client", latin1Bytes("ient\r\n"))
    .say("client", sshOpening("", nameLists("b")).subarray(2));
  const { events } = sniff(talk.packets);
  assert.deepEqual(field(events, "ssh_server", "ssh_banner"), ["SSH-2.0-server"]);
  assert.deepEqual(field(events, "ssh_client", "ssh_banner"), ["SSH-2.0-client"]);
  assert.equal(ofType(events, "ssh_session").length, 1);
  assert.deepEqual(snis(events), []);
});

Deno.test("Engine leaves JA4+ out when told to", () => {
  const talk = new TcpTalk().open().say("client", HELLO)
    .say("server", record(CONTENT_TYPE.handshake, serverHello({ extensions: [CHOOSES_TLS13] })));
  const names = (ja4plus: boolean) =>
    new Set(
      sniff(talk.packets, { ja4plus }).events.flatMap(({ fields }) =>
        Object.keys(fields).filter((name) => fields[name] !== undefined)
      ),
    );
  const licensed = ["ja4s", "ja4t", "ja4ts", "ja4l_c"];
  assert.deepEqual(licensed.filter((name) => names(true).has(name)), licensed);
  assert.deepEqual(licensed.filter((name) => names(false).has(name)), []);
  assert.ok(names(false).has("ja4"));
});

Deno.test("Engine knows the latencies of the handshake", () => {
  const { events } = sniff(new TcpTalk().open().say("client", HELLO).packets);
  const [hello] = ofType(events, "tls_client_hello");
  assert.equal(hello!.fields["client_rtt_us"], 1000);
  assert.equal(hello!.fields["ja4l_c"], "500_64");
});

Deno.test("Engine puts IP fragments together", () => {
  const hello = helloFor("fragments.example", 600);
  const { packets } = new TcpTalk().open();
  const segment = tcp({ sequence: 0xfffffff1, flags: FLAG.ack }, hello);
  const cut = 512;
  const fragments = [[0, cut, 0x2000], [cut, segment.length, cut / 8]].map(([from, to, fragment]) =>
    frame(ipv4({ id: 9, fragment: fragment! }, segment.subarray(from, to)))
  );
  const { events } = sniff([...packets, { bytes: fragments[1]! }, { bytes: fragments[0]! }]);
  assert.deepEqual(snis(events), ["fragments.example"]);
});

Deno.test("Engine tells of a gap that the snaplen made, and does not read over it", () => {
  const talk = new TcpTalk().open().say("client", helloFor("cut.example", 500));
  const { bytes, ...rest } = talk.packets[3]!;
  const cut = { ...rest, bytes: bytes.subarray(0, 200), wire: bytes.length };
  const { events } = sniff([...talk.packets.slice(0, 3), cut]);
  assert.deepEqual(snis(events), []);
  assert.equal(field(events, "tcp_flow_timing", "bytes")[0], helloFor("cut.example", 500).length);
});

Deno.test("Engine finds DTLS behind other datagrams between the same ports", () => {
  const hello = HELLO.subarray(9);
  const body = concatBytes(hello.subarray(0, 35), Uint8Array.of(0), hello.subarray(35));
  body.set([0xfe, 0xfd]);
  const length = [0, body.length >> 8, body.length & 0xff];
  const message = concatBytes(
    Uint8Array.of(1, ...length, 0, 0, 0, 0, 0, ...length),
    body,
  );
  const dtls = concatBytes(
    Uint8Array.of(22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, message.length >> 8, message.length),
    message,
  );
  const stun = concatBytes(Uint8Array.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42), new Uint8Array(12));
  const [a, b] = ["192.0.2.1", "198.51.100.2"];
  const datagram = (
    source: string,
    destination: string,
    ports: [number, number],
    data: Uint8Array,
  ) => ({ bytes: frame(ipv4({ source, destination, protocol: 17 }, udp(...ports, data))) });
  const { events } = sniff([
    datagram(a, b, [5000, 6000], stun),
    datagram(b, a, [6000, 5000], dtls),
  ]);
  assert.deepEqual(snis(events), ["example.org"]);
  assert.deepEqual(field(events, "tls_client_hello", "src_ip"), [b], "the DTLS client");
  assert.match(String(field(events, "tls_client_hello", "ja4")[0]), /^d/);
});

Deno.test("Engine adds to JA4TS what a server does that gets no ACK, also where news are told once", () => {
  // Two bytes of padding, as they are sent.
  const first = "64240_2-4-1-3-0-0_1460_7";
  const [syn, synAck] = new TcpTalk().open().packets;
  const at = (seconds: number) => ({ ...synAck!, micros: synAck!.micros! + seconds * 1e6 });
  const told = (packets: CapturedPacket[], options: SniffedOptions = {}) =>
    field(sniff([syn!, ...packets], options).events, "tcp_synack_fingerprint", "ja4ts");
  const sent = [0, 1.1, 3.1].map(at);
  const values = [first, `${first}_1`, `${first}_1-2`];
  assert.deepEqual(told(sent), values);
  assert.deepEqual(told(sent, { dedup: 300 }), values);
  assert.deepEqual(
    told([at(0), at(125)]),
    [first, first],
    "two minutes later it is another matter",
  );
  const [reset] = new TcpTalk().open().stray("server", FLAG.rst).packets.slice(-1);
  const gaveUp = [...sent, { ...reset!, micros: at(9).micros }];
  assert.deepEqual(told(gaveUp, { dedup: 300 }), [...values, `${first}_1-2-R6`]);
  assert.deepEqual(told(gaveUp, { ja4plus: false }), [undefined, undefined, undefined]);
});

Deno.test("Engine knows no RST for JA4TS behind the ACK, nor from the client", () => {
  const talk = new TcpTalk().open();
  const [syn, synAck, ack] = talk.packets;
  const again = { ...synAck!, micros: talk.micros + 1e6 };
  for (const side of ["client", "server"] as const) {
    const reset = new TcpTalk().open().stray(side, FLAG.rst).pause(5).packets.at(-1)!;
    const packets = side === "server" ? [syn!, synAck!, again, ack!] : [syn!, synAck!, again];
    const late = { ...reset, micros: again.micros + 1e6 };
    const { events } = sniff([...packets, late]);
    assert.equal(ofType(events, "tcp_synack_fingerprint").length, 2, side);
  }
});

Deno.test("Engine knows the window of a server that is a multiple of what the client asked for", () => {
  const options = (mss: number) => Uint8Array.of(2, 4, mss >> 8, mss & 0xff);
  const [client, server] = ["192.0.2.1", "198.51.100.2"];
  const syn = tcp({ sequence: 1, flags: FLAG.syn, window: 8192, options: options(1400) });
  const synAck = tcp({
    sourcePort: 443,
    destinationPort: 40000,
    sequence: 7,
    acknowledgement: 2,
    flags: FLAG.syn | FLAG.ack,
    window: 14_000,
    options: options(1300),
  });
  const packets = [
    { bytes: frame(ipv4({ source: client, destination: server }, syn)) },
    { bytes: frame(ipv4({ source: server, destination: client }, synAck)) },
  ];
  const signature = (packets: CapturedPacket[]) =>
    field(sniff(packets).events, "tcp_synack_fingerprint", "tcp_signature")[0];
  assert.match(String(signature(packets)), /:1300:mss\*10,/);
  assert.match(String(signature(packets.slice(1))), /:1300:14000,/);
});

const CONNECT = text("CONNECT a.example:22 HTTP/1.1\r\nHost: a.example\r\n\r\n");
const ESTABLISHED = text("HTTP/1.1 200 Connection established\r\n\r\n");
const SSH_SERVER = sshOpening("SSH-2.0-server", nameLists("a"));
const SSH_CLIENT = sshOpening("SSH-2.0-client", nameLists("b"));

Deno.test("Engine reads SSH in a tunnel, also where the banner comes with the proxy's answer", () => {
  const socks = [Uint8Array.of(5, 1, 0), Uint8Array.of(5, 1, 0, 1, 127, 0, 0, 1, 0, 22)];
  const granted = Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 22);
  const talks = [
    new TcpTalk({ serverPort: 3128 }).open().say("client", CONNECT).say("server", ESTABLISHED)
      .say("server", SSH_SERVER).say("client", SSH_CLIENT),
    new TcpTalk({ serverPort: 3128 }).open().say("client", CONNECT)
      .say("server", concatBytes(ESTABLISHED, SSH_SERVER)).say("client", SSH_CLIENT),
    new TcpTalk({ serverPort: 3128 }).open().say("client", concatBytes(CONNECT, SSH_CLIENT))
      .say("server", concatBytes(ESTABLISHED, SSH_SERVER)),
    new TcpTalk({ serverPort: 1080 }).open().say("client", socks[0]!).say("server", text("\x05\0"))
      .say("client", socks[1]!).say("server", granted).say("server", SSH_SERVER)
      .say("client", SSH_CLIENT),
    new TcpTalk({ serverPort: 1080 }).open().say("client", concatBytes(...socks, SSH_CLIENT))
      .say("server", text("\x05\0")).say("server", concatBytes(granted, SSH_SERVER)),
  ];
  talks.forEach((talk, index) => {
    const { events } = sniff(talk.packets);
    assert.deepEqual(field(events, "ssh_client", "ssh_banner"), ["SSH-2.0-client"], `${index}`);
    assert.deepEqual(field(events, "ssh_server", "ssh_banner"), ["SSH-2.0-server"], `${index}`);
  });
});

Deno.test("Engine reads a hello in the segment of the request for a tunnel", () => {
  for (const cut of [undefined, 10, CONNECT.length - 1, CONNECT.length + 3]) {
    const bytes = concatBytes(CONNECT, HELLO);
    const talk = new TcpTalk().open();
    talk.say("client", bytes.subarray(0, cut));
    if (cut !== undefined) talk.say("client", bytes.subarray(cut));
    const { events } = sniff(talk.say("server", concatBytes(ESTABLISHED, SESSION)).packets);
    assert.equal(ofType(events, "http_request").length, 1, `${cut}`);
    assert.deepEqual(snis(events), ["example.org"], `${cut}`);
    assert.equal(ofType(events, "tls_session").length, 1, `${cut}`);
  }
});

Deno.test("Engine reads requests behind tunnels that were refused, and tunnels behind those", () => {
  const refused = text("HTTP/1.1 407 Authenticate\r\nContent-Length: 0\r\n\r\n");
  const request = text("GET /inside HTTP/1.1\r\nHost: a\r\n\r\n");
  const talk = new TcpTalk().open().say("client", CONNECT).say("server", refused)
    .say("client", CONNECT).say("server", ESTABLISHED).say("client", request)
    .say("client", concatBytes(CONNECT, CONNECT, HELLO));
  const { events } = sniff(talk.packets);
  assert.deepEqual(field(events, "http_request", "method"), [
    ...["CONNECT", "CONNECT", "GET", "CONNECT", "CONNECT"],
  ]);
  assert.deepEqual(snis(events), ["example.org"]);
});

Deno.test("Engine bears any number of tunnels in one another", () => {
  const many = concatBytes(...Array.from({ length: 2000 }, () => CONNECT));
  const { events } = sniff(new TcpTalk().open().say("client", many, 60_000).packets);
  assert.equal(ofType(events, "http_request").length, 2000);
  const nested = new TcpTalk().open();
  for (let depth = 0; depth < 3000; depth++) {
    nested.say("client", CONNECT).say("server", ESTABLISHED);
  }
  assert.equal(ofType(sniff(nested.packets).events, "http_request").length, 3000);
});

Deno.test("Engine goes on with the next request behind one that was lost", () => {
  const request = (path: string) => text(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const talk = new TcpTalk({ serverPort: 80 }).open();
  for (const path of ["/1", "/2", "/3", "/4", "/5", "/6", "/7"]) {
    talk.say("client", request(path)).segment("server", FLAG.ack);
  }
  // The second request was not captured; the server has it.
  const { events } = sniff(talk.packets.filter((_, index) => index !== 5));
  const found = ofType(events, "http_request");
  assert.deepEqual(found.map(({ fields }) => fields["path"]), ["/1", "/3", "/4", "/5", "/6", "/7"]);
  assert.equal(found[1]!.timestamp, found[4]!.timestamp, "told before the end of the connection");
});

Deno.test("Engine reads the server's side alone behind STARTTLS", () => {
  const talk = new TcpTalk({ serverPort: 25 }).segment("server", FLAG.syn | FLAG.ack)
    .say("server", text("220 mail\r\n")).say("server", text("250 STARTTLS\r\n"))
    .say("server", text("220 go\r\n"))
    .say("server", certificateFlight(Uint8Array.of(1, 2, 3)), 900);
  const { events } = sniff(talk.packets);
  assert.equal(ofType(events, "tls_session").length, 1);
  assert.equal(ofType(events, "tls_certificate").length, 1);
  assert.deepEqual(field(events, "tls_session", "dst_port"), [25]);
});

/** Packets of `count` connections, a second apart, with the start of a hello each. */
function* unfinished(count: number): Generator<CapturedPacket> {
  const start = HELLO_OF_3000.subarray(0, 2900);
  for (let index = 0; index < count; index++) {
    const client = `10.0.${index >> 8}.${index & 0xff}`;
    yield* new TcpTalk({ client, start: 1e15 + index * 1e4 }).open().say("client", start).packets;
  }
}

const HELLO_OF_3000 = helloFor("large.example", 3000);

Deno.test("Engine holds payload within its bound, and reads on what is new", () => {
  const maxHeld = 1024 * 1024;
  const last = new TcpTalk({ client: "10.9.9.9", start: 1e15 + 2e7 }).open()
    .say("client", HELLO_OF_3000);
  const { events, counters } = sniff([...unfinished(2000), ...last.packets], {
    maxHeld,
    maxFlows: 5000,
  });
  const { streams, streamsHighWater, streamsGivenUp, bufferedHighWater } = counters;
  assert.equal(streams, 2001);
  assert.ok(bufferedHighWater <= maxHeld && bufferedHighWater > maxHeld / 2);
  assert.ok(streamsHighWater < maxHeld / 2900);
  assert.ok(streamsGivenUp >= 2001 - streamsHighWater);
  assert.deepEqual(snis(events), ["large.example"]);
});

Deno.test("Engine gives up what waits for a minute without an end in sight", () => {
  const [first] = [...unfinished(1)].slice(-1);
  const later = new TcpTalk({ client: "10.9.9.9", start: first!.micros! + 71e6 }).open();
  const { counters } = sniff([...unfinished(1), ...later.packets]);
  assert.equal(counters.streamsGivenUp, 1);
});

Deno.test("Engine reads what begins anew in a connection that it had given up", () => {
  const request = text("GET /again HTTP/1.1\r\nHost: a\r\n\r\n");
  const web = new TcpTalk({ serverPort: 80, start: 1e15 - 1e7 }).open().say("client", request);
  const { packets } = web;
  const before = packets.length;
  web.micros = 1e15 + 1e8;
  web.say("client", request);
  const { events, counters } = sniff(
    [...packets.slice(0, before), ...unfinished(100), ...packets.slice(before)],
    { maxHeld: 64 * 1024 },
  );
  assert.ok(counters.streamsGivenUp > 0);
  assert.equal(ofType(events, "http_request").length, 2);
});

Deno.test("Engine's tables stay as large as they are under a flood of spoofed SYNs", () => {
  const maxFlows = 1000;
  const engine = sniffingEngine(() => {}, { maxFlows, dedup: 300 });
  const { bytes } = new TcpTalk().syn().packets[0]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let index = 0; index < 300_000; index++) {
    // Source address and sequence number.
    view.setUint32(26, Math.imul(index, 0x9e3779b1));
    view.setUint32(38, index);
    engine.handle(bytes, 0, bytes.length, bytes.length, 1e15 + index, 1);
  }
  const { flows, flowsHighWater, flowsEvicted, streams, bufferedHighWater } = engine.counters;
  assert.deepEqual([flows, flowsHighWater, flowsEvicted], [300_000, maxFlows, 300_000 - maxFlows]);
  assert.deepEqual([streams, bufferedHighWater], [0, 0]);
});
