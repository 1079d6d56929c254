import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../bytes.ts";
import {
  asciiText,
  type ClientHello,
  offeredVersion,
  parseClientHello,
  resumptionOffers,
} from "./client_hello.ts";
import {
  alpnExtension,
  type ClientHelloDescription,
  cookieExtension,
  ecPointFormatsExtension,
  emptyExtension,
  type Extension,
  keyShareExtension,
  serverNameExtension,
  signatureAlgorithmsExtension,
  supportedGroupsExtension,
  supportedVersionsExtension,
  writeClientHello,
} from "./client_hello_writer.ts";
import { CLIENT_HELLO } from "../../tests/support/rfc8448_trace.ts";

const HEADER_LENGTH = 4;
const BODY = CLIENT_HELLO.subarray(HEADER_LENGTH);

const PLAIN: ClientHelloDescription = {
  recordVersion: 0x0301,
  helloVersion: 0x0303,
  random: new Uint8Array(32),
  sessionId: new Uint8Array(0),
  cipherSuites: [0x1301],
  compressionMethods: [0],
  extensions: undefined,
};

function bodyOf(changes: Partial<ClientHelloDescription>): Uint8Array<ArrayBuffer> {
  return writeClientHello({ ...PLAIN, ...changes }).slice(HEADER_LENGTH);
}

function parse(changes: Partial<ClientHelloDescription>): ClientHello {
  const hello = parseClientHello(bodyOf(changes));
  assert.ok(hello !== undefined);
  return hello;
}

function withExtensions(...extensions: Extension[]): ClientHello {
  return parse({ extensions });
}

/** An extension with this hexadecimal as its data. */
function raw(type: number, hex: string): Extension {
  return { type, data: fromHex(hex) };
}

Deno.test("parseClientHello() reads the hello of RFC 8448", () => {
  assert.deepEqual(parseClientHello(BODY), {
    dtls: false,
    legacyVersion: 0x0303,
    sessionIdLength: 0,
    cipherSuites: [0x1301, 0x1303, 0x1302],
    extensions: [0, 0xff01, 10, 35, 51, 43, 13, 45, 28],
    serverName: "server",
    alpn: [],
    supportedGroups: [0x1d, 0x17, 0x18, 0x19, 0x100, 0x101, 0x102, 0x103, 0x104],
    pointFormats: [],
    signatureAlgorithms: [
      ...[0x0403, 0x0503, 0x0603, 0x0203, 0x0804, 0x0805, 0x0806],
      ...[0x0401, 0x0501, 0x0601, 0x0201, 0x0402, 0x0502, 0x0602, 0x0202],
    ],
    supportedVersions: [0x0304],
    keyShareGroups: [0x1d],
    certificateCompression: [],
    sessionTicket: false,
    preSharedKey: false,
    earlyData: false,
    retry: false,
  });
});

Deno.test("parseClientHello() reads every list that fingerprints and events are made of", () => {
  const hello = withExtensions(
    alpnExtension(["h2", Uint8Array.of(0xba, 0xad)]),
    ecPointFormatsExtension([0, 1]),
    signatureAlgorithmsExtension([0x0403, 0x0804]),
    raw(50, "00020505"),
    keyShareExtension([
      { group: 0x2a2a, publicKey: new Uint8Array(1) },
      { group: 0x11ec, publicKey: new Uint8Array(1216) },
    ]),
    raw(27, "0400020003"),
    raw(35, "aabb"),
    emptyExtension(42),
    raw(41, "00"),
    cookieExtension(Uint8Array.of(1)),
  );
  assert.deepEqual(hello.alpn, [new TextEncoder().encode("h2"), Uint8Array.of(0xba, 0xad)]);
  assert.deepEqual(hello.pointFormats, [0, 1]);
  assert.deepEqual(hello.signatureAlgorithms, [0x0403, 0x0804]);
  assert.deepEqual(hello.keyShareGroups, [0x2a2a, 0x11ec]);
  assert.deepEqual(hello.certificateCompression, [2, 3]);
  assert.ok(hello.sessionTicket && hello.earlyData && hello.preSharedKey && hello.retry);
});

