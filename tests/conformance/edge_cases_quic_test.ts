/**
 * QUIC openings in every version, cut and order. Keys and fingerprints come from second implementations,
 * the salts from the RFCs and drafts.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { concatBytes } from "../../lib/bytes.ts";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { foundFingerprints, foundValues } from "../support/found_fingerprints.ts";
import { MadeDatagrams } from "../support/made_datagrams.ts";
import {
  alpn,
  answerLists,
  answerMessage,
  chosenVersion,
  groups,
  helloMessage,
  keyShares,
  listsOf,
  type MadeAnswer,
  type MadeHello,
  plain,
  RETRY_RANDOM,
  signatures,
  sni,
  versions,
} from "../support/made_hello.ts";
import { cryptoFrame, otherPacket, sealWith, varint } from "../support/quic_packets.ts";
import { referenceJa3, referenceJa4, referenceJa4s } from "../support/reference_fingerprints.ts";

const HELLO: MadeHello = {
  ciphers: [0x1301, 0x1302, 0x1303],
  extensions: [
    sni("quic.example"),
    groups(0x11ec, 0x001d),
    alpn("h3"),
    signatures(0x0403, 0x0804),
    // As large as one with keys that withstand quantum computers.
    { ...keyShares(0x11ec), data: new Uint8Array(1300) },
    plain(57, new Uint8Array(60)),
    versions(0x0304),
  ],
};
const MESSAGE = helloMessage(HELLO);
const JA4 = referenceJa4(listsOf(HELLO), "q");
const JA3 = referenceJa3(listsOf(HELLO));

const ANSWER: MadeAnswer = {
  cipher: 0x1301,
  extensions: [plain(51, new Uint8Array(36)), chosenVersion(0x0304)],
};
const JA4S = referenceJa4s(answerLists(ANSWER), "q");

const ID = Uint8Array.fromHex("8394c8f03e515708");
const OTHER_ID = Uint8Array.fromHex("aabbccddeeff0011223344");
const THIRD_ID = Uint8Array.fromHex("77777777777777777777777777777777777777ff");
const CLIENT_ID = Uint8Array.fromHex("c1");

const V1 = 0x00000001;
const V2 = 0x6b3343cf;

/** Salts of initial_secret as RFCs and drafts give them, version by version. */
const SALTS: Readonly<Record<string, readonly [version: number, salt: string]>> = {
  "version 1": [V1, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a"],
  "version 2": [V2, "0dede3def700a6db819381be6e269dcbf9bd2ed9"],
  "draft 23": [0xff000017, "c3eef712c72ebb5a11a7d2432bb46365bef9f502"],
  "draft 24": [0xff000018, "c3eef712c72ebb5a11a7d2432bb46365bef9f502"],
  "draft 25": [0xff000019, "c3eef712c72ebb5a11a7d2432bb46365bef9f502"],
  "draft 27": [0xff00001b, "c3eef712c72ebb5a11a7d2432bb46365bef9f502"],
  "draft 28": [0xff00001c, "c3eef712c72ebb5a11a7d2432bb46365bef9f502"],
  "draft 29": [0xff00001d, "afbfec289993d24c9e9786f19c6111e04390a899"],
  "draft 30": [0xff00001e, "afbfec289993d24c9e9786f19c6111e04390a899"],
  "draft 32": [0xff000020, "afbfec289993d24c9e9786f19c6111e04390a899"],
  "draft 33": [0xff000021, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a"],
  "draft 34": [0xff000022, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a"],
};

/** HKDF-Expand-Label of RFC 8446 7.1 with an empty context. */
function expandLabel(secret: Uint8Array, label: string, length: number): Uint8Array {
  const text = new TextEncoder().encode(`tls13 ${label}`);
  const info = concatBytes(Uint8Array.of(0, length, text.length), text, Uint8Array.of(0, 1));
  return new Uint8Array(createHmac("sha256", secret).update(info).digest()).slice(0, length);
}

interface Sealed {
  readonly frames: Uint8Array;
  readonly side?: "client" | "server";
  readonly version?: number;
  /** The ID that keys come from. */
  readonly id?: Uint8Array;
  readonly destination?: Uint8Array;
  readonly source?: Uint8Array;
  readonly token?: Uint8Array;
  readonly number?: number;
  readonly numberLength?: 1 | 2 | 3 | 4;
}

/** An Initial packet with keys of our own making. */
function initial({ frames, side = "client", version = V1, id = ID, ...rest }: Sealed): Uint8Array {
  const salt = Object.values(SALTS).find(([known]) => known === version)![1];
  const extracted = new Uint8Array(
    createHmac("sha256", Uint8Array.fromHex(salt)).update(id).digest(),
  );
  const secret = expandLabel(extracted, `${side} in`, 32);
  const prefix = version === V2 ? "quicv2" : "quic";
  const keys = {
    key: expandLabel(secret, `${prefix} key`, 16),
    iv: expandLabel(secret, `${prefix} iv`, 12),
    hp: expandLabel(secret, `${prefix} hp`, 16),
  };
  return sealWith(keys, version === V2 ? 1 : 0, {
    version,
    connectionId: id,
    destination: side === "client" ? id : CLIENT_ID,
    source: side === "client" ? CLIENT_ID : OTHER_ID,
    frames,
    ...rest,
  });
}

const whole = (frames: Uint8Array) =>
  concatBytes(frames, new Uint8Array(Math.max(0, 1162 - frames.length)));

/** The server's answer, which takes its keys from the client's first ID. */
const answerPacket = (sealed: Partial<Sealed> = {}) =>
  initial({
    side: "server",
    frames: concatBytes(Uint8Array.of(2, 0, 0, 0, 0), cryptoFrame(0, answerMessage(ANSWER))),
    ...sealed,
  });

const HALF = 700;
const FIRST = initial({ frames: whole(cryptoFrame(0, MESSAGE.subarray(0, HALF))), number: 0 });
const SECOND = initial({ frames: whole(cryptoFrame(HALF, MESSAGE.subarray(HALF))), number: 1 });

/** JA3, JA4 and name of the client, JA4S of the server. */
function values(packets: Iterable<CapturedPacket>): string[][] {
  const found = foundFingerprints(packets);
  return ["ja3", "ja4", "sni", "ja4s"].map((kind) =>
    found.filter((record) => record.kind === kind).map(({ value }) => value)
  );
}

const ONCE = [[JA3], [JA4], ["quic.example"], [JA4S]];
const CLIENT_ONLY = [[JA3], [JA4], ["quic.example"], []];

Deno.test("the keys of these tests are those of RFC 9001, appendix A", () => {
  const extracted = new Uint8Array(
    createHmac("sha256", Uint8Array.fromHex(SALTS["version 1"]![1])).update(ID).digest(),
  );
  const client = expandLabel(extracted, "client in", 32);
  assert.equal(expandLabel(client, "quic key", 16).toHex(), "1f369613dd76d5467730efcbe3b1a22d");
  assert.equal(expandLabel(client, "quic hp", 16).toHex(), "9f50449e04a0e810283a1e9933adedd2");
});

for (const [name, [version]] of Object.entries(SALTS)) {
  Deno.test(`sniff finds both hellos of QUIC ${name}, on any port, over IPv4 and IPv6`, () => {
    for (
      const ends of [{}, { serverPort: 4433 }, { client: "2001:db8::1", server: "2001:db8::2" }]
    ) {
      const talk = new MadeDatagrams(ends);
      const packets = [
        talk.from("client", initial({ version, frames: cryptoFrame(0, MESSAGE) })),
        talk.from("server", answerPacket({ version })),
      ];
      assert.deepEqual(values(packets), ONCE);
    }
  });
}

/** Orders of the client's two packets. */
const ORDERS: Readonly<Record<string, readonly Uint8Array[]>> = {
  "in order": [FIRST, SECOND],
  "the second first": [SECOND, FIRST],
  "each twice": [FIRST, FIRST, SECOND, SECOND],
  "the second, the second, the first": [SECOND, SECOND, FIRST],
  "in one datagram": [concatBytes(FIRST, SECOND)],
  "in one datagram, the second first": [concatBytes(SECOND, FIRST)],
  "behind 0-RTT in a datagram of its own": [otherPacket(V1, 1, 600), SECOND, FIRST],
  "with 0-RTT in the same datagram": [concatBytes(FIRST, otherPacket(V1, 1, 100)), SECOND],
  "0-RTT first in the same datagram": [concatBytes(otherPacket(V1, 1, 100), FIRST), SECOND],
  "with rubbish behind a packet": [concatBytes(FIRST, new Uint8Array(40)), SECOND],
};

for (const [name, datagrams] of Object.entries(ORDERS)) {
  Deno.test(`sniff finds a hello over two Initials: ${name}`, () => {
    const talk = new MadeDatagrams();
    const packets = [
      ...datagrams.map((datagram) => talk.from("client", datagram)),
      talk.from("server", concatBytes(answerPacket(), otherPacket(V1, 2, 500))),
    ];
    assert.deepEqual(values(packets), ONCE);
  });
}

Deno.test("sniff finds a hello whose frames are shuffled, overlap, and stand among others", () => {
  const piece = (from: number, to: number) => cryptoFrame(from, MESSAGE.subarray(from, to));
  const ping = Uint8Array.of(1);
  const padding = new Uint8Array(9);
  const cuts: readonly Uint8Array[][] = [
    [piece(900, MESSAGE.length), ping, piece(0, 4), padding, piece(2, 910)],
    [ping, ping, piece(1, 1000), piece(0, 1), padding, piece(1000, MESSAGE.length), ping],
    [piece(0, 500), piece(0, 500), piece(300, MESSAGE.length)],
    [
      ...Array.from({ length: 30 }, (_, index) => piece(index * 50, (index + 1) * 50)).toReversed(),
    ],
  ];
  for (const frames of cuts) {
    const talk = new MadeDatagrams();
    const packets = [
      talk.from("client", initial({ frames: concatBytes(...frames) })),
      talk.from("server", answerPacket()),
    ];
    assert.deepEqual(values(packets), ONCE);
  }
});

Deno.test("sniff finds a hello behind tokens and packet numbers of every length", () => {
  for (const numberLength of [1, 2, 3, 4] as const) {
    for (const token of [0, 1, 63, 64, 300]) {
      const packet = initial({
        frames: cryptoFrame(0, MESSAGE),
        numberLength,
        number: 200,
        token: new Uint8Array(token),
      });
      const packets = [new MadeDatagrams().from("client", packet)];
      assert.deepEqual(values(packets), CLIENT_ONLY, `${numberLength} ${token}`);
    }
  }
});

Deno.test("sniff finds the hello before and after a Retry", () => {
  const talk = new MadeDatagrams();
  const token = new Uint8Array(40).fill(9);
  const retry = concatBytes(
    Uint8Array.of(0xf0, 0, 0, 0, 1, CLIENT_ID.length),
    CLIENT_ID,
    Uint8Array.of(OTHER_ID.length),
    OTHER_ID,
    token,
    new Uint8Array(16),
  );
  const again = (sealed: Omit<Sealed, "id">) => initial({ id: OTHER_ID, token, ...sealed });
  const packets = [
    talk.from("client", FIRST),
    talk.from("client", SECOND),
    talk.from("server", retry),
    talk.from("client", again({ frames: cryptoFrame(HALF, MESSAGE.subarray(HALF)) })),
    talk.from("client", again({ frames: cryptoFrame(0, MESSAGE.subarray(0, HALF)) })),
    talk.from("server", answerPacket({ id: OTHER_ID })),
  ];
  const found = values(packets).map((list) => [...new Set(list)]);
  assert.deepEqual(found, ONCE);
  // The connection after a Retry alone, as a capture that starts late has it.
  assert.deepEqual(values(packets.slice(3)), ONCE);
});

Deno.test("sniff finds the answer of a server that chooses version 2 for a client of version 1", () => {
  const talk = new MadeDatagrams();
  const packets = [
    talk.from("client", FIRST),
    talk.from("client", SECOND),
    talk.from("server", answerPacket({ version: V2 })),
  ];
  assert.deepEqual(values(packets), ONCE);
});

Deno.test("sniff finds the hello after a Version Negotiation", () => {
  const talk = new MadeDatagrams();
  const unknown = FIRST.slice();
  unknown.set([0x57, 0x41, 0x49, 0x54], 1);
  const negotiation = concatBytes(
    Uint8Array.of(0x80, 0, 0, 0, 0, CLIENT_ID.length),
    CLIENT_ID,
    Uint8Array.of(ID.length),
    ID,
    Uint8Array.of(0, 0, 0, 1, 0x0a, 0x1a, 0x2a, 0x3a),
  );
  const packets = [
    talk.from("client", unknown),
    talk.from("server", negotiation),
    ...[FIRST, SECOND].map((packet) => talk.from("client", packet)),
    talk.from("server", answerPacket()),
  ];
  assert.deepEqual(values(packets), ONCE);
});

Deno.test("sniff tells of both hellos around a HelloRetryRequest in QUIC", () => {
  const retry: MadeAnswer = {
    random: RETRY_RANDOM,
    cipher: 0x1301,
    extensions: [plain(51, Uint8Array.of(0, 0x1d)), chosenVersion(0x0304)],
  };
  const second: MadeHello = {
    ...HELLO,
    extensions: [
      ...HELLO.extensions!.slice(0, 4),
      keyShares(0x001d),
      ...HELLO.extensions!.slice(5),
    ],
  };
  const later = helloMessage(second);
  const asked = answerMessage(retry);
  const talk = new MadeDatagrams();
  const packets = [
    talk.from("client", FIRST),
    talk.from("client", SECOND),
    talk.from("server", answerPacket({ frames: cryptoFrame(0, asked) })),
    talk.from(
      "client",
      initial({
        frames: concatBytes(
          Uint8Array.of(2, 0, 0, 0, 0),
          cryptoFrame(MESSAGE.length, later),
        ),
        destination: OTHER_ID,
        number: 2,
      }),
    ),
    talk.from(
      "server",
      answerPacket({ frames: cryptoFrame(asked.length, answerMessage(ANSWER)), number: 1 }),
    ),
  ];
  assert.deepEqual(foundValues(packets, "ja4"), [JA4, referenceJa4(listsOf(second), "q")]);
  assert.deepEqual(foundValues(packets, "ja4s"), [referenceJa4s(answerLists(retry), "q"), JA4S]);
});

Deno.test("sniff finds two connections between the same ports, one after the other", () => {
  const other: MadeHello = {
    ...HELLO,
    random: new Uint8Array(32).fill(1),
    extensions: [sni("second.example"), versions(0x0304)],
  };
  const talk = new MadeDatagrams();
  const packets = [
    ...[FIRST, SECOND].map((packet) => talk.from("client", packet)),
    talk.from("server", answerPacket()),
    talk.from("client", initial({ id: THIRD_ID, frames: cryptoFrame(0, helloMessage(other)) })),
    talk.from("server", answerPacket({ id: THIRD_ID })),
  ];
  assert.deepEqual(foundValues(packets, "sni"), ["quic.example", "second.example"]);
  assert.deepEqual(foundValues(packets, "ja4s"), [JA4S, JA4S]);
});

Deno.test("sniff finds a ServerHello over two Initials, and acknowledgements of every form", () => {
  const answer = answerMessage(ANSWER);
  const ranges = concatBytes(
    Uint8Array.of(3),
    varint(9000),
    varint(20),
    varint(2),
    varint(1),
    ...Array.from({ length: 4 }, () => varint(5)),
    varint(1),
    varint(2),
    varint(3),
  );
  const talk = new MadeDatagrams();
  const packets = [
    talk.from("client", concatBytes(FIRST, SECOND)),
    talk.from(
      "server",
      answerPacket({
        frames: concatBytes(ranges, cryptoFrame(40, answer.subarray(40))),
      }),
    ),
    talk.from(
      "server",
      answerPacket({ frames: cryptoFrame(0, answer.subarray(0, 40)), number: 1 }),
    ),
  ];
  assert.deepEqual(values(packets), ONCE);
});

Deno.test("sniff makes nothing of Initials that cannot be opened, nor of half a hello", () => {
  const damaged = FIRST.slice();
  damaged[100]! ^= 1;
  const talk = new MadeDatagrams();
  const nothing = [[], [], [], []];
  assert.deepEqual(values([talk.from("client", damaged)]), nothing);
  assert.deepEqual(values([talk.from("client", FIRST)]), nothing);
  assert.deepEqual(values([talk.from("client", FIRST.subarray(0, 400))]), nothing);
  assert.deepEqual(
    values([talk.from("client", damaged), talk.from("client", concatBytes(FIRST, SECOND))]),
    CLIENT_ONLY,
  );
});
