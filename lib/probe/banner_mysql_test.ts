import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { mysqlGreetingLength, parseMysqlGreeting } from "./banner_mysql.ts";

/** A packet with sequence number 0. */
function packet(...parts: (string | Uint8Array)[]): Uint8Array {
  const payload = concatBytes(
    ...parts.map((part) => typeof part === "string" ? latin1Bytes(part) : part),
  );
  return concatBytes(Uint8Array.of(payload.length & 0xff, payload.length >> 8, 0, 0), payload);
}

/** Thread, challenge, capabilities with plugins, latin1, autocommit, 10 of zeros, challenge. */
const TAIL = concatBytes(
  fromHex("2a000000" + "4142434445464748" + "00" + "fff7" + "08" + "0200" + "ff81" + "15"),
  new Uint8Array(10),
  latin1Bytes("ABCDEFGHIJKL\0"),
);

Deno.test("parseMysqlGreeting() reads version and authentication plugin", () => {
  assert.deepEqual(parseMysqlGreeting(packet("\x0a8.0.36\0", TAIL, "caching_sha2_password\0")), {
    kind: "handshake",
    protocol: 10,
    version: "8.0.36",
    authPlugin: "caching_sha2_password",
  });
});

Deno.test("parseMysqlGreeting() reads old servers, which have no plugin", () => {
  const old = { kind: "handshake", protocol: 10, version: "5.0.96", authPlugin: undefined };
  assert.deepEqual(parseMysqlGreeting(packet("\x0a5.0.96\0", TAIL.subarray(0, 18))), old);
  assert.deepEqual(parseMysqlGreeting(packet("\x0a5.0.96\0")), old);
  const noPlugins = TAIL.slice();
  noPlugins[18] = 0;
  noPlugins[19] = 0;
  assert.deepEqual(parseMysqlGreeting(packet("\x0a5.0.96\0", noPlugins, "x\0")), old);
  const protocol9 = parseMysqlGreeting(packet("\x093.20.0\0", "aaaa"));
  assert.equal(protocol9?.kind === "handshake" && protocol9.protocol, 9);
});

Deno.test("parseMysqlGreeting() reads errors with and without SQL state", () => {
  const message = "Host '192.0.2.1' is not allowed to connect";
  const error = { kind: "error", code: 1130, message };
  assert.deepEqual(parseMysqlGreeting(packet("\xff\x6a\x04", message)), error);
  assert.deepEqual(parseMysqlGreeting(packet("\xff\x6a\x04#HY000", message)), error);
});

Deno.test("parseMysqlGreeting() returns undefined for what is cut short or something else", () => {
  const whole = packet("\x0a8.0.36\0", TAIL, "caching_sha2_password\0");
  for (let length = 0; length < whole.length; length++) {
    assert.equal(parseMysqlGreeting(whole.subarray(0, length)), undefined, String(length));
  }
  for (
    const bytes of [
      packet("\x0bx\0"),
      packet("\x0a"),
      packet("\x0ano end"),
      packet("\x0a\0\0"),
      packet("\x0a\x1b[2J\0"),
      packet("\x0a" + "x".repeat(200), "\0"),
      packet("\x0a" + "x".repeat(2000)),
      latin1Bytes("220 ready\r\n"),
      fromHex("ffffff000a"),
      fromHex("050000010a41004100"),
    ]
  ) {
    assert.equal(parseMysqlGreeting(bytes), undefined);
  }
});

Deno.test("parseMysqlGreeting() never throws, and tells no length without an opening", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
    parseMysqlGreeting(packet("\x0a5.1\0", bytes));
    if (parseMysqlGreeting(bytes) !== undefined) {
      assert.ok(mysqlGreetingLength(bytes)! <= bytes.length);
    }
  }));
});