Deno.test("parseClientHello() reads a hello without an extensions block, or with an empty one", () => {
  for (const extensions of [undefined, []]) {
    const hello = parse({ extensions, sessionId: new Uint8Array(32), helloVersion: 0x0301 });
    assert.equal(hello.legacyVersion, 0x0301);
    assert.equal(hello.sessionIdLength, 32);
    assert.deepEqual(hello.extensions, []);
    assert.equal(hello.serverName, undefined);
  }
});

Deno.test("parseClientHello() reads the cookie field of DTLS", () => {
  const tls = bodyOf({ helloVersion: 0xfefd, extensions: [serverNameExtension("a.example")] });
  for (const cookie of [new Uint8Array(0), new Uint8Array(20)]) {
    const field = concatBytes(Uint8Array.of(cookie.length), cookie);
    const hello = parseClientHello(concatBytes(tls.slice(0, 35), field, tls.slice(35)), "dtls");
    assert.equal(hello?.dtls, true);
    assert.equal(hello?.retry, cookie.length > 0);
    assert.equal(hello?.legacyVersion, 0xfefd);
    assert.deepEqual(hello?.cipherSuites, [0x1301]);
    assert.equal(hello?.serverName, "a.example");
  }
});

Deno.test("parseClientHello() takes the first host_name, which may be empty", () => {
  const names: readonly [hex: string, name: string][] = [
    ["", ""],
    ["0000", ""],
    ["0003000000", ""],
    ["000e" + "00" + "0004" + "612e6465" + "00" + "0004" + "622e6465", "a.de"],
    ["0007" + "00" + "0004" + "612e6465", "a.de"],
    // Of another name type than host_name, then a.de.
    ["000b" + "01" + "0001" + "78" + "00" + "0004" + "612e6465", "a.de"],
    // The list, then the name, claims more than there is.
    ["0020" + "00" + "0004" + "612e6465", ""],
    ["0007" + "00" + "0005" + "612e6465", ""],
  ];
  for (const [hex, name] of names) {
    assert.equal(withExtensions(raw(0, hex)).serverName, name, hex);
  }
  assert.equal(withExtensions(raw(0, "00"), serverNameExtension("b.de")).serverName, "");
});

Deno.test("asciiText() has U+FFFD for each byte outside ASCII, as tshark has", () => {
  assert.equal(asciiText(new TextEncoder().encode("m\u00fcnchen.de")), "m\ufffd\ufffdnchen.de");
  assert.equal(asciiText(Uint8Array.of(0, 0x0a, 0x7f, 0x80)), "\0\n\x7f\ufffd");
  assert.equal(asciiText(Uint8Array.of(1, 0x61, 0x62, 2), 1, 3), "ab");
});

Deno.test("parseClientHello() has no list where a length does not fit", () => {
  const hello = withExtensions(
    raw(10, "0008001d0017"),
    raw(11, "05" + "0001"),
    raw(13, "0006" + "0403"),
    raw(16, "0006" + "026832"),
    raw(43, "05" + "0304"),
    raw(51, "0020" + "001d0000"),
    raw(27, ""),
  );
  assert.deepEqual(hello.extensions, [10, 11, 13, 16, 43, 51, 27]);
  const { supportedGroups, pointFormats, signatureAlgorithms, supportedVersions } = hello;
  for (const list of [supportedGroups, pointFormats, signatureAlgorithms, supportedVersions]) {
    assert.deepEqual(list, []);
  }
  assert.deepEqual([hello.alpn, hello.keyShareGroups, hello.certificateCompression], [[], [], []]);
});

