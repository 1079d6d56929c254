import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { byteByByte, inPieces } from "../../tests/support/pieces_arbitrary.ts";
import { ClientTlsPreamble, MAX_PREAMBLE_LENGTH, ServerTlsPreamble } from "./tls_preamble.ts";

/** The start of a ClientHello of OpenSSL 3.0, and some of what follows. */
const CLIENT_HELLO = fromHex("160301012401000120030346b785930a0092f1d28d4f421219e02fc199f25e3c");
const SERVER_HELLO = fromHex("160303007a0200007603038f3e0a0d3c7a2b1c");

/** State and offset after `pieces`. */
function search(
  preamble: ClientTlsPreamble | ServerTlsPreamble,
  pieces: Iterable<Uint8Array>,
): string {
  for (const piece of pieces) {
    const copy = Uint8Array.from(piece);
    assert.equal(preamble.push(copy), preamble.state);
    copy.fill(0xee); // The caller's buffer is used again.
  }
  assert.equal(preamble.tlsOffset >= 0, preamble.state === "tls");
  return preamble.state === "tls" ? `tls at ${preamble.tlsOffset}` : preamble.state;
}

function client(...pieces: (string | Uint8Array)[]): string {
  return search(
    new ClientTlsPreamble(),
    pieces.map((piece) => typeof piece === "string" ? latin1Bytes(piece) : piece),
  );
}

function server(...pieces: Uint8Array[]): string {
  return search(new ServerTlsPreamble(), pieces);
}

/**
 * What clients say before their ClientHello: openssl s_client 3.0 with -starttls, curl 7.88.1
 * through proxies, and from the specifications MySQL, RDP, SQL Server and PROXY version 2.
 */
const PREAMBLES: Readonly<Record<string, string | Uint8Array>> = {
  nothing: "",
  smtp: "EHLO mail.example.com\r\nSTARTTLS\r\n",
  imap: ". CAPABILITY\r\n. STARTTLS\r\n",
  pop3: "STLS\r\n",
  ftp: "AUTH TLS\r\n",
  nntp: "CAPABILITIES\r\nSTARTTLS\r\n",
  irc: "STARTTLS\r\n",
  sieve: "STARTTLS\n",
  xmpp: "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client' " +
    "to='example.org' version='1.0'><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
  ldap: fromHex("301d02010177188016312e332e362e312e342e312e313436362e3230303337"),
  ldapLongLength: fromHex("308400000007" + "02010142000000"),
  postgres: fromHex("0000000804d2162f"),
  postgresGssThenTls: fromHex("0000000804d21630" + "0000000804d2162f"),
  mysql: fromHex("20000001" + "05ae0300" + "00000001" + "2d" + "00".repeat(23)),
  rdp: fromHex("0300001300" + "0e e0 00 00 00 00 00 01 00 08 00 03 00 00".replaceAll(" ", "")),
  sqlServer: fromHex("1201000f00000100" + "ff010203040506" + "1201012d00000000"),
  connect: "CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\n" +
    "User-Agent: curl/7.88.1\r\nProxy-Connection: Keep-Alive\r\n\r\n",
  socks4: fromHex("040101bb7f00000100"),
  socks4User: fromHex("040101bb0100007f" + "726f6f7400"),
  socks4a: fromHex("040101bb0000000100" + "686f73742e6578616d706c6500"),
  socks5: fromHex("05020001" + "050100017f00000101bb"),
  socks5Name: fromHex("05030001020104757365720270770501000304686f737401bb"),
  socks5V6: fromHex("050100" + "05010004" + "00".repeat(15) + "0101bb"),
  proxy1: "PROXY TCP4 127.0.0.1 127.0.0.1 56840 40891\r\n",
  proxy2: fromHex("0d0a0d0a000d0a515549540a2111000c7f0000017f000001de0801bb"),
  proxy2Local: fromHex("0d0a0d0a000d0a515549540a20000000"),
  proxyThenSmtp: "PROXY UNKNOWN\r\nEHLO a\r\nSTARTTLS\r\n",
  proxyThenPostgres: concatBytes(
    latin1Bytes("PROXY UNKNOWN\r\n"),
    fromHex("0000000804d2162f"),
  ),
  socksThenConnect: concatBytes(
    fromHex("050100" + "050100017f00000101bb"),
    latin1Bytes("CONNECT a:443 HTTP/1.1\r\n\r\n"),
  ),
  socksTwice: fromHex("050100050100017f00000101bb" + "050100050100017f00000101bb"),
};

