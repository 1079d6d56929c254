/**
 * Captures that do not have everything: no start, no SYN, lost segments, protocols that nobody knows before
 * the one that is known. What is whole is found, wherever it stands.
 */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/bytes.ts";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { foundFingerprints, foundValues } from "../support/found_fingerprints.ts";
import { MadeConnection, type SideName } from "../support/made_connection.ts";
import {
  answerLists,
  answerMessage,
  helloRecord,
  listsOf,
  type MadeAnswer,
  plain,
  tlsRecord,
  USUAL,
} from "../support/made_hello.ts";
import { text } from "../support/packet_builder.ts";
import {
  referenceHassh,
  referenceJa3s,
  referenceJa4,
  referenceJa4h,
} from "../support/reference_fingerprints.ts";
import { nameLists, sshOpening } from "../support/ssh_script.ts";

const HELLO = helloRecord(USUAL);
const JA4 = referenceJa4(listsOf(USUAL), "t");
const ANSWER: MadeAnswer = { cipher: 0xc02f, extensions: [plain(0xff01), plain(23)] };
const FLIGHT = tlsRecord(answerMessage(ANSWER), 22, 0x0303);
const JA3S = referenceJa3s(answerLists(ANSWER));

/** What is said in a connection, a packet each. */
type Said = readonly (readonly [side: SideName, bytes: Uint8Array])[];

/** Packets of a connection, whose SYN was captured or not. */
function talk(
  said: Said,
  { opened = true, ...options }: ConstructorParameters<typeof MadeConnection>[0] & {
    readonly opened?: boolean;
  } = {},
): CapturedPacket[] {
  const connection = new MadeConnection(options);
  const packets = opened ? connection.open() : [];
  const at = { client: 0, server: 0 };
  for (const [side, bytes] of said) {
    packets.push(connection.packet(side, at[side], bytes));
    at[side] += bytes.length;
  }
  return packets;
}

/** All packets but those with the given numbers, from 0 on; a connection opens with three. */
const without = (packets: readonly CapturedPacket[], ...lost: number[]) =>
  packets.filter((_, index) => !lost.includes(index));

function hellosOf(packets: readonly CapturedPacket[]): string[][] {
  return [foundValues(packets, "ja4"), foundValues(packets, "ja3s")];
}

const BOTH = [[JA4], [JA3S]];

Deno.test("sniff finds a hello in segments that change places where the SYN was not captured", () => {
  for (let cut = 1; cut < HELLO.length; cut++) {
    const connection = new MadeConnection();
    const [first, second] = connection.pieces("client", HELLO, [cut]);
    const answer = connection.pieces("server", FLIGHT);
    assert.deepEqual(hellosOf([second!, first!, ...answer]), BOTH, `cut at ${cut}`);
  }
  const connection = new MadeConnection();
  const pieces = connection.pieces("client", HELLO, [50, 100, 150]);
  const answer = connection.pieces("server", FLIGHT, [20, 40]);
  for (const order of [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]]) {
    const packets = [...order.map((index) => pieces[index]!), answer[1]!, answer[0]!, answer[2]!];
    assert.deepEqual(hellosOf(packets), BOTH, `${order}`);
  }
});

Deno.test("sniff finds the server's flight where the client's hello is not whole", () => {
  const packets = talk([["client", HELLO.subarray(0, 80)], ["client", HELLO.subarray(80)], [
    "server",
    FLIGHT,
  ]]);
  assert.deepEqual(hellosOf(without(packets, 3)), [[], [JA3S]]);
  assert.deepEqual(hellosOf(without(packets, 4)), [[], [JA3S]]);
  assert.deepEqual(hellosOf(packets.slice(4)), [[], [JA3S]]);
});

