import assert from "node:assert/strict";
import { toHex } from "../bytes.ts";
import {
  alpnExtension,
  type ClientHelloDescription,
  cookieExtension,
  ecPointFormatsExtension,
  emptyExtension,
  type Extension,
  keyShareExtension,
  maxFragmentLengthExtension,
  paddingExtension,
  pskKeyExchangeModesExtension,
  renegotiationInfoExtension,
  serverNameExtension,
  signatureAlgorithmsExtension,
  supportedGroupsExtension,
  supportedVersionsExtension,
  writeClientHello,
  writeClientHelloRecord,
} from "./client_hello_writer.ts";
import { EXTENSION, GROUP, VERSION } from "./constants.ts";
import { CLIENT_HELLO } from "../../tests/support/rfc8448_trace.ts";

/** The hello of RFC 8448 3 by its parts. */
const RFC8448_HELLO: ClientHelloDescription = {
  recordVersion: VERSION.tls10,
  helloVersion: VERSION.tls12,
  random: CLIENT_HELLO.subarray(6, 38),
  sessionId: new Uint8Array(0),
  cipherSuites: [0x1301, 0x1303, 0x1302],
  compressionMethods: [0],
  extensions: [
    serverNameExtension("server"),
    renegotiationInfoExtension(),
    supportedGroupsExtension([
      ...[GROUP.x25519, GROUP.secp256r1, GROUP.secp384r1, GROUP.secp521r1],
      ...[0x0100, 0x0101, 0x0102, 0x0103, 0x0104],
    ]),
    emptyExtension(EXTENSION.sessionTicket),
    keyShareExtension([{ group: GROUP.x25519, publicKey: CLIENT_HELLO.subarray(109, 141) }]),
    supportedVersionsExtension([VERSION.tls13]),
    signatureAlgorithmsExtension([
      ...[0x0403, 0x0503, 0x0603, 0x0203, 0x0804, 0x0805, 0x0806],
      ...[0x0401, 0x0501, 0x0601, 0x0201, 0x0402, 0x0502, 0x0602, 0x0202],
    ]),
    pskKeyExchangeModesExtension([1]),
    { type: 28, data: Uint8Array.of(0x40, 0x01) },
  ],
};

Deno.test("writeClientHello() writes the hello of RFC 8448 byte for byte", () => {
  assert.equal(toHex(writeClientHello(RFC8448_HELLO)), toHex(CLIENT_HELLO));
});

Deno.test("writeClientHelloRecord() puts the record header of RFC 8448 before it", () => {
  const record = writeClientHelloRecord(RFC8448_HELLO);
  assert.equal(toHex(record), `16030100c4${toHex(CLIENT_HELLO)}`);
});

Deno.test("writeClientHello() writes no extensions block where none is described", () => {
  const parts = {
    ...RFC8448_HELLO,
    random: new Uint8Array(32),
    sessionId: Uint8Array.of(1, 2),
    cipherSuites: [0x0a0a, 5],
    compressionMethods: [1, 0],
  };
  const start = `0303${"00".repeat(32)}020102` + "00040a0a0005" + "020100";
  const without = toHex(writeClientHello({ ...parts, extensions: undefined }));
  assert.equal(without, `0100002e${start}`);
  const none = toHex(writeClientHello({ ...parts, extensions: [] }));
  assert.equal(none, `01000030${start}0000`);
});

Deno.test("extension builders write extension_data as their RFCs lay it out", () => {
  const cases: [Extension, number, string][] = [
    [alpnExtension(["h2", Uint8Array.of(0x0a)]), 16, "0005026832010a"],
    [ecPointFormatsExtension([0]), 11, "0100"],
    [cookieExtension(Uint8Array.of(7, 8)), 44, "00020708"],
    [maxFragmentLengthExtension(1), 1, "01"],
    [paddingExtension(3), 21, "000000"],
    [
      keyShareExtension([
        { group: 0x2a2a, publicKey: Uint8Array.of(0) },
        { group: GROUP.x448, publicKey: Uint8Array.of(1, 2) },
      ]),
      51,
      "000b" + "2a2a000100" + "001e00020102",
    ],
  ];
  for (const [{ type, data }, number, hex] of cases) {
    assert.equal(type, number);
    assert.equal(toHex(data), hex);
  }
});
