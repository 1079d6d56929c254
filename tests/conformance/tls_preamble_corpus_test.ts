import assert from "node:assert/strict";
import { ClientTlsPreamble, ServerTlsPreamble } from "../../lib/proxy/tls_preamble.ts";
import { readPayloads, streams } from "../support/capture_payloads.ts";
import { corpusCapture, expectedValues, HAS_CORPUS } from "../support/corpus.ts";
import { testNeeding } from "../support/requirements.ts";

testNeeding([HAS_CORPUS], "TLS is found where other tools found a ClientHello over TCP", () => {
  const expected = expectedValues("ja4").filter(({ value, tags }) =>
    value.startsWith("t") && !tags.includes("encap")
  );
  for (const file of new Set(expected.map((value) => value.file))) {
    const wanted = new Set(
      expected.filter((value) => value.file === file)
        .map(({ src, sport, dst, dport }) => `${src}-${sport}>${dst}-${dport}`),
    );
    const found = new Set<string>();
    for (const [flow, pieces] of streams(readPayloads(corpusCapture(file)))) {
      const preamble = new ClientTlsPreamble();
      for (const piece of pieces) preamble.push(piece);
      if (preamble.state === "tls") found.add(flow.split("#")[0]!);
    }
    assert.deepEqual([...found].sort(), [...wanted].sort(), file);
  }
});

testNeeding([HAS_CORPUS], "TLS is found after HTTP CONNECT and SOCKS 5", () => {
  const offsets = (file: string, port: string) =>
    [...streams(readPayloads(corpusCapture(file)))].map(([flow, pieces]) => {
      const toServer = flow.split("#")[0]!.endsWith(port);
      const preamble = toServer ? new ClientTlsPreamble() : new ServerTlsPreamble();
      for (const piece of pieces) preamble.push(piece);
      return preamble.tlsOffset;
    });
  assert.deepEqual(offsets("https-connect.pcap", "-8080"), [84, 134]);
  assert.deepEqual(offsets("socks-https-example.pcap", "-1080"), [9, 8, 25, 8, 14, 12]);
});
