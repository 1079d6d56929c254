/**
 * Packets that come behind a RST, before their SYN, without an ACK, or the answer before what it answers:
 * as clocks of several captures, many queues of one network card and packets made by hand have it.
 */
import assert from "node:assert/strict";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { foundFingerprints, foundValues } from "../support/found_fingerprints.ts";
import { MadeConnection } from "../support/made_connection.ts";
import { dtlsFragment, dtlsRecord, MadeDatagrams } from "../support/made_datagrams.ts";
import {
  answerLists,
  answerMessage,
  helloMessage,
  helloRecord,
  listsOf,
  type MadeAnswer,
  plain,
  tlsRecord,
  USUAL,
} from "../support/made_hello.ts";
import { text } from "../support/packet_builder.ts";
import { cryptoFrame, sealInitial } from "../support/quic_packets.ts";
import { referenceJa3s, referenceJa4, referenceJa4h } from "../support/reference_fingerprints.ts";
import { FLAG } from "../support/tcp_talk.ts";

const HELLO = helloRecord(USUAL);
const JA4 = referenceJa4(listsOf(USUAL), "t");
const ANSWER: MadeAnswer = { cipher: 0xc02f, extensions: [plain(0xff01), plain(23)] };
const FLIGHT = tlsRecord(answerMessage(ANSWER), 22, 0x0303);
const JA3S = referenceJa3s(answerLists(ANSWER));

const ID = Uint8Array.fromHex("8394c8f03e515708");

/** Each distinct value once: that of a SYN-ACK may be told again when its SYN comes. */
function distinct(packets: readonly CapturedPacket[], ...kinds: string[]): string[][] {
  return kinds.map((kind) => [...new Set(foundValues(packets, kind))]);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest])
  );
}

for (const side of ["client", "server"] as const) {
  Deno.test(`sniff reads what comes behind a RST of the ${side}`, () => {
    const flags = { flags: FLAG.rst | FLAG.ack };
    const reset = (connection: MadeConnection, at: number) =>
      connection.packet(side, side === "client" ? at : 0, text(""), flags);
    for (const cut of [0, 1, 90, HELLO.length]) {
      const connection = new MadeConnection();
      const packets = [
        ...connection.open(),
        connection.packet("client", 0, HELLO.subarray(0, cut)),
        reset(connection, cut),
        connection.packet("client", cut, HELLO.subarray(cut)),
        ...connection.pieces("server", FLIGHT, [20, 60]),
      ];
      assert.deepEqual(distinct(packets, "ja4", "ja3s"), [[JA4], [JA3S]], `at ${cut}`);
    }
  });
}

Deno.test("sniff finds both stacks and both hellos in whatever order a connection opens", () => {
  const kinds = ["ja4t", "ja4ts", "ja4", "ja3s"];
  const connection = () => new MadeConnection();
  const opening = (made: MadeConnection) => {
    const [syn, synAck] = made.open();
    const [first, second] = made.pieces("client", HELLO, [90]);
    return [syn!, synAck!, first!, second!, ...made.pieces("server", FLIGHT)];
  };
  const expected = distinct(opening(connection()), ...kinds);
  assert.deepEqual(expected.slice(2), [[JA4], [JA3S]]);
  for (const order of permutations([0, 1, 2, 3, 4])) {
    const packets = opening(connection());
    assert.deepEqual(distinct(order.map((at) => packets[at]!), ...kinds), expected, `${order}`);
  }
});

Deno.test("sniff tells no round-trip time where the SYN was captured behind its answer", () => {
  const connection = new MadeConnection();
  const [syn, synAck, ack] = connection.open();
  const packets = [synAck!, syn!, ack!, ...connection.pieces("client", HELLO)]
    .map(({ bytes }, index) => ({ bytes, micros: 1_700_000_000_000_000 + 1000 * index }));
  assert.deepEqual(distinct(packets, "ja4", "ja4l_c", "ja4l_s"), [[JA4], [], []]);
});