for (const [name, preamble] of Object.entries(PREAMBLES)) {
  Deno.test(`ClientTlsPreamble finds the ClientHello after ${name}`, () => {
    const before = typeof preamble === "string" ? latin1Bytes(preamble) : preamble;
    const bytes = concatBytes(before, CLIENT_HELLO);
    const expected = `tls at ${before.length}`;
    assert.equal(client(bytes), expected);
    assert.equal(client(before, CLIENT_HELLO), expected);
    assert.equal(client(...byteByByte(bytes)), expected);
    fc.assert(
      fc.property(inPieces(bytes), (pieces) => assert.equal(client(...pieces), expected)),
      { numRuns: 30 },
    );
    // Not before the whole start of the hello is there.
    assert.equal(client(bytes.subarray(0, before.length + 10)), "need_more");
  });
}

Deno.test("ClientTlsPreamble waits for more of a preamble", () => {
  for (const preamble of Object.values(PREAMBLES)) assert.equal(client(preamble), "need_more");
});

Deno.test("ClientTlsPreamble takes the hello of SSL 2.0 at the start of a connection alone", () => {
  const hello = fromHex("8022010301000900000010" + "00002f000035010080" + "5a".repeat(16));
  assert.equal(client(hello), "tls at 0");
  assert.equal(client(...byteByByte(hello)), "tls at 0");
  assert.equal(client(hello.subarray(0, 10)), "need_more");
  assert.equal(client("STARTTLS\r\n", hello), "need_more");
});

Deno.test("ClientTlsPreamble stays at its answer", () => {
  assert.equal(client(CLIENT_HELLO, "\x80", CLIENT_HELLO), "tls at 0");
  assert.equal(client("\x80", CLIENT_HELLO), "no");
});

Deno.test("ClientTlsPreamble says no to binary protocols at once", () => {
  const cases = [
    "80", // SSL 2 with no TLS in it
    "801f01000200060000001001008003008005", // SSL 2 that asks for SSL 2
    "01",
    "1704",
    "16030200", // A record of another kind
    "0500", // SOCKS 5 without methods
    "0403", // No command of SOCKS 4
    "000000080000", // PostgreSQL without TLS
    "ff534d42",
  ];
  for (const hex of cases) {
    const bytes = fromHex(hex.padEnd(40, "0"));
    assert.equal(client(bytes), "no", hex);
    assert.equal(client(...byteByByte(bytes)), "no", hex);
  }
});

Deno.test("ClientTlsPreamble says no after SOCKS with something unknown", () => {
  assert.equal(client(fromHex("050100" + "0501000900")), "no");
  assert.equal(client(fromHex("050100" + "81")), "no");
  assert.equal(
    client(concatBytes(fromHex("04010050000000ff"), new Uint8Array(300).fill(65))),
    "no",
  );
});

Deno.test("ClientTlsPreamble looks for a ClientHello at the ends of lines and elements alone", () => {
  assert.equal(client("STARTTLS\r\n", CLIENT_HELLO), "tls at 10");
  assert.equal(client("STARTTLS ", CLIENT_HELLO), "no");
  assert.equal(client("POST / HTTP/1.1\r\n\r\nname=", CLIENT_HELLO), "no");
  assert.equal(client("a\r\n\x16\x03\x01\x00\x05\x02"), "no");
});

