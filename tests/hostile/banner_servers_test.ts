/** Servers that want to hang, flood or confuse the prober with their greetings. */
import { SHORT_TIMEOUT, testHostile } from "../support/hostile_run.ts";
import { closing, flooding, silent, trickling } from "../support/scripted_server.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";

const CHUNK = new Uint8Array(65_536).fill(0x41);

testHostile(
  "probe ends on servers that keep it waiting for a greeting",
  [
    { name: "accepts and says nothing", script: silent, ends: { banner: "silent" } },
    {
      name: "trickles a line that does not end",
      script: trickling(latin1Bytes("220-"), 1, 50),
      ends: { banner: "timeout" },
    },
  ],
  "--timeout",
  SHORT_TIMEOUT,
);

testHostile("probe ends on servers that flood it with greetings", [
  { name: "a line without end", script: flooding(CHUNK), ends: { banner: "ok" } },
  {
    name: "lines of an answer that goes on",
    script: flooding(latin1Bytes("220-more\r\n".repeat(6000))),
    ends: { banner: "ok" },
  },
  {
    name: "Telnet options",
    script: flooding(latin1Bytes("\xff\xfb\x01".repeat(20_000))),
    ends: { banner: "ok" },
  },
  { name: "zeros", script: flooding(new Uint8Array(65_536)), ends: { banner: "ok" } },
  { name: "closes at once", script: closing, ends: { banner: "closed" } },
  {
    name: "has no room",
    script: (client) => client.write(latin1Bytes("421 Too many connections\r\n")),
    ends: { banner: "handshake_error" },
  },
]);
