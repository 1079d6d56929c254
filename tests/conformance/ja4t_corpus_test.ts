/** JA4T and JA4TS of captures against what other tools find in them. */
import assert from "node:assert/strict";
import { ja4t, ja4ts } from "../../lib/fingerprint/ja4plus/ja4t.ts";
import { formatAddress } from "../../lib/net/address.ts";
import { addressBytes } from "../../lib/net/address.ts";
import {
  corpusCapture,
  type ExpectedValue,
  expectedValues,
  HAS_CORPUS,
} from "../support/corpus.ts";
import { readHandshakes } from "../support/handshake_packets.ts";
import { testNeeding } from "../support/requirements.ts";

function flowOf({ file, src, sport, dst, dport }: ExpectedValue): string {
  const canonical = (address: string) => formatAddress(addressBytes(address)!);
  return `${file} ${canonical(src)} ${sport} ${canonical(dst)} ${dport}`;
}

/** Our values of both kinds for each flow of the captures. */
function ourValues(files: ReadonlySet<string>): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  for (const file of files) {
    const synAckTimes = new Map<string, number[]>();
    readHandshakes(corpusCapture(file), ({ packet, options, isSynAck, flow }) => {
      const key = `${isSynAck ? "ja4ts" : "ja4t"} ${file} ${flow}`;
      const found = values.get(key) ?? new Set();
      values.set(key, found);
      const first = ja4t(packet.window, options);
      if (!isSynAck) {
        found.add(first);
        return;
      }
      const times = synAckTimes.get(flow) ?? [];
      synAckTimes.set(flow, times);
      times.push(packet.micros);
      const delays = times.slice(1)
        .map((time, index) => Math.round((time - times[index]!) / 1_000_000));
      found.add(ja4ts(first, delays));
    });
  }
  return values;
}

for (const kind of ["ja4t", "ja4ts"]) {
  testNeeding([HAS_CORPUS], `${kind} of the corpus is what other tools say`, () => {
    const expected = expectedValues(kind);
    const ours = ourValues(new Set(expected.map(({ file }) => file)));
    const missing = expected
      .filter(({ status }) => status !== "disputed")
      .filter((value) => !ours.get(`${kind} ${flowOf(value)}`)?.has(value.value))
      .map(({ file, value, sources }) => `${file} ${value} ${sources}`);
    // A window scale of 0 in a SYN with ECN, which Wireshark leaves out. For any other SYN it writes
    // 00 as we do, and the Rust tool, which does not, stands alone.
    assert.deepEqual(
      missing,
      kind === "ja4t"
        ? [
          "gre-sample.pcap 5744_2-4-8-1-3_1436_0 foxio-rust-published",
        ]
        : [],
    );

    const known = new Map<string, Set<string>>();
    for (const value of expected) {
      const key = `${kind} ${flowOf(value)}`;
      known.set(key, (known.get(key) ?? new Set()).add(value.value));
    }
    const unexpected = [...known].flatMap(([key, values]) =>
      [...ours.get(key) ?? []].filter((value) => !values.has(value)).map((value) =>
        `${key} ${value}`
      )
    );
    assert.deepEqual(
      unexpected,
      kind === "ja4t"
        ? ["ja4t gre-sample.pcap 66.59.111.190 40264 172.28.2.3 22 5744_2-4-8-1-3_1436_00"]
        : [],
    );
  });
}
