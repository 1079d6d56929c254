/**
 * ClientHellos and ServerHellos that no library sends, or hardly any. Part a of each JA4 is written by
 * hand from the specification; the hashes come from a second implementation of it.
 */
import assert from "node:assert/strict";
import { foundFingerprints, foundValues } from "../support/found_fingerprints.ts";
import { MadeConnection } from "../support/made_connection.ts";
import {
  alpn,
  answerLists,
  answerMessage,
  chosenVersion,
  formats,
  groups,
  helloRecord,
  listsOf,
  type MadeAnswer,
  type MadeExtension,
  type MadeHello,
  plain,
  signatures,
  sni,
  tlsRecord,
  USUAL,
  versions,
} from "../support/made_hello.ts";
import {
  referenceJa3,
  referenceJa3s,
  referenceJa4,
  referenceJa4s,
} from "../support/reference_fingerprints.ts";

const usual = USUAL.extensions ?? [];

/** The usual hello with other extensions in place of those of the same type, or behind the others. */
function usualWith(...replaced: MadeExtension[]): MadeHello {
  const types = replaced.map(({ type }) => type);
  const kept = usual.map((one) => replaced[types.indexOf(one.type)] ?? one);
  return { ...USUAL, extensions: [...kept, ...replaced.filter((one) => !kept.includes(one))] };
}

function usualWithout(type: number): MadeHello {
  return { ...USUAL, extensions: usual.filter((one) => one.type !== type) };
}

/** `count` extensions of numbers that nobody uses. */
function many(count: number): MadeExtension[] {
  return Array.from({ length: count }, (_, index) => plain(0x7000 + index));
}

const ciphers = (count: number) => Array.from({ length: count }, (_, index) => 0xd000 + index);

const GREASE = [0x0a0a, 0x5a5a, 0xfafa] as const;

