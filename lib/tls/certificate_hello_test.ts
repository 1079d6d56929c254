import fc from "fast-check";
import assert from "node:assert/strict";
import { certificateHello, type CertificateHelloOptions } from "./certificate_hello.ts";
import { writeClientHello } from "./client_hello_writer.ts";
import { EXTENSION, isGrease } from "./constants.ts";

const PLAIN: CertificateHelloOptions = {
  style: "modern",
  random: new Uint8Array(32),
  sessionId: new Uint8Array(32),
  alpn: [],
  keyShares: [],
  retry: false,
};

const options = fc.record({
  style: fc.constantFrom("modern" as const, "tls12" as const, "tls10" as const),
  random: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  sessionId: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  serverName: fc.option(fc.stringMatching(/^[a-z]{1,253}$/), { nil: undefined }),
  alpn: fc.subarray(["h2", "http/1.1"]),
  keyShares: fc.array(fc.record({ group: fc.constant(29), publicKey: fc.uint8Array() })),
  retry: fc.boolean(),
  cookie: fc.option(fc.uint8Array(), { nil: undefined }),
});

Deno.test("certificateHello() never has the 256 to 511 bytes that some servers hang on", () => {
  fc.assert(fc.property(options, (given) => {
    const { length } = writeClientHello(certificateHello(given));
    assert.ok(length < 256 || length >= 512, `${length} bytes`);
    assert.ok(length < 2 ** 14);
  }));
});

Deno.test("certificateHello() offers each suite and each extension once, and no GREASE", () => {
  fc.assert(fc.property(options, (given) => {
    const { cipherSuites, extensions = [] } = certificateHello(given);
    assert.equal(new Set(cipherSuites).size, cipherSuites.length);
    assert.equal(new Set(extensions.map(({ type }) => type)).size, extensions.length);
    assert.ok(!cipherSuites.some(isGrease));
  }));
});

Deno.test("certificateHello() sends server_name only for a name, and none in the smallest hello", () => {
  const named = (style: CertificateHelloOptions["style"], serverName?: string) =>
    certificateHello({ ...PLAIN, style, serverName }).extensions?.some(({ type }) =>
      type === EXTENSION.serverName
    );
  assert.equal(named("modern", "host.example"), true);
  assert.equal(named("tls12", "host.example"), true);
  assert.equal(named("tls10", "host.example"), undefined);
  assert.equal(named("modern"), false);
  assert.equal(named("tls12"), false);
});

Deno.test("certificateHello() offers TLS 1.3 down to 1.0, TLS 1.2, or TLS 1.0", () => {
  const hellos = (["modern", "tls12", "tls10"] as const).map((style) =>
    certificateHello({ ...PLAIN, style })
  );
  assert.deepEqual(hellos.map(({ helloVersion }) => helloVersion), [0x0303, 0x0303, 0x0301]);
  const versions = hellos.map(({ extensions }) =>
    extensions?.find(({ type }) => type === EXTENSION.supportedVersions)?.data
  );
  assert.deepEqual(versions, [
    Uint8Array.of(8, 3, 4, 3, 3, 3, 2, 3, 1),
    undefined,
    undefined,
  ]);
});

Deno.test("certificateHello() writes 0x0303 in the record of a second hello only", () => {
  assert.equal(certificateHello(PLAIN).recordVersion, 0x0301);
  assert.equal(certificateHello({ ...PLAIN, retry: true }).recordVersion, 0x0303);
});
