/** DTLS openings in every version, cut and order; values come from a second implementation. */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/bytes.ts";
import { fixtureDer } from "../support/certificate_fixture.ts";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { foundFingerprints, foundValues } from "../support/found_fingerprints.ts";
import {
  dtlsFragment,
  type DtlsPart,
  dtlsRecord,
  MadeDatagrams,
} from "../support/made_datagrams.ts";
import {
  answerBody,
  answerLists,
  groups,
  helloBody,
  listsOf,
  type MadeAnswer,
  type MadeHello,
  plain,
  signatures,
  versions,
} from "../support/made_hello.ts";
import {
  referenceJa3,
  referenceJa4,
  referenceJa4s,
  referenceJa4x,
} from "../support/reference_fingerprints.ts";

/** As browsers open WebRTC: no name, use_srtp. */
const HELLO: MadeHello = {
  version: 0xfefd,
  ciphers: [0xc02b, 0xc02f, 0x00ff],
  extensions: [
    plain(23),
    groups(0x001d, 0x0017),
    signatures(0x0403, 0x0804),
    plain(14, Uint8Array.of(0, 2, 0, 1, 0)),
  ],
};
const BODY = helloBody(HELLO, new Uint8Array(0));
const WITH_COOKIE = helloBody(HELLO, new Uint8Array(20).fill(0xcc));
const JA4 = referenceJa4(listsOf(HELLO), "d");

const ANSWER: MadeAnswer = {
  version: 0xfefd,
  cipher: 0xc02b,
  extensions: [plain(0xff01), plain(14)],
};
const JA4S = referenceJa4s(answerLists(ANSWER), "d");
const CERTIFICATE = certificateBody(fixtureDer("ec-prime256v1-sha256"));
const JA4X = referenceJa4x(["550403"], ["550403"], ["551d13", "551d11", "551d0e"]);

const HELLO_VERIFY_REQUEST = 3;
const SERVER_HELLO = 2;
const CERTIFICATE_TYPE = 11;

function certificateBody(der: Uint8Array): Uint8Array {
  const one = concatBytes(Uint8Array.of(0, der.length >> 8, der.length), der);
  return concatBytes(Uint8Array.of(0, one.length >> 8, one.length), one);
}

/** A record with one fragment in it. */
function part(fields: DtlsPart, record: Parameters<typeof dtlsRecord>[1] = {}): Uint8Array {
  return dtlsRecord(dtlsFragment(fields), record);
}

function values(packets: Iterable<CapturedPacket>): string[][] {
  const found = foundFingerprints(packets);
  return ["ja4", "ja4s", "ja4x"].map((kind) =>
    found.filter((record) => record.kind === kind).map(({ value }) => value)
  );
}

/** Ways to cut and order the one hello. */
const WAYS: Readonly<Record<string, readonly Uint8Array[]>> = {
  "in one piece": [part({ body: BODY })],
  "twice": [part({ body: BODY }), part({ body: BODY }, { sequence: 1 })],
  "in two fragments": [part({ body: BODY, to: 40 }), part({ body: BODY, from: 40 })],
  "in two fragments, the second first": [
    part({ body: BODY, from: 40 }),
    part({ body: BODY, to: 40 }),
  ],
  "in fragments that overlap": [
    part({ body: BODY, to: 50 }),
    part({ body: BODY, from: 30, to: 60 }),
    part({ body: BODY, from: 55 }),
  ],
  "in two records of one datagram": [
    concatBytes(part({ body: BODY, to: 33 }), part({ body: BODY, from: 33 }, { sequence: 1 })),
  ],
  "in two fragments of one record": [
    dtlsRecord(
      concatBytes(dtlsFragment({ body: BODY, to: 33 }), dtlsFragment({ body: BODY, from: 33 })),
    ),
  ],
  "byte by byte": Array.from(
    BODY,
    (_, index) => part({ body: BODY, from: index, to: index + 1 }, { sequence: index }),
  ),
};

for (const [name, datagrams] of Object.entries(WAYS)) {
  Deno.test(`sniff finds a DTLS hello ${name}`, () => {
    for (const ends of [{}, { serverPort: 7 }, { client: "2001:db8::1", server: "2001:db8::2" }]) {
      const talk = new MadeDatagrams(ends);
      const packets = datagrams.map((datagram) => talk.from("client", datagram));
      assert.deepEqual(values(packets), [[JA4], [], []]);
      assert.deepEqual(foundValues(packets, "ja3"), [referenceJa3(listsOf(HELLO))]);
    }
  });
}