Deno.test("sniff reads packets without ACK where no server has answered, and only there", () => {
  for (const flags of [0, FLAG.psh, FLAG.fin]) {
    const made = new MadeConnection();
    const hello = [90, HELLO.length].map((end, index, ends) =>
      made.packet("client", ends[index - 1] ?? 0, HELLO.subarray(ends[index - 1] ?? 0, end), {
        flags,
      })
    );
    assert.deepEqual(foundValues(hello, "ja4"), [JA4], `flags ${flags}`);
    assert.deepEqual(foundValues([made.syn(), ...hello], "ja4"), [JA4], `flags ${flags}, SYN`);
    assert.deepEqual(foundValues([...made.open(), ...hello], "ja4"), [], `flags ${flags}, open`);
  }
});

Deno.test("sniff finds the hellos of several connections between the same ends, of which nothing else is there", () => {
  const hellos = Array.from({ length: 9 }, (_, index) => ({ ...USUAL, ciphers: [0x1301 + index] }));
  const expected = hellos.map((hello) => referenceJa4(listsOf(hello), "t"));
  assert.equal(new Set(expected).size, hellos.length);
  for (const step of [3000, 100_000, 0x15000000]) {
    const packets = hellos.map((hello, index) =>
      new MadeConnection({ clientIsn: (1000 + step * index) >>> 0 })
        .packet("client", 0, helloRecord(hello))
    );
    assert.deepEqual(foundValues(packets, "ja4"), expected, `${step} apart`);
  }
});

Deno.test("sniff makes no request of the end of a request line whose start was lost", () => {
  const line = "OPTIONS /a/list HTTP/1.1\r\nHost: a\r\n\r\n";
  const next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
  const ja4h = referenceJa4h({ method: "ge", version: "11", names: ["Host"] });
  for (let cut = 1; cut < line.indexOf("\r"); cut++) {
    // This is how a response begins.
    if (line.startsWith("HTTP/", cut)) continue;
    const rest = text(line.slice(cut));
    const connection = new MadeConnection({ serverPort: 80 });
    const said = [
      connection.packet("client", cut, rest),
      // What nobody acknowledges may still come; this says that it will not.
      ...Array.from(
        { length: 70 },
        (_, index) => connection.packet("client", line.length + index, text("\n")),
      ),
      connection.packet("client", line.length + 70, text(next)),
    ];
    assert.deepEqual(foundValues(said, "ja4h"), [ja4h], `cut at ${cut}`);
    assert.deepEqual(foundValues([...connection.open(), ...said], "ja4h"), [ja4h], `SYN, ${cut}`);
  }
});

Deno.test("sniff opens a server's Initial that was captured before the client's", () => {
  const talk = new MadeDatagrams();
  const client = talk.from(
    "client",
    sealInitial({ connectionId: ID, frames: cryptoFrame(0, helloMessage(USUAL)) }),
  );
  const server = talk.from(
    "server",
    sealInitial({
      side: "server",
      connectionId: ID,
      destination: text(""),
      frames: cryptoFrame(0, answerMessage(ANSWER)),
    }),
  );
  const records = (packets: readonly CapturedPacket[]) =>
    foundFingerprints(packets).map(({ kind, value, src, sport }) => [kind, value, src, sport]);
  assert.deepEqual(records([server, client]), records([client, server]));
  assert.deepEqual(foundValues([server, client], "ja3s"), [JA3S]);
});

Deno.test("sniff knows that who sends a ServerHello has not opened", () => {
  const body = answerMessage(ANSWER).subarray(4);
  const flight = dtlsRecord(dtlsFragment({ type: 2, body }));
  const packet = new MadeDatagrams({ clientPort: 60000 }).from("server", flight);
  const [found] = foundFingerprints([packet]).filter(({ kind }) => kind === "ja3s");
  assert.deepEqual([found?.src, found?.sport, found?.dport], ["192.0.2.1", 60000, 443]);
  assert.deepEqual(found?.value, JA3S);
});
