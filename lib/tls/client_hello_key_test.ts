import fc from "fast-check";
import assert from "node:assert/strict";
import { CLIENT_HELLO } from "../../tests/support/rfc8448_trace.ts";
import { parseClientHello } from "./client_hello.ts";
import { clientHelloKey, MAX_CLIENT_HELLO_KEY } from "./client_hello_key.ts";
import {
  alpnExtension,
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

const HEADER_LENGTH = 4;
const SESSION_TICKET = 35;

const EXTENSIONS: readonly Extension[] = [
  serverNameExtension("decoy.example"),
  supportedGroupsExtension([29, 23]),
  ecPointFormatsExtension([0]),
  signatureAlgorithmsExtension([0x0403, 0x0804]),
  alpnExtension(["h2", "http/1.1"]),
  supportedVersionsExtension([0x0304, 0x0303]),
  { type: SESSION_TICKET, data: new Uint8Array(4) },
  emptyExtension(23),
  keyShareExtension([{ group: 29, publicKey: new Uint8Array(32) }]),
];

function hello(
  extensions: readonly Extension[] = EXTENSIONS,
  { random = 0, sessionId = 0, ciphers = [0x1301, 0x1302] } = {},
): Uint8Array {
  return writeClientHello({
    recordVersion: 0x0301,
    helloVersion: 0x0303,
    random: new Uint8Array(32).fill(random),
    sessionId: new Uint8Array(32).fill(sessionId),
    cipherSuites: ciphers,
    compressionMethods: [0],
    extensions: [...extensions],
  }).subarray(HEADER_LENGTH);
}

function keyOf(body: Uint8Array, dtls = false): string {
  const key = new Uint8Array(MAX_CLIENT_HELLO_KEY).fill(0xee);
  return key.subarray(0, clientHelloKey(body, dtls, key)).toHex();
}

/** All that is read of a hello but what the key leaves out. */
function said(body: Uint8Array, form: "tls" | "dtls") {
  const parsed = parseClientHello(body, form);
  return parsed && { ...parsed, keyShareGroups: [], certificateCompression: [], retry: false };
}

Deno.test("clientHelloKey() is the same whatever the random, the session ID and the keys are", () => {
  const key = keyOf(hello());
  assert.notEqual(key, "");
  assert.equal(keyOf(hello(EXTENSIONS, { random: 1, sessionId: 2 })), key);
  const others = EXTENSIONS.map((extension) =>
    extension.type === SESSION_TICKET || extension.type === 51
      ? { type: extension.type, data: extension.data.map((byte) => byte ^ 0xff) }
      : extension
  );
  assert.equal(keyOf(hello(others)), key);
});

Deno.test("clientHelloKey() differs where hellos say something else", () => {
  const changed = EXTENSIONS.map((_, index) => EXTENSIONS.toSpliced(index, 1));
  const hellos = [
    hello(),
    hello(EXTENSIONS, { ciphers: [0x1302, 0x1301] }),
    hello(EXTENSIONS.toReversed()),
    hello([serverNameExtension("other.example"), ...EXTENSIONS.slice(1)]),
    hello([...EXTENSIONS.slice(0, 6), emptyExtension(SESSION_TICKET), ...EXTENSIONS.slice(7)]),
    ...changed.map((extensions) => hello(extensions)),
  ];
  assert.equal(new Set(hellos.map((body) => keyOf(body))).size, hellos.length);
});

Deno.test("clientHelloKey() is never the same for hellos that parseClientHello() reads otherwise", () => {
  const bodies = fc.constantFrom(hello(), CLIENT_HELLO.subarray(HEADER_LENGTH));
  const changes = fc.array(fc.tuple(fc.nat(250), fc.integer({ min: 1, max: 255 })), {
    maxLength: 3,
  });
  let same = 0;
  fc.assert(
    fc.property(bodies, changes, fc.nat(600), fc.boolean(), (body, edits, end, dtls) => {
      const other = body.slice(0, end < 300 ? end : undefined);
      for (const [at, bits] of edits) if (at < other.length) other[at]! ^= bits;
      const form = dtls ? "dtls" : "tls";
      const [one, two] = [keyOf(body, dtls), keyOf(other, dtls)];
      if (two !== "") assert.notEqual(said(other, form), undefined);
      if (one === "" || one !== two) return;
      same++;
      assert.deepEqual(said(other, form), said(body, form));
    }),
    { numRuns: 3000 },
  );
  assert.ok(same > 100, `${same} keys were the same`);
});

Deno.test("clientHelloKey() gives up where the key does not fit, and never throws", () => {
  assert.equal(keyOf(hello(EXTENSIONS, { ciphers: new Array<number>(1000).fill(0x1301) })), "");
  assert.equal(keyOf(hello([serverNameExtension("x".repeat(2000))])), "");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, dtls) => {
    keyOf(bytes, dtls);
  }));
});