Deno.test("ClientTlsPreamble takes what only looks like a binary protocol for text", () => {
  assert.equal(client("POST /x\n", CLIENT_HELLO), "tls at 8"); // Starts like PROXY.
  assert.equal(client("  x\n", CLIENT_HELLO), "tls at 4"); // Like MySQL.
  assert.equal(client("0123456789\n", CLIENT_HELLO), "tls at 11"); // Like LDAP.
  assert.equal(client("\r\n\r\nx\n", CLIENT_HELLO), "tls at 6"); // Like PROXY version 2.
  assert.equal(client(`PROXY ${"x".repeat(200)}\n`, CLIENT_HELLO), "tls at 207");
});

Deno.test("ClientTlsPreamble searches the first 16 KiB", () => {
  const lines = (length: number) => latin1Bytes("\n".padStart(length, "a"));
  const last = lines(MAX_PREAMBLE_LENGTH - 1);
  assert.equal(client(concatBytes(last, CLIENT_HELLO)), `tls at ${MAX_PREAMBLE_LENGTH - 1}`);
  assert.equal(client(last, CLIENT_HELLO), `tls at ${MAX_PREAMBLE_LENGTH - 1}`);
  const late = lines(MAX_PREAMBLE_LENGTH);
  assert.equal(client(concatBytes(late, CLIENT_HELLO)), "no");
  assert.equal(client(late), "no");
  assert.equal(client(...byteByByte(concatBytes(late, CLIENT_HELLO))), "no");
  const longLdap = fromHex("308400100000" + "0201");
  assert.equal(client(longLdap, new Uint8Array(0x100000 - 2), CLIENT_HELLO), "no");
});

Deno.test("ServerTlsPreamble finds the first record after any answer", () => {
  const answers = [
    latin1Bytes(""),
    latin1Bytes("220 x ESMTP\r\n250 STARTTLS\r\n220 go\r\n"),
    latin1Bytes("S"),
    latin1Bytes("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
    fromHex("0500" + "05000001160303160200" + "15"),
    fromHex("005a01bb83fd3d50"),
    fromHex("4a0000000a382e302e333600160316151516"),
  ];
  for (const answer of answers) {
    for (const record of [SERVER_HELLO, fromHex("15030300020228")]) {
      const bytes = concatBytes(answer, record);
      const expected = `tls at ${answer.length}`;
      assert.equal(server(bytes), expected);
      assert.equal(server(...byteByByte(bytes)), expected);
    }
    assert.equal(server(answer), "need_more");
  }
});

Deno.test("ServerTlsPreamble searches the first 16 KiB", () => {
  const before = new Uint8Array(MAX_PREAMBLE_LENGTH - 1);
  assert.equal(server(concatBytes(before, SERVER_HELLO)), `tls at ${before.length}`);
  assert.equal(server(before, SERVER_HELLO), `tls at ${before.length}`);
  const late = new Uint8Array(MAX_PREAMBLE_LENGTH);
  assert.equal(server(concatBytes(late, SERVER_HELLO)), "no");
  assert.equal(server(late), "no");
  assert.equal(server(late, SERVER_HELLO), "no");
});

Deno.test("both preambles come to the same however hostile bytes are cut", () => {
  const preambles = Object.values(PREAMBLES).map((text) =>
    typeof text === "string" ? latin1Bytes(text) : text
  );
  const fragment = fc.oneof(
    fc.constantFrom(...preambles, CLIENT_HELLO, SERVER_HELLO),
    fc.constantFrom(...preambles).chain((bytes) =>
      fc.nat({ max: bytes.length }).map((length) => bytes.subarray(0, length))
    ),
    fc.constantFrom("\n", ">", "\x16", "\x15", "\x05", "0", "\r\n", "a").map(latin1Bytes),
    fc.uint8Array({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 6 }), (fragments) => {
      const bytes = concatBytes(...fragments);
      for (const search of [client, server]) {
        const whole = search(bytes);
        assert.equal(search(...fragments), whole);
        assert.equal(search(...byteByByte(bytes)), whole);
      }
    }),
    { numRuns: 1000 },
  );
});
