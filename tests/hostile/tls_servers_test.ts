/** TLS servers that want to hang, flood or confuse the prober. */
import { concatBytes, fromHex } from "../../lib/bytes.ts";
import { handshake, record, serverHello } from "../support/fake_tls_server.ts";
import { CONTENT_TYPE, HANDSHAKE_TYPE } from "../../lib/tls/constants.ts";
import { SHORT_TIMEOUT, testHostile } from "../support/hostile_run.ts";
import { answering, closing, flooding, silent, trickling } from "../support/scripted_server.ts";

const GARBAGE = crypto.getRandomValues(new Uint8Array(65_536)).map((byte) => byte | 0x80);
const HELLO = record(CONTENT_TYPE.handshake, serverHello({}));
const WARNING = record(CONTENT_TYPE.alert, Uint8Array.of(1, 112));
const CHANGE_CIPHER_SPEC = record(CONTENT_TYPE.changeCipherSpec, Uint8Array.of(1));

/** `bytes` so often that a flood of them is not slowed by the calls that send it. */
function many(bytes: Uint8Array): Uint8Array {
  return concatBytes(...Array<Uint8Array>(1000).fill(bytes));
}

testHostile(
  "probe ends on TLS servers that keep it waiting",
  [
    {
      name: "accepts and says nothing",
      script: silent,
      ends: { jarm: "timeout", tlscert: "timeout" },
    },
    {
      name: "trickles a ServerHello, a byte a second",
      script: trickling(HELLO, 1, 1000),
      ends: { jarm: "timeout", tlscert: "timeout" },
    },
    {
      name: "trickles a ServerHello, a byte every 50 ms",
      script: trickling(HELLO, 1, 50),
      ends: { jarm: "timeout", tlscert: "timeout" },
    },
    {
      name: "sends a ServerHello and goes silent",
      script: async (client) => {
        await client.write(HELLO);
        await silent(client);
      },
      ends: { jarm: "ok", tlscert: "timeout" },
    },
  ],
  "--timeout",
  SHORT_TIMEOUT,
);

testHostile("probe ends on TLS servers that flood it", [
  { name: "garbage", script: flooding(GARBAGE), ends: { jarm: "not_tls", tlscert: "not_tls" } },
  {
    name: "zeros",
    script: flooding(new Uint8Array(65_536)),
    ends: { jarm: "not_tls", tlscert: "not_tls" },
  },
  {
    name: "garbage behind a ServerHello",
    script: flooding(GARBAGE, HELLO),
    ends: { jarm: "ok", tlscert: "protocol_error" },
  },
  {
    name: "ServerHellos",
    script: flooding(many(HELLO)),
    ends: { jarm: "ok", tlscert: "protocol_error" },
  },
  {
    name: "warnings",
    script: flooding(many(WARNING)),
    ends: { jarm: "handshake_error", tlscert: "protocol_error" },
  },
  {
    name: "empty records",
    script: flooding(many(record(CONTENT_TYPE.handshake, new Uint8Array(0)))),
    ends: { jarm: "handshake_error", tlscert: "protocol_error" },
  },
  {
    name: "changes of cipher spec behind a ServerHello",
    script: flooding(many(CHANGE_CIPHER_SPEC), HELLO),
    ends: { jarm: "ok", tlscert: "protocol_error" },
  },
  {
    name: "a handshake message of 16 MiB",
    script: flooding(
      many(record(CONTENT_TYPE.handshake, new Uint8Array(1000))),
      concatBytes(HELLO, record(CONTENT_TYPE.handshake, fromHex("0bffffff"))),
    ),
    ends: { jarm: "ok", tlscert: "protocol_error" },
  },
  {
    name: "a first handshake message of 16 MiB",
    script: flooding(
      many(record(CONTENT_TYPE.handshake, new Uint8Array(1000))),
      record(CONTENT_TYPE.handshake, fromHex("02ffffff0303")),
    ),
    ends: { tlscert: "protocol_error" },
  },
]);

testHostile("probe ends on TLS servers that break off or lie about lengths", [
  { name: "closes at once", script: closing, ends: { jarm: "closed", tlscert: "closed" } },
  {
    name: "closes within a record",
    script: answering(HELLO.subarray(0, 40)),
    ends: { jarm: "handshake_error", tlscert: "closed" },
  },
  {
    name: "closes within a record header",
    script: answering(HELLO.subarray(0, 3)),
    ends: { jarm: "handshake_error", tlscert: "closed" },
  },
  {
    name: "claims a record of 64 KiB and sends zeros",
    script: flooding(new Uint8Array(65_536), fromHex("160303ffff")),
    ends: { jarm: "handshake_error", tlscert: "protocol_error" },
  },
  {
    name: "sends a Certificate whose list claims 16 MiB",
    script: answering(concatBytes(
      HELLO,
      record(CONTENT_TYPE.handshake, handshake(HANDSHAKE_TYPE.certificate, fromHex("ffffff30"))),
    )),
    ends: { jarm: "ok", tlscert: "protocol_error" },
  },
]);
