/** Web servers that want to hang, flood or confuse the prober. */
import { concatBytes } from "../../lib/bytes.ts";
import { SHORT_TIMEOUT, testHostile } from "../support/hostile_run.ts";
import {
  answering,
  closing,
  flooding,
  type Script,
  silent,
  trickling,
} from "../support/scripted_server.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";

const OK = latin1Bytes("HTTP/1.1 200 OK\r\n");
const CHUNK = new Uint8Array(65_536).fill(0x41);

/** `text` so often that a flood of it is not slowed by the calls that send it. */
function many(text: string): Uint8Array {
  return latin1Bytes(text.repeat(Math.ceil(65_536 / text.length)));
}

/** Answers a request with `head`, and then with `chunk` without end. */
function floodingBehind(head: string, chunk: Uint8Array): Script {
  return async (client) => {
    await client.read();
    await flooding(chunk, concatBytes(OK, latin1Bytes(head)))(client);
  };
}

testHostile(
  "probe ends on web servers that keep it waiting",
  [
    { name: "accepts and says nothing", script: silent, ends: { http: "timeout" } },
    {
      name: "trickles a head, a byte every 50 ms",
      script: trickling(latin1Bytes("HTTP/1.1 200 OK\r\nA: b\r\n"), 1, 50),
      ends: { http: "timeout" },
    },
    {
      name: "trickles a body",
      script: async (client) => {
        await client.write(concatBytes(OK, latin1Bytes("\r\n<title>slow</title>")));
        await trickling(latin1Bytes("."), 1, 50)(client);
      },
      ends: { http: "ok" },
    },
    {
      name: "promises a body that does not come",
      script: async (client) => {
        await client.write(concatBytes(OK, latin1Bytes("Content-Length: 999999999\r\n\r\n")));
        await silent(client);
      },
      ends: { http: "ok" },
    },
  ],
  "--timeout",
  SHORT_TIMEOUT,
);

testHostile(
  "probe ends on web servers that flood it",
  [
    {
      name: "headers without end",
      script: floodingBehind("", many("A: b\r\n")),
      ends: { http: "protocol_error" },
    },
    {
      name: "a header without end",
      script: floodingBehind("A: ", CHUNK),
      ends: { http: "protocol_error" },
    },
    {
      name: "a status line without end",
      script: flooding(CHUNK, latin1Bytes("HTTP/1.1 200 ")),
      ends: { http: "protocol_error" },
    },
    {
      name: "empty lines",
      script: flooding(many("\r\n")),
      ends: { http: "not_http" },
    },
    {
      name: "interim responses",
      script: flooding(many("HTTP/1.1 100 Continue\r\n\r\n")),
      ends: { http: "protocol_error" },
    },
    { name: "a body without end", script: floodingBehind("\r\n", CHUNK), ends: { http: "ok" } },
    {
      name: "a chunk of 4 PiB",
      script: floodingBehind("Transfer-Encoding: chunked\r\n\r\nfffffffffffff\r\n", CHUNK),
      ends: { http: "ok" },
    },
    {
      name: "chunks of one byte with long extensions",
      script: floodingBehind(
        "Transfer-Encoding: chunked\r\n\r\n",
        many(`1;${"x".repeat(8000)}\r\nA\r\n`),
      ),
      ends: { http: "ok" },
    },
    {
      name: "trailers without end",
      script: floodingBehind("Transfer-Encoding: chunked\r\n\r\n0\r\n", many("A: b\r\n")),
      ends: { http: "ok" },
    },
    { name: "garbage", script: flooding(CHUNK), ends: { http: "not_http" } },
    {
      name: "a page of tags that do not end",
      script: floodingBehind("Content-Type: text/html\r\n\r\n", many("<link <title ")),
      ends: { http: "ok" },
    },
  ],
  "--timeout",
  "3s",
);

testHostile("probe ends on web servers that break off or are none", [
  { name: "closes at once", script: closing, ends: { http: "closed" } },
  { name: "closes within a head", script: answering(OK), ends: { http: "closed" } },
  {
    name: "speaks HTTP/0.9",
    script: answering(latin1Bytes("<html>hello</html>")),
    ends: { http: "not_http" },
  },
  {
    name: "sends a status line that is none",
    script: answering(latin1Bytes("HTTP/1.1 hello\r\n\r\n")),
    ends: { http: "protocol_error" },
  },
  {
    name: "closes before the end of its body",
    script: answering(concatBytes(OK, latin1Bytes("Content-Length: 99\r\n\r\nshort"))),
    ends: { http: "ok" },
  },
  {
    name: "redirects to another port of its own",
    script: answering(latin1Bytes("HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\n\r\n")),
    ends: { http: "ok" },
  },
]);
