import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { frame, ipv4, tcp, text, udp } from "../../tests/support/packet_builder.ts";
import { latin1, nameLists, sshOpening } from "../../tests/support/ssh_script.ts";
import { FLAG, helloFor, sniff, sniffingEngine, TcpTalk } from "../../tests/support/tcp_talk.ts";
import { certificateFlight } from "../../tests/support/tls_script.ts";
import { concatBytes } from "../bytes.ts";
import type { Event } from "../event/event.ts";
import { CONTENT_TYPE } from "../tls/constants.ts";
import { Home } from "./home.ts";
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
    .say("client", latin1("SSH-2.0-cl")).say("client", latin1("ient\r\n"))
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

Deno.test("Engine's table and heap stay bounded under a flood of spoofed SYNs", () => {
  const maxFlows = 1000;
  // Between others, so that no events are made of it: their bound is the deduplicator's.
  const home = new Home(new Map([["203.0.113.1", "decoy"]]));
  const engine = sniffingEngine(() => {}, { maxFlows, home });
  const { bytes } = new TcpTalk().syn().packets[0]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const flood = (from: number, to: number) => {
    for (let index = from; index < to; index++) {
      // Source address and sequence number.
      view.setUint32(26, Math.imul(index, 0x9e3779b1));
      view.setUint32(38, index);
      engine.handle(bytes, 0, bytes.length, bytes.length, 1e15 + index, 1);
    }
    return heapInUse();
  };
  // Past the bounds of all tables, so that they are full.
  const full = flood(0, 100_000);
  const later = flood(100_000, 300_000);
  const { flows, flowsHighWater, flowsEvicted } = engine.counters;
  assert.deepEqual([flows, flowsHighWater, flowsEvicted], [300_000, maxFlows, 300_000 - maxFlows]);
  // 200,000 flows that were kept would take 60 MiB.
  assert.ok(later - full < 4 * 2 ** 20, `${(later - full) / 2 ** 20} MiB more`);
});

/** Bytes of the heap that are left when the garbage is collected. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return Deno.memoryUsage().heapUsed;
}
