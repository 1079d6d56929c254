/** SSH servers that want to hang, flood or confuse the prober. */
import { concatBytes, fromHex } from "../../lib/bytes.ts";
import { SHORT_TIMEOUT, testHostile } from "../support/hostile_run.ts";
import { answering, flooding, silent, trickling } from "../support/scripted_server.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";
import { nameLists, sshOpening } from "../support/ssh_script.ts";

const BANNER = latin1Bytes("SSH-2.0-hostile\r\n");
const OPENING = sshOpening("SSH-2.0-hostile", nameLists("kex"));
const CHUNK = new Uint8Array(65_536).fill(0x41);

/** An SSH_MSG_IGNORE packet of 16 bytes (RFC 4253 6 and 11.2). */
const IGNORE = fromHex("0000000c" + "06" + "0200000000" + "000000000000");

testHostile(
  "probe ends on SSH servers that keep it waiting",
  [
    { name: "accepts and says nothing", script: silent, ends: { hassh: "timeout" } },
    {
      name: "trickles its banner, a byte a second",
      script: trickling(OPENING, 1, 1000),
      ends: { hassh: "timeout" },
    },
    {
      name: "trickles its KEXINIT, a byte every 50 ms",
      script: async (client) => {
        await client.write(BANNER);
        await trickling(OPENING.subarray(BANNER.length), 1, 50)(client);
      },
      ends: { hassh: "timeout" },
    },
    {
      name: "sends its banner and goes silent",
      script: async (client) => {
        await client.write(BANNER);
        await silent(client);
      },
      ends: { hassh: "timeout" },
    },
  ],
  "--timeout",
  SHORT_TIMEOUT,
);

testHostile("probe ends on SSH servers that flood it", [
  {
    name: "a banner without end",
    script: flooding(CHUNK, latin1Bytes("SSH-2.0-")),
    ends: { hassh: "protocol_error" },
  },
  { name: "a line without end", script: flooding(CHUNK), ends: { hassh: "not_ssh" } },
  {
    name: "lines before a banner that never comes",
    script: flooding(latin1Bytes("Welcome.\r\n".repeat(1000))),
    ends: { hassh: "not_ssh" },
  },
  {
    name: "empty lines",
    script: flooding(new Uint8Array(65_536).fill(0x0a)),
    ends: { hassh: "not_ssh" },
  },
  {
    name: "binary garbage",
    script: flooding(crypto.getRandomValues(new Uint8Array(65_536)).map((byte) => byte & 0x0f)),
    ends: { hassh: "not_ssh" },
  },
  {
    name: "messages to ignore",
    script: flooding(concatBytes(...Array<Uint8Array>(1000).fill(IGNORE)), BANNER),
    ends: { hassh: "protocol_error" },
  },
  {
    name: "a packet of 16 MiB",
    script: flooding(CHUNK, concatBytes(BANNER, fromHex("0100000004"))),
    ends: { hassh: "protocol_error" },
  },
  {
    name: "a KEXINIT whose list claims 4 GiB",
    script: flooding(
      CHUNK,
      concatBytes(BANNER, fromHex("0000003c" + "04" + "14" + "00".repeat(16) + "ffffffff")),
    ),
    ends: { hassh: "protocol_error" },
  },
]);

testHostile("probe ends on SSH servers that break off", [
  {
    name: "closes within its banner",
    script: answering(BANNER.subarray(0, 9)),
    ends: { hassh: "closed" },
  },
  { name: "closes behind its banner", script: answering(BANNER), ends: { hassh: "closed" } },
  {
    name: "closes within its KEXINIT",
    script: answering(OPENING.subarray(0, BANNER.length + 30)),
    ends: { hassh: "closed" },
  },
  {
    name: "sends a KEXINIT that is cut short",
    script: answering(
      concatBytes(BANNER, fromHex("0000000c" + "06" + "1400000000" + "000000000000")),
    ),
    ends: { hassh: "protocol_error" },
  },
]);