Deno.test("parseClientHello() leaves half a number and what follows a list out", () => {
  const hello = withExtensions(
    raw(10, "0003" + "001d00"),
    raw(13, "0002" + "0403" + "0503"),
    raw(43, "03" + "0304" + "03"),
    raw(16, "0005" + "026832" + "0968"),
    raw(51, "000a" + "001d000101" + "00170002" + "01"),
  );
  assert.deepEqual(hello.supportedGroups, [0x1d]);
  assert.deepEqual(hello.signatureAlgorithms, [0x0403]);
  assert.deepEqual(hello.supportedVersions, [0x0304]);
  assert.deepEqual(hello.alpn, [new TextEncoder().encode("h2")]);
  assert.deepEqual(hello.keyShareGroups, [0x1d, 0x17]);
  const odd = bodyOf({ cipherSuites: [0x1301, 0x002f] });
  odd[36] = 3;
  // What was the second byte of the last cipher is read as the length of the compression methods.
  odd[40] = 1;
  assert.deepEqual(parseClientHello(odd)?.cipherSuites, [0x1301]);
});

Deno.test("parseClientHello() takes the last of repeated JA3 lists, else the first", () => {
  const hello = withExtensions(
    supportedGroupsExtension([1]),
    supportedGroupsExtension([2]),
    ecPointFormatsExtension([0]),
    ecPointFormatsExtension([1]),
    serverNameExtension("a.example"),
    serverNameExtension("b.example"),
    alpnExtension(["h2"]),
    alpnExtension(["h3"]),
    signatureAlgorithmsExtension([3]),
    signatureAlgorithmsExtension([4]),
    supportedVersionsExtension([0x0303]),
    supportedVersionsExtension([0x0304]),
  );
  assert.deepEqual(hello.extensions, [10, 10, 11, 11, 0, 0, 16, 16, 13, 13, 43, 43]);
  assert.deepEqual(hello.supportedGroups, [2]);
  assert.deepEqual(hello.pointFormats, [1]);
  assert.equal(hello.serverName, "a.example");
  assert.deepEqual(hello.alpn, [new TextEncoder().encode("h2")]);
  assert.deepEqual(hello.signatureAlgorithms, [3]);
  assert.deepEqual(hello.supportedVersions, [0x0303]);
});

Deno.test("parseClientHello() ends a block or an extension that claims too much where bytes end", () => {
  const whole = bodyOf({ extensions: [raw(11, "0100"), supportedGroupsExtension([0x1d, 0x17])] });
  const longBlock = whole.slice();
  longBlock[42]! += 9;
  assert.deepEqual(parseClientHello(longBlock), parseClientHello(whole));
  const cut = whole.slice(0, -2);
  assert.deepEqual(parseClientHello(cut)?.extensions, [11, 10]);
  assert.deepEqual(parseClientHello(cut)?.supportedGroups, []);
  // The block ends within the second extension, whose bytes are there nevertheless.
  const shortBlock = whole.slice();
  shortBlock[42]! -= 3;
  assert.deepEqual(parseClientHello(shortBlock)?.supportedGroups, []);
  assert.deepEqual(parseClientHello(concatBytes(whole, whole)), parseClientHello(whole));
});

Deno.test("parseClientHello() returns undefined without whole ciphers and compression methods", () => {
  const needed = 2 + 32 + 1 + 2 + 2 + 1 + 1;
  const body = bodyOf({ extensions: [serverNameExtension("a.example")] });
  for (let length = 0; length <= body.length; length++) {
    const hello = parseClientHello(body.subarray(0, length));
    assert.equal(hello === undefined, length < needed, `${length} bytes`);
  }
  const dtls = concatBytes(body.slice(0, 35), Uint8Array.of(200), body.slice(35));
  assert.equal(parseClientHello(dtls, "dtls"), undefined);
  assert.equal(parseClientHello(body.slice(0, 35), "dtls"), undefined);
});

Deno.test("parseClientHello() keeps nothing of the packet", () => {
  const body = bodyOf({ extensions: [alpnExtension(["h2"]), serverNameExtension("a.example")] });
  const hello = parseClientHello(body);
  body.fill(0);
  assert.deepEqual(hello?.alpn, [new TextEncoder().encode("h2")]);
  assert.equal(hello?.serverName, "a.example");
});