/** What is special, the hello, and its part a by the specification. */
const HELLOS: readonly (readonly [name: string, hello: MadeHello, partA: string])[] = [
  ["that is usual", USUAL, "t13d0609h2"],
  // ALPN.
  ["with an ALPN name of one letter", usualWith(alpn("x")), "t13d0609xx"],
  ["with an ALPN name of one byte that is no letter", usualWith(alpn([0x20])), "t13d060920"],
  ["with an ALPN name of one byte above ASCII", usualWith(alpn([0xab])), "t13d0609ab"],
  ["with an ALPN name of two bytes above ASCII", usualWith(alpn([0xab, 0xcd])), "t13d0609ad"],
  ["with an ALPN name that ends above ASCII", usualWith(alpn([0x30, 0xab])), "t13d06093b"],
  [
    "with an ALPN name that is not ASCII inside only",
    usualWith(alpn([0x30, 0xab, 0xcd, 0x31])),
    "t13d060901",
  ],
  ["with an ALPN name that starts with a slash", usualWith(alpn("/a")), "t13d060921"],
  ["with an ALPN name that ends in a space", usualWith(alpn("a ")), "t13d060960"],
  ["with an ALPN name of UTF-8", usualWith(alpn("\u00e9clair")), "t13d0609c2"],
  ["with ALPN h2c", usualWith(alpn("h2c")), "t13d0609hc"],
  ["with ALPN h3-29", usualWith(alpn("h3-29")), "t13d0609h9"],
  ["with ALPN of the upper case", usualWith(alpn("H2")), "t13d0609H2"],
  ["with an ALPN name of 255 bytes", usualWith(alpn(`q${"-".repeat(253)}z`)), "t13d0609qz"],
  [
    "with a long list of ALPN names",
    usualWith(alpn("dot", ...Array(60).fill("http/1.1"))),
    "t13d0609dt",
  ],
  ["with an empty list of ALPN names", usualWith(alpn()), "t13d060900"],
  ["with an empty first ALPN name", usualWith(alpn("", "h2")), "t13d060900"],
  ["with ALPN that has no data at all", usualWith(plain(16)), "t13d060900"],
  ["with a GREASE name first in ALPN", usualWith(alpn([0x4a, 0x4a], "h2")), "t13d0609JJ"],
  ["with nothing but a GREASE name in ALPN", usualWith(alpn([0xda, 0xda])), "t13d0609da"],
  ["with the letters jj in ALPN, which are no GREASE", usualWith(alpn("jk")), "t13d0609jk"],
  ["without ALPN", usualWithout(16), "t13d060800"],
  // SNI.
  ["without SNI", usualWithout(0), "t13i0608h2"],
  ["with an empty SNI extension", usualWith(sni()), "t13d0609h2"],
  ["with an empty list in SNI", usualWith(plain(0, Uint8Array.of(0, 0))), "t13d0609h2"],
  ["with an empty name in SNI", usualWith(sni("")), "t13d0609h2"],
  ["with an address of IPv4 in SNI", usualWith(sni("192.0.2.7")), "t13d0609h2"],
  ["with an address of IPv6 in SNI", usualWith(sni("2001:db8::7")), "t13d0609h2"],
  // Versions.
  ["of SSL 3.0", { version: 0x0300, ciphers: [5, 4], extensions: undefined }, "ts3i020000"],
  ["of TLS 1.0", { version: 0x0301, ciphers: [0x2f], extensions: [groups(23)] }, "t10i010100"],
  ["of TLS 1.1", { version: 0x0302, ciphers: [0x2f], extensions: [groups(23)] }, "t11i010100"],
  ["of a version that nobody knows", { ...USUAL, version: 0x0399, extensions: [] }, "t00i060000"],
  [
    "of TLS 1.3 by its own version alone",
    { ...USUAL, version: 0x0304, extensions: [] },
    "t13i060000",
  ],
  ["that offers GREASE alone in supported_versions", usualWith(versions(0x7a7a)), "t12d0609h2"],
  ["that offers GREASE above TLS 1.3", usualWith(versions(0xfafa, 0x0304, 0x0303)), "t13d0609h2"],
  [
    "that offers its versions from the lowest on",
    usualWith(versions(0x0301, 0x0302, 0x0303)),
    "t12d0609h2",
  ],
  ["that offers a draft of TLS 1.3", usualWith(versions(0x7f1c, 0x0303)), "t00d0609h2"],
  ["that offers TLS 1.1 at most while it claims 1.2", usualWith(versions(0x0302)), "t11d0609h2"],
  ["with an empty supported_versions", usualWith(versions()), "t12d0609h2"],
  // Counts.
  ["without an extensions block", { ...USUAL, extensions: undefined }, "t12i060000"],
  ["with an empty extensions block", { ...USUAL, extensions: [] }, "t12i060000"],
  ["without ciphers", { ...USUAL, ciphers: [] }, "t13d0009h2"],
  ["with GREASE for its only cipher", { ...USUAL, ciphers: [0x9a9a] }, "t13d0009h2"],
  ["with 98 ciphers", { ...USUAL, ciphers: ciphers(98) }, "t13d9809h2"],
  ["with 99 ciphers", { ...USUAL, ciphers: ciphers(99) }, "t13d9909h2"],
  ["with 100 ciphers", { ...USUAL, ciphers: ciphers(100) }, "t13d9909h2"],
  ["with 3000 ciphers", { ...USUAL, ciphers: ciphers(3000) }, "t13d9909h2"],
  ["with 99 extensions", usualWith(...many(90)), "t13d0699h2"],
  ["with 150 extensions", usualWith(...many(141)), "t13d0699h2"],
  [
    "with signalling ciphers, which count",
    { ...USUAL, ciphers: [0x00ff, 0x5600, 0x2f] },
    "t13d0309h2",
  ],
  ["that says everything twice", {
    ...USUAL,
    ciphers: [1, 2, 1],
    extensions: [plain(23), plain(23)],
  }, "t12i030200"],
  [
    "with nothing but SNI and ALPN",
    { ...USUAL, extensions: [sni("a.example"), alpn("h2")] },
    "t12d0602h2",
  ],
  // Signature algorithms.
  ["without signature algorithms", usualWithout(13), "t13d0608h2"],
  ["with an empty list of signature algorithms", usualWith(signatures()), "t13d0609h2"],
  ["with signature algorithms for certificates only", {
    ...USUAL,
    extensions: [plain(50, Uint8Array.of(0, 2, 4, 3)), plain(34, Uint8Array.of(0, 2, 4, 3))],
  }, "t12i060200"],
  [
    "with GREASE among its signature algorithms",
    usualWith(signatures(0x0a0a, 0x0403, 0x8a8a)),
    "t13d0609h2",
  ],
  // GREASE.
  ["with GREASE wherever it may stand", {
    version: 0x0303,
    ciphers: [...GREASE, 0x1301, 0xc02b],
    extensions: [
      plain(0x1a1a),
      sni("grease.example"),
      groups(0x2a2a, 0x001d),
      formats(0),
      alpn([0x3a, 0x3a], "http/1.1"),
      signatures(0x4a4a, 0x0403),
      versions(0x5a5a, 0x0304),
      plain(0xcaca, Uint8Array.of(0)),
    ],
  }, "t13d02063a"],
  ["with numbers that only look like GREASE", {
    ...USUAL,
    ciphers: [0x0a1a, 0x1a0a, 0x0a0b, 0xaaab],
    extensions: [plain(0x0a1a), plain(0xfafb), groups(0x3a4a)],
  }, "t12i040300"],
  ["with point formats of the values 10 and 26", usualWith(formats(0x0a, 0x1a, 0)), "t13d0609h2"],
];