/** Versions of the hello, what it offers, and part a of its JA4. */
const VERSIONS: readonly (readonly [name: string, MadeHello, record: number, partA: string])[] = [
  ["1.0", { ...HELLO, version: 0xfeff }, 0xfeff, "dd1i030400"],
  ["1.2 in records of 1.0", HELLO, 0xfeff, "dd2i030400"],
  ["1.2 in records of 1.2", HELLO, 0xfefd, "dd2i030400"],
  ["1.3", { ...HELLO, extensions: [versions(0xfefc, 0xfefd)] }, 0xfeff, "dd3i030100"],
  [
    "1.3, the lowest first",
    { ...HELLO, extensions: [versions(0xfefd, 0xfefc)] },
    0xfefd,
    "dd3i030100",
  ],
  ["1.2 with GREASE", { ...HELLO, extensions: [versions(0x1a1a, 0xfefd)] }, 0xfeff, "dd2i030100"],
  ["of OpenSSL before the standard", { ...HELLO, version: 0x0100 }, 0x0100, "d00i030400"],
];

for (const [name, hello, version, partA] of VERSIONS) {
  Deno.test(`sniff finds a hello of DTLS ${name}`, () => {
    const body = helloBody(hello, new Uint8Array(0));
    const packets = [new MadeDatagrams().from("client", part({ body }, { version }))];
    const [ja4] = foundValues(packets, "ja4");
    assert.equal(ja4, referenceJa4(listsOf(hello), "d"));
    assert.equal(ja4.slice(0, partA.length + 1), `${partA}_`);
  });
}

Deno.test("sniff tells of both hellos around a HelloVerifyRequest, and of the server's flight", () => {
  const verify = concatBytes(Uint8Array.of(0xfe, 0xff, 20), new Uint8Array(20).fill(0xcc));
  const talk = new MadeDatagrams({ serverPort: 4433 });
  const flight = [
    dtlsFragment({ type: SERVER_HELLO, body: answerBody(ANSWER), sequence: 1 }),
    dtlsFragment({ type: CERTIFICATE_TYPE, body: CERTIFICATE, sequence: 2, to: 200 }),
    dtlsFragment({ type: CERTIFICATE_TYPE, body: CERTIFICATE, sequence: 2, from: 200 }),
    dtlsFragment({ type: 14, body: new Uint8Array(0), sequence: 3 }),
  ];
  const start = [
    talk.from("client", part({ body: BODY })),
    talk.from("server", part({ type: HELLO_VERIFY_REQUEST, body: verify })),
    talk.from("client", part({ body: WITH_COOKIE, sequence: 1, to: 60 })),
    talk.from("client", part({ body: WITH_COOKIE, sequence: 1, from: 60 })),
  ];
  const expected = [[JA4, JA4], [JA4S], [JA4X]];
  const inOne = [...start, talk.from("server", dtlsRecord(concatBytes(...flight)))];
  assert.deepEqual(values(inOne), expected);
  const each = flight.map((fragment) => talk.from("server", dtlsRecord(fragment)));
  assert.deepEqual(values([...start, ...each]), expected);
  assert.deepEqual(values([...start, ...each.toReversed()]), expected);
});

Deno.test("sniff finds the hello of the only side that was captured, and of a client on the lower port", () => {
  const talk = new MadeDatagrams({ clientPort: 100, serverPort: 60000 });
  const server = talk.from(
    "server",
    part({ type: SERVER_HELLO, body: answerBody(ANSWER), sequence: 1 }),
  );
  assert.deepEqual(values([server]), [[], [JA4S], []]);
  const client = foundFingerprints([talk.from("client", part({ body: BODY }))]);
  assert.deepEqual(client.map(({ sport, dport }) => [sport, dport])[0], [100, 60000]);
});

Deno.test("sniff finds DTLS behind STUN, and passes over what is encrypted", () => {
  const stun = concatBytes(
    Uint8Array.fromHex("000100002112a442"),
    new Uint8Array(12).fill(3),
  );
  const talk = new MadeDatagrams({ serverPort: 3478 });
  const packets = [
    talk.from("server", stun),
    talk.from("client", stun),
    talk.from("client", part({ body: BODY })),
    talk.from("client", part({ body: BODY }, { epoch: 1 })),
    talk.from("server", part({ type: SERVER_HELLO, body: answerBody(ANSWER) })),
    talk.from("server", stun),
  ];
  assert.deepEqual(values(packets), [[JA4], [JA4S], []]);
});