Deno.test("parseClientHello() reads back what writeClientHello() writes", () => {
  const numbers = fc.array(fc.nat(0xffff), { maxLength: 40 });
  const description = fc.record({
    helloVersion: fc.nat(0xffff),
    sessionId: fc.uint8Array({ maxLength: 32 }),
    cipherSuites: numbers,
    groups: numbers,
    schemes: numbers,
    versions: numbers,
    protocols: fc.array(fc.uint8Array({ maxLength: 9 })),
  });
  fc.assert(fc.property(description, ({ groups, schemes, versions, protocols, ...rest }) => {
    const hello = parse({
      ...rest,
      extensions: [
        supportedGroupsExtension(groups),
        signatureAlgorithmsExtension(schemes),
        supportedVersionsExtension(versions),
        alpnExtension(protocols),
      ],
    });
    assert.equal(hello.legacyVersion, rest.helloVersion);
    assert.equal(hello.sessionIdLength, rest.sessionId.length);
    assert.deepEqual(hello.cipherSuites, rest.cipherSuites);
    assert.deepEqual(hello.supportedGroups, groups);
    assert.deepEqual(hello.signatureAlgorithms, schemes);
    assert.deepEqual(hello.supportedVersions, versions);
    assert.deepEqual(hello.alpn, protocols);
  }));
});

Deno.test("the readers of a ClientHello never throw", () => {
  const nearlyHello = fc.tuple(fc.uint8Array(), fc.nat(BODY.length)).map(([bytes, at]) => {
    const body = BODY.slice();
    body.set(bytes.subarray(0, body.length - at), at);
    return body;
  });
  const form = fc.constantFrom("tls" as const, "dtls" as const);
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), nearlyHello), form, (body, form) => {
      const hello = parseClientHello(body, form);
      if (hello === undefined) return;
      offeredVersion(hello);
      resumptionOffers(hello);
    }),
  );
});

Deno.test("offeredVersion() is the newest of supported_versions without GREASE", () => {
  const versions = (...list: number[]) =>
    offeredVersion(withExtensions(supportedVersionsExtension(list)));
  assert.equal(versions(0x0303, 0x0304, 0x0302), 0x0304);
  assert.equal(versions(0xfafa, 0x0303), 0x0303);
  assert.equal(versions(0x7f1c, 0x0303), 0x7f1c);
  assert.equal(versions(0x0301, 0x0302), 0x0302);
  assert.equal(versions(0xdada), 0x0303);
  assert.equal(offeredVersion(parse({ helloVersion: 0x0302 })), 0x0302);
});

Deno.test("offeredVersion() of DTLS is the lowest number", () => {
  const dtls = (hello: ClientHello) => offeredVersion({ ...hello, dtls: true });
  const list = supportedVersionsExtension([0xfefd, 0x0a0a, 0xfefc, 0xfeff]);
  assert.equal(dtls(withExtensions(list)), 0xfefc);
  assert.equal(dtls(parse({ helloVersion: 0xfeff })), 0xfeff);
});

Deno.test("resumptionOffers() takes a session id for an offer before TLS 1.3 only", () => {
  const sessionId = new Uint8Array(32);
  const tls13 = supportedVersionsExtension([0x0304, 0x0303]);
  const offers = (...extensions: Extension[]) => resumptionOffers(parse({ sessionId, extensions }));
  assert.deepEqual(offers(), ["session_id"]);
  assert.deepEqual(offers(tls13), []);
  assert.deepEqual(offers(supportedVersionsExtension([0x7f17])), []);
  assert.deepEqual(offers(supportedVersionsExtension([0x0303])), ["session_id"]);
  assert.deepEqual(offers(emptyExtension(35)), ["session_id"]);
  assert.deepEqual(offers(raw(35, "aa")), ["session_ticket"]);
  assert.deepEqual(offers(tls13, raw(42, ""), raw(41, "00")), ["psk", "early_data_0rtt"]);
  assert.deepEqual(resumptionOffers(parse({})), []);
});
