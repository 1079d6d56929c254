/** What comes before TLS: STARTTLS in many protocols, and proxies. */
import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../../../lib/bytes.ts";
import { openerLength, socks5Next } from "../../../lib/proxy/preamble_message.ts";
import {
  ClientTlsPreamble,
  MAX_PREAMBLE_LENGTH,
  ServerTlsPreamble,
} from "../../../lib/proxy/tls_preamble.ts";
import { clientHelloAt, serverRecordAt } from "../../../lib/proxy/tls_start.ts";
import { latin1Bytes } from "../../../lib/text/latin1.ts";
import { helloFor } from "../../support/tcp_talk.ts";
import { choice, cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

/** What clients and servers say before TLS, in hexadecimal where it is binary. */
const PREAMBLES = [
  ...[
    "EHLO a\r\nSTARTTLS\r\n",
    "a1 STARTTLS\r\n",
    "STLS\r\n",
    "AUTH TLS\r\n",
    "CONNECT a:1 HTTP/1.1\r\n\r\n",
  ],
  ...["<stream:stream xmlns='a'><starttls/>", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", ""],
  ...["220 ready\r\n", "+OK begin\r\n", "<proceed/>", "S"],
].map(latin1Bytes);
const BINARY = [
  "05020002" + "01026162026364" + "05010003" + "03612e6201bb",
  "040101bb00000001" + "7500" + "612e6200",
  "0d0a0d0a000d0a515549540a" + "2111000c" + "c0000201c000020200010002",
  "0000000804d2162f",
  "20000001" + "05aeff00" + "00000001" + "21" + "00".repeat(23),
  "301d02010177188016312e332e362e312e342e312e313436362e3230303337",
  "030000130ee000000000000100080003000000",
  "1201002f0000010000001a00060100200001",
  "0500" + "05000001c000020101bb",
].map(fromHex);

export const PREAMBLE: FuzzTarget = {
  name: "preamble",
  words: ["STARTTLS\r\n", "\r\n", "\n", ">", "PROXY ", "\x16\x03\x01\x02\0\x01\0\x01\x7c\x03\x03"],
  seeds: () => {
    const hello = helloFor("decoy.example");
    const alert = fromHex("15030100020228");
    const server = fromHex("160303003a020000360303" + "00".repeat(40));
    const all = [...PREAMBLES, ...BINARY];
    return [
      ...all.map((preamble) => concatBytes(preamble, hello)),
      ...all.map((preamble) => concatBytes(preamble, server)),
      concatBytes(BINARY[2]!, PREAMBLES[0]!, hello),
      concatBytes(PREAMBLES[8]!, alert),
    ];
  },
  run(input) {
    const client = find(new ClientTlsPreamble(), input);
    const server = find(new ServerTlsPreamble(), input);
    const length = openerLength(input, 0);
    for (const told of [length, socks5Next(input, 0)]) {
      assert.ok(typeof told !== "number" || told > 0);
    }
    starts(input);
    return `${client.split(" ")[0]} ${server.split(" ")[0]} ${typeof length} ${input[0]}`;
  },
};

/** Where TLS starts does not depend on how the stream is cut, and something starts there. */
function find(preamble: ClientTlsPreamble | ServerTlsPreamble, input: Uint8Array): string {
  const { state, tlsOffset } = feed(preamble, [input]);
  const other = preamble instanceof ClientTlsPreamble
    ? new ClientTlsPreamble()
    : new ServerTlsPreamble();
  const pieces = feed(other, cut(input));
  assert.deepEqual([pieces.state, pieces.tlsOffset], [state, tlsOffset]);
  if (state !== "tls") {
    assert.equal(tlsOffset, -1);
    return state;
  }
  assert.ok(tlsOffset < MAX_PREAMBLE_LENGTH);
  const startsAt = preamble instanceof ClientTlsPreamble ? clientHelloAt : serverRecordAt;
  assert.equal(startsAt(input, tlsOffset), "tls");
  return `tls ${tlsOffset}`;
}

function feed<P extends ClientTlsPreamble | ServerTlsPreamble>(
  preamble: P,
  pieces: readonly Uint8Array[],
): P {
  for (const piece of pieces) preamble.push(piece);
  return preamble;
}

/** More bytes do not change what was clear. */
function starts(input: Uint8Array): void {
  const end = choice(input, Math.min(input.length, 20));
  for (const startsAt of [clientHelloAt, serverRecordAt]) {
    const early = startsAt(input, 0, end);
    assert.ok(early === "incomplete" || early === startsAt(input, 0));
  }
}