/** What comes before TLS that no specification here knows. */
const UNKNOWN: Readonly<Record<string, Said>> = {
  "something binary": [["client", Uint8Array.of(0x81, 2, 3)], ["server", Uint8Array.of(0x91)]],
  "something binary of the server": [["server", new Uint8Array(300).fill(0xa5)]],
  "much of something binary": [
    ...Array.from({ length: 60 }, () => ["server", new Uint8Array(1400).fill(0xa5)] as const),
    ["client", new Uint8Array(1400).fill(0x99)],
  ],
  "VNC": [
    ["server", text("RFB 003.008\n")],
    ["client", text("RFB 003.008\n")],
    ["server", Uint8Array.of(1, 19)],
    ["client", Uint8Array.of(19)],
    ["server", Uint8Array.of(0, 2)],
    ["client", Uint8Array.of(0, 2)],
    ["server", Uint8Array.of(0, 1, 0, 0, 1, 4)],
    ["client", Uint8Array.of(0, 0, 1, 4)],
    ["server", Uint8Array.of(1)],
  ],
  "Telnet": [
    ["server", Uint8Array.of(255, 253, 46)],
    ["client", Uint8Array.of(255, 251, 46)],
    ["server", Uint8Array.of(255, 250, 46, 1, 255, 240)],
    ["client", Uint8Array.of(255, 250, 46, 1, 255, 240)],
  ],
  "a proxy that refuses first": [
    ["client", text("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n")],
    ["server", text("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")],
    ["client", text("CONNECT a:443 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: b\r\n\r\n")],
    ["server", text("HTTP/1.1 200 Yes\r\n\r\n")],
  ],
  "SMTP in a tunnel": [
    ["client", text("CONNECT a:25 HTTP/1.1\r\n\r\n")],
    ["server", text("HTTP/1.1 200 Yes\r\n\r\n")],
    ["server", text("220 mail\r\n")],
    ["client", text("EHLO me\r\n")],
    ["server", text("250 STARTTLS\r\n")],
    ["client", text("STARTTLS\r\n")],
    ["server", text("220 go\r\n")],
  ],
};

for (const [name, said] of Object.entries(UNKNOWN)) {
  Deno.test(`sniff finds TLS behind ${name}`, () => {
    const packets = talk([...said, ["client", HELLO], ["server", FLIGHT]], { serverPort: 12345 });
    assert.deepEqual(hellosOf(packets), BOTH);
    const late = packets.slice(4);
    assert.deepEqual(hellosOf(late), BOTH, "without its start");
  });
}

Deno.test("sniff finds the answer to a hello that comes before the answer of a proxy", () => {
  const packets = talk([
    ["client", Uint8Array.of(5, 1, 0)],
    ["server", Uint8Array.of(5, 0)],
    ["client", Uint8Array.of(5, 1, 0, 1, 192, 0, 2, 7, 1, 187)],
    ["client", HELLO],
    ["server", concatBytes(Uint8Array.of(5, 0, 0, 1, 192, 0, 2, 2, 1, 187), FLIGHT)],
  ], { serverPort: 1080 });
  assert.deepEqual(hellosOf(packets), BOTH);
});

Deno.test("sniff finds the answer behind that of a proxy, however it is cut, where the hello was lost", () => {
  const request = Uint8Array.of(4, 1, 1, 187, 192, 0, 2, 7, 0);
  const granted = Uint8Array.of(0, 90, 1, 187, 192, 0, 2, 7);
  const answer = concatBytes(granted, FLIGHT);
  for (const size of [1, 3, 9, 12, answer.length]) {
    const pieces = Array.from(
      { length: Math.ceil(answer.length / size) },
      (_, index) => ["server", answer.subarray(size * index, size * (index + 1))] as const,
    );
    const packets = talk([["client", request], ...pieces], { serverPort: 1080 });
    assert.deepEqual(hellosOf(packets), [[], [JA3S]], `${size} at a time`);
  }
});

Deno.test("sniff finds the answer of SQL Server, in the packet that it is wrapped in", () => {
  const wrapped = (bytes: Uint8Array) =>
    concatBytes(Uint8Array.of(0x12, 1, bytes.length + 8 >> 8, bytes.length + 8, 0, 0, 0, 0), bytes);
  const prelogin = Uint8Array.of(0x12, 1, 0, 15, 0, 0, 1, 0, 255, 1, 2, 3, 4, 5, 6);
  const packets = talk([
    ["client", prelogin],
    ["server", prelogin.with(0, 4)],
    ["client", wrapped(HELLO)],
    ["server", wrapped(FLIGHT)],
  ], { serverPort: 1433 });
  assert.deepEqual(hellosOf(packets), BOTH);
});