for (const [name, hello, partA] of HELLOS) {
  Deno.test(`sniff gives a hello ${name} the JA3 and JA4 of the specification`, () => {
    const connection = new MadeConnection();
    const packets = [
      ...connection.open(),
      ...connection.pieces(
        "client",
        helloRecord(hello),
        [1000, 2000, 3000, 4000, 5000]
          .filter((cut) => cut < helloRecord(hello).length),
      ),
    ];
    const lists = listsOf(hello);
    const found = foundFingerprints(packets);
    const values = (kind: string) =>
      found.filter((record) => record.kind === kind).map(({ value }) => value);
    const ja4 = values("ja4");
    assert.deepEqual(ja4, [referenceJa4(lists, "t")]);
    assert.equal(ja4[0]!.slice(0, partA.length + 1), `${partA}_`);
    assert.deepEqual(values("ja3"), [referenceJa3(lists)]);
  });
}

Deno.test("sniff tells the SNI of a hello as it was sent, and none where there is none", () => {
  const cases: [MadeHello, string[]][] = [
    [usualWith(sni("Made.Example.")), ["Made.Example."]],
    [usualWith(sni("192.0.2.7")), ["192.0.2.7"]],
    [usualWith(sni("2001:db8::7")), ["2001:db8::7"]],
    [usualWith(sni("")), []],
    [usualWith(sni()), []],
    [usualWithout(0), []],
  ];
  for (const [hello, expected] of cases) {
    const connection = new MadeConnection();
    const packets = [...connection.open(), ...connection.pieces("client", helloRecord(hello))];
    assert.deepEqual(foundValues(packets, "sni"), expected);
  }
});

/** What is special, the ServerHello, and part a of its JA4S. */
const ANSWERS: readonly (readonly [name: string, answer: MadeAnswer, partA: string])[] = [
  ["without extensions", { extensions: undefined }, "t120000"],
  ["with an empty block of extensions", { extensions: [] }, "t120000"],
  ["of SSL 3.0", { version: 0x0300, cipher: 5, extensions: undefined }, "ts30000"],
  ["of TLS 1.0", { version: 0x0301, cipher: 0x2f, extensions: [plain(0xff01)] }, "t100100"],
  ["of TLS 1.3", { cipher: 0x1301, extensions: [plain(51), chosenVersion(0x0304)] }, "t130200"],
  ["of a draft", { cipher: 0x1301, extensions: [plain(51), chosenVersion(0x7f17)] }, "t000200"],
  ["with ALPN", { extensions: [plain(0xff01), alpn("http/1.1"), plain(23)] }, "t1203h1"],
  ["with an ALPN of one letter", { extensions: [alpn("x")] }, "t1201xx"],
  ["with an ALPN above ASCII", { extensions: [alpn([0xab, 0xcd])] }, "t1201ad"],
  ["with extensions in no order", { extensions: [plain(35), plain(0), plain(11)] }, "t120300"],
];

for (const [name, answer, partA] of ANSWERS) {
  Deno.test(`sniff gives a ServerHello ${name} the JA3S and JA4S of the specification`, () => {
    const connection = new MadeConnection();
    const packets = [
      ...connection.open(),
      ...connection.pieces("client", helloRecord(USUAL)),
      ...connection.pieces("server", tlsRecord(answerMessage(answer))),
    ];
    const lists = answerLists(answer);
    const ja4s = foundValues(packets, "ja4s");
    assert.deepEqual(ja4s, [referenceJa4s(lists, "t")]);
    assert.equal(ja4s[0]!.slice(0, partA.length + 1), `${partA}_`);
    assert.deepEqual(foundValues(packets, "ja3s"), [referenceJa3s(lists)]);
  });
}
