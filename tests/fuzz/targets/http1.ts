/** HTTP/1 requests. */
import assert from "node:assert/strict";
import { ja4h } from "../../../lib/fingerprint/ja4plus/ja4h.ts";
import {
  cookies,
  type HttpRequest,
  MAX_HEAD_LENGTH,
  MAX_HEADERS,
  requestHost,
} from "../../../lib/http/request.ts";
import { parseRequestHead } from "../../../lib/http/request_head.ts";
import { HttpRequestStream } from "../../../lib/http/request_stream.ts";
import { streamsWhere } from "../captured.ts";
import { choice, cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

const MAX_SEED = 4096;

const JA4H = /^[!-~]{2}\d{2}[cn][rn]\d{2}[!-~]{4}_[0-9a-f]{12}_[0-9a-f]{12}_[0-9a-f]{12}$/;

export const HTTP1: FuzzTarget = {
  name: "http1",
  words: [
    ...[
      "GET ",
      "CONNECT ",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      " HTTP/1.1\r\n",
      "\r\n",
      "\n",
      "\r",
    ],
    ...[
      "Host: ",
      "Cookie: ",
      "Content-Length: 5\r\n",
      "Transfer-Encoding: chunked\r\n",
      "0\r\n\r\n",
    ],
    ...[
      "Accept-Language: ",
      "Referer: x\r\n",
      "http://a/",
      ": ",
      ";",
      "=",
      " \t",
      "ffffffffffff\r\n",
    ],
  ],
  seeds: () => [
    ...[
      "GET / HTTP/1.1\r\nHost: decoy.example\r\nUser-Agent: curl/8.5\r\nAccept: */*\r\n\r\n",
      "POST http://a/b HTTP/1.0\nHost: b\nContent-Length: 3\nCookie: a=1; b=2\n folded\n\nabcGET / " +
      "HTTP/1.1\r\n\r\n",
      "PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nAccept-Language: de-CH,de;q=0.9\r\n\r\n" +
      "4;x=y\r\nabcd\r\n0\r\nTrailer: z\r\n\r\nDELETE /x HTTP/1.1\r\nReferer: y\r\n\r\n",
      "CONNECT a:443 HTTP/1.1\r\n\r\n",
    ].map((text) => new TextEncoder().encode(text)),
    ...streamsWhere((stream) => typeof parseRequestHead(stream) !== "string")
      .map((stream) => stream.subarray(0, MAX_SEED)),
  ],
  run(input) {
    const whole = head(input);
    const early = head(input.subarray(0, choice(input, input.length)));
    assert.ok(early === "incomplete" || early === whole, `${early} became ${whole}`);
    const requests = readRequests([input]);
    assert.equal(readRequests(cut(input)), requests);
    skipping(input);
    return requests.replace(/"(?:[^"\\]|\\.)*"/g, "").slice(0, 40) + whole.slice(0, 10);
  },
};

function head(bytes: Uint8Array): string {
  const result = parseRequestHead(bytes);
  if (typeof result === "string") return result;
  assert.ok(result.length <= Math.min(bytes.length, MAX_HEAD_LENGTH));
  checkRequest(result);
  return JSON.stringify(result);
}

/** What holds of every request. */
export function checkRequest(request: HttpRequest): void {
  const { headers } = request;
  assert.ok(headers.length <= MAX_HEADERS);
  const size = headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  assert.ok(size <= MAX_HEAD_LENGTH);
  const fingerprint = ja4h(request);
  assert.equal(fingerprint === undefined, request.truncated);
  if (fingerprint !== undefined) assert.match(fingerprint.ja4h, JA4H);
  assert.ok((requestHost(request)?.length ?? 0) <= MAX_HEAD_LENGTH);
  assert.ok(cookies(request).join("").length <= size);
}

function readRequests(pieces: readonly Uint8Array[]): string {
  const stream = new HttpRequestStream();
  const found: HttpRequest[] = [];
  for (const piece of pieces) {
    for (let rest: Uint8Array | undefined = piece; rest !== undefined;) {
      found.push(...stream.push(rest));
      // As behind a CONNECT that was turned down.
      rest = stream.behindConnect;
    }
  }
  found.forEach(checkRequest);
  return JSON.stringify([stream.ended, found]);
}

/** Bytes that are missing end a stream or are passed over, but never do harm. */
function skipping(input: Uint8Array): void {
  const stream = new HttpRequestStream();
  cut(input).forEach((piece, index) => {
    if (index % 3 === 2) stream.skip(piece.length);
    else stream.push(piece).forEach(checkRequest);
  });
}