Deno.test("sniff finds the answer to a hello in the form of SSL 2.0", () => {
  const hello = Uint8Array.fromHex(
    "8022010301000900000010" + "00002f000035010080" + "5a".repeat(16),
  );
  const packets = talk([["client", hello], ["server", FLIGHT]]);
  assert.deepEqual(foundValues(packets, "ja3s"), [JA3S]);
});

Deno.test("sniff finds both hellos where a segment between was lost", () => {
  const smtp: Said = [
    ["server", text("220 mail\r\n")],
    ["client", text("EHLO me\r\n")],
    ["server", text("250 STARTTLS\r\n")],
    ["client", text("STARTTLS\r\n")],
    ["server", text("220 go\r\n")],
    ["client", HELLO],
    ["server", FLIGHT],
  ];
  const packets = talk(smtp, { serverPort: 25 });
  for (const lost of [3, 4, 5, 6, 7]) {
    assert.deepEqual(hellosOf(without(packets, lost)), BOTH, `packet ${lost}`);
  }
});

Deno.test("sniff finds the hello of a connection whose ports were used before, far away in sequence", () => {
  const first = talk([["client", text("one\n")], ["server", text("two\n")]]);
  for (const clientIsn of [0x10000000, 0x7fffff00, 0x90000000, 0xf0000000]) {
    const later = talk([["client", HELLO], ["server", FLIGHT]], {
      opened: false,
      clientIsn,
      serverIsn: clientIsn ^ 0x40000000,
    });
    assert.deepEqual(hellosOf([...first, ...later]), BOTH, clientIsn.toString(16));
  }
});

