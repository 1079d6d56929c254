import assert from "node:assert/strict";
import { ja4h } from "../../lib/fingerprint/ja4plus/ja4h.ts";
import type { HttpRequest } from "../../lib/http/request.ts";
import { parseRequestHead } from "../../lib/http/request_head.ts";
import { HttpRequestStream } from "../../lib/http/request_stream.ts";
import { readPayloads, streams } from "../support/capture_payloads.ts";
import { corpusCapture, expectedValues, HAS_CORPUS } from "../support/corpus.ts";
import { testNeeding } from "../support/requirements.ts";

/** HTTP/2 in these is within TLS; Rust's values of it count the pseudo-headers. */
const ENCRYPTED = [
  "chrome-cloudflare-quic-with-secrets.pcapng",
  "http2-with-cookies.pcapng",
];

testNeeding([HAS_CORPUS], "JA4H of the corpus is what other tools say", () => {
  const expected = expectedValues("ja4h")
    .filter(({ file, tags }) => !ENCRYPTED.includes(file) && !tags.includes("encap"));
  const wanted = new Set(
    expected.map(({ file, src, sport, dst, dport, value }) =>
      `${file} ${src}-${sport}>${dst}-${dport} ${value}`
    ),
  );
  const found = new Set(
    [...new Set(expected.map(({ file }) => file))].flatMap((file) =>
      requests(corpusCapture(file)).map(([flow, request]) =>
        `${file} ${flow} ${ja4h(request)?.ja4h}`
      )
    ),
  );
  assert.ok(wanted.size > 40);
  assert.deepEqual([...found].sort(), [...wanted].sort());
});

/** Every request over TCP and, as SSDP has them, UDP. */
function requests(path: string): [flow: string, request: HttpRequest][] {
  const payloads = readPayloads(path);
  const overTcp = [...streams(payloads)].flatMap(([name, pieces]) => {
    const stream = new HttpRequestStream();
    const flow = name.split("#")[0]!;
    return pieces.flatMap((piece) => stream.push(piece))
      .map((request): [string, HttpRequest] => [flow, request]);
  });
  const overUdp = payloads.filter(({ protocol }) => protocol === "udp")
    .flatMap(({ source, destination, bytes }): [string, HttpRequest][] => {
      const request = parseRequestHead(bytes);
      return typeof request === "object" ? [[`${source}>${destination}`, request]] : [];
    });
  return [...overTcp, ...overUdp];
}
