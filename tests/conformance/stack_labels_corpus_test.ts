/** Our signature file on captures of machines whose systems are known from what else they say. */
import assert from "node:assert/strict";
import { StackIdentifier } from "../../lib/fingerprint/p0f/identifier.ts";
import { observe, StackObservation } from "../../lib/fingerprint/p0f/observation.ts";
import { ownSignatures } from "../../lib/fingerprint/p0f/signatures.ts";
import { corpusCapture, expectedValues, HAS_CORPUS } from "../support/corpus.ts";
import { readHandshakes } from "../support/handshake_packets.ts";
import { testNeeding } from "../support/requirements.ts";

/**
 * Systems of those who open connections, SYNs each. p0f 3.09b with its own file says the same of each,
 * but for `bsd` and for the SYN without options, of which it says nothing.
 */
const OPENERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // User-Agent: Windows NT 6.3.
  "CVE-2018-6794.pcap": { windows: 3 },
  "badcurveball.pcap": { macos_ios: 1 },
  "browsers-x509.pcapng": { windows: 3 },
  "chrome-cloudflare-quic-with-secrets.pcapng": { macos_ios: 1 },
  "gre-erspan-vxlan.pcap": { raw_packets: 1 },
  // OpenSSH 3.6.1p1.
  "gre-sample.pcap": { linux: 1 },
  "http-empty-useragent.pcap": { macos_ios: 1 },
  "http1-with-cookies.pcapng": { macos_ios: 1 },
  "http2-with-cookies.pcapng": { windows: 1 },
  "https-connect.pcap": { linux: 1 },
  "https3-301-get.pcap": { macos_ios: 1 },
  "ipv6.pcapng": { macos_ios: 1 },
  // User-Agent: Windows NT 10.0.
  "latest.pcapng": { windows: 6 },
  "macos_tcp_flags.pcap": { macos_ios: 1 },
  "socks-https-example.pcap": { macos_ios: 3 },
  "socks4-https.pcap": { windows: 1 },
  // PuTTY, then OpenSSH 7.4 and 8.7.
  "ssh-r.pcap": { linux: 2, windows: 1 },
  // WinSCP.
  "ssh-scp-1050.pcap": { windows: 1 },
  // OpenSSH 5.3.
  "ssh2-malformed.pcap": { linux: 1 },
  "ssh2-moloch-crash.pcap": { linux: 1 },
  // User-Agent: Edge and Chrome, both with Windows.
  "ssh2.pcapng": { windows: 44 },
  // SSH 1.2.26 over 6bone addresses: a BSD with KAME.
  "sshv1.pcap": { bsd: 1 },
  // OpenSSH 5.3.
  "tcpdump-geneve.pcap": { linux: 1 },
  "tls-alpn-h2.pcap": { macos_ios: 1 },
  // User-Agent: Windows NT 10.0.
  "tls3.pcapng": { windows: 8 },
  "v6.pcap": { bsd: 1 },
};

testNeeding([HAS_CORPUS], "every SYN of the corpus gets a label", () => {
  const identifier = new StackIdentifier(ownSignatures());
  const observation = new StackObservation();
  const files = new Set(expectedValues("ja4t").map(({ file }) => file));
  const guesses: Record<string, Record<string, number>> = {};
  for (const file of files) {
    readHandshakes(corpusCapture(file), ({ packet, options, isSynAck }) => {
      if (isSynAck) return;
      const { osGuess } = identifier.identify(observe(observation, packet, options, false));
      const counts = guesses[file] ??= {};
      counts[osGuess] = (counts[osGuess] ?? 0) + 1;
    });
  }
  assert.deepEqual(guesses, OPENERS);
});
