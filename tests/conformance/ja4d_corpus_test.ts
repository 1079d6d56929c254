import assert from "node:assert/strict";
import { parseDhcpv4 } from "../../lib/dhcp/dhcpv4.ts";
import { parseDhcpv6 } from "../../lib/dhcp/dhcpv6.ts";
import { ja4d, ja4d6 } from "../../lib/fingerprint/ja4plus/ja4d.ts";
import { readPayloads } from "../support/capture_payloads.ts";
import { corpusCapture, expectedValues, HAS_CORPUS } from "../support/corpus.ts";
import { testNeeding } from "../support/requirements.ts";

/** Reads a UDP payload and writes its fingerprint. */
const FILES: Readonly<Record<string, (bytes: Uint8Array) => string | undefined>> = {
  "dhcp.pcapng": (bytes) => {
    const message = parseDhcpv4(bytes);
    return message && ja4d(message);
  },
  "dhcpv6.pcap": (bytes) => {
    const message = parseDhcpv6(bytes);
    return message && ja4d6(message);
  },
};

/** Of clients and servers. */
const DHCP_PORT = /-(67|68|546|547)$/;

for (const [file, fingerprint] of Object.entries(FILES)) {
  testNeeding([HAS_CORPUS], `JA4D of ${file} is what other tools say`, () => {
    const wanted = expectedValues("ja4d").filter((value) => value.file === file)
      .map(({ src, sport, value }) => `${src}-${sport} ${value}`);
    const found = readPayloads(corpusCapture(file))
      .filter(({ protocol, source }) => protocol === "udp" && DHCP_PORT.test(source))
      .map(({ source, bytes }) => `${source} ${fingerprint(bytes)}`);
    assert.ok(wanted.length > 0);
    assert.deepEqual(found.sort(), wanted.sort());
  });
}