const GET = text("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
const NEXT = text("GET /2 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");
const LISTS = { method: "ge", version: "11" };
const GET_JA4H = referenceJa4h({ ...LISTS, names: ["Host"] });
const NEXT_JA4H = referenceJa4h({ ...LISTS, names: ["Host", "X"] });
const PAGE = concatBytes(
  text("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n"),
  new Uint8Array(1300),
);
const WEB: Said = [
  ["client", GET],
  ["server", PAGE],
  ["server", new Uint8Array(1700)],
  ["client", NEXT],
  ["server", PAGE],
];

Deno.test("sniff finds requests of a client on the lower port, where the SYN was not captured", () => {
  const packets = talk(WEB, { opened: false, clientPort: 1025, serverPort: 8080 });
  const found = foundFingerprints(packets).filter(({ kind }) => kind === "ja4h");
  assert.deepEqual(found.map(({ value, sport, dport }) => [value, sport, dport]), [
    [GET_JA4H, 1025, 8080],
    [NEXT_JA4H, 1025, 8080],
  ]);
  assert.deepEqual(foundValues(packets.slice(1), "ja4h"), [NEXT_JA4H]);
});

Deno.test("sniff finds the next request behind a lost segment", () => {
  const packets = talk(WEB, { serverPort: 80 });
  assert.deepEqual(foundValues(without(packets, 3), "ja4h"), [NEXT_JA4H]);
  assert.deepEqual(foundValues(without(packets, 4), "ja4h"), [GET_JA4H, NEXT_JA4H]);
  const posted = talk([
    ["client", text("POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n")],
    ["client", new Uint8Array(1000)],
    ["client", new Uint8Array(1000)],
    ["server", PAGE],
    ["client", NEXT],
  ], { serverPort: 80 });
  assert.deepEqual(foundValues(without(posted, 4), "ja4h").slice(1), [NEXT_JA4H]);
});

Deno.test("sniff finds requests in the middle of a long download", () => {
  const download = Array.from({ length: 80 }, () => ["server", new Uint8Array(1400)] as const);
  const packets = talk([...download, ["client", NEXT]], { opened: false, serverPort: 80 });
  assert.deepEqual(foundValues(packets, "ja4h"), [NEXT_JA4H]);
});

Deno.test("sniff finds requests behind SOCKS, the PROXY protocol and in a tunnel", () => {
  const socks: Said = [
    ["client", Uint8Array.of(5, 1, 0)],
    ["server", Uint8Array.of(5, 0)],
    ["client", Uint8Array.of(5, 1, 0, 1, 192, 0, 2, 7, 0, 80)],
    ["server", Uint8Array.of(5, 0, 0, 1, 192, 0, 2, 2, 0, 80)],
  ];
  const proxied: Said = [["client", text("PROXY TCP4 192.0.2.1 192.0.2.7 40000 80\r\n")]];
  for (const before of [socks, proxied]) {
    const packets = talk([...before, ["client", GET]], { serverPort: 1080 });
    assert.deepEqual(foundValues(packets, "ja4h"), [GET_JA4H]);
  }
  const tunnel = talk([
    ["client", text("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n")],
    ["server", text("HTTP/1.1 200 OK\r\n\r\n")],
    ["client", NEXT],
  ], { serverPort: 3128 });
  assert.deepEqual(foundValues(tunnel, "ja4h"), [
    referenceJa4h({ ...LISTS, method: "co", names: ["Host"] }),
    NEXT_JA4H,
  ]);
});

const CLIENT = sshOpening("SSH-2.0-client", nameLists("client"));
const SERVER = sshOpening("SSH-2.0-server", nameLists("server"));
const hassh = (kex: string) => referenceHassh([kex, "aes128-ctr", "hmac-sha2-256", "none"]);
const HASHES = [[hassh("client")], [hassh("server")]];

function hashesOf(packets: readonly CapturedPacket[]): string[][] {
  return [foundValues(packets, "hassh"), foundValues(packets, "hassh_server")];
}

Deno.test("sniff finds both hashes of SSH where the banners were lost, and behind SOCKS and CONNECT", () => {
  const split = (bytes: Uint8Array) => {
    const end = bytes.indexOf(0x0a) + 1;
    return [bytes.subarray(0, end), bytes.subarray(end)] as const;
  };
  const [clientBanner, clientLists] = split(CLIENT);
  const [serverBanner, serverLists] = split(SERVER);
  const ssh: Said = [
    ["server", serverBanner],
    ["client", clientBanner],
    ["client", clientLists],
    ["server", serverLists],
  ];
  const packets = talk(ssh, { serverPort: 22 });
  for (const lost of [[3], [4], [3, 4]]) {
    assert.deepEqual(hashesOf(without(packets, ...lost)), HASHES, `packets ${lost}`);
  }
  assert.deepEqual(hashesOf(packets.slice(5)), HASHES, "from the lists on");
  const socks: Said = [
    ["client", Uint8Array.of(5, 1, 0)],
    ["server", Uint8Array.of(5, 0)],
    ["client", Uint8Array.of(5, 1, 0, 1, 192, 0, 2, 7, 0, 22)],
    ["server", Uint8Array.of(5, 0, 0, 1, 192, 0, 2, 2, 0, 22)],
  ];
  const connect: Said = [
    ["client", text("CONNECT a:22 HTTP/1.1\r\n\r\n")],
    ["server", text("HTTP/1.1 200 OK\r\n\r\n")],
  ];
  for (const before of [socks, connect]) {
    assert.deepEqual(hashesOf(talk([...before, ...ssh], { serverPort: 1080 })), HASHES);
  }
});

Deno.test("sniff makes nothing of what only looks like the start of something", () => {
  const lookalikes = [
    Uint8Array.fromHex("160301ffff01"),
    text("GET the idea?\r\n"),
    text("SSH is a protocol\r\n"),
    Uint8Array.fromHex("8022010301000900000010"),
    Uint8Array.fromHex("000001ff0414").slice(0, 6),
  ];
  const said = lookalikes.flatMap((bytes): Said => [["client", bytes], ["server", bytes]]);
  const found = foundFingerprints(talk(said, { serverPort: 9 }));
  assert.deepEqual(
    [...new Set(found.map(({ kind }) => kind))].sort(),
    ["community_id", "ja4t", "ja4ts"],
  );
});
