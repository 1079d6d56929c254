/** Every fingerprint that `decnet sniff` finds in captures against what other tools find there. */
import assert from "node:assert/strict";
import { addressBytes, formatAddress } from "../../lib/net/address.ts";
import {
  corpusCapture,
  type ExpectedValue,
  expectedValues,
  HAS_CORPUS,
} from "../support/corpus.ts";
import { decnet } from "../support/decnet.ts";
import { testNeeding } from "../support/requirements.ts";

/** Kinds on whose values the other tools agree. JA4L and JA4SSH each counts in its own way. */
const KINDS: readonly string[] = [
  ...["ja3", "ja3s", "ja4", "ja4s", "ja4x", "ja4h", "ja4t", "ja4ts", "ja4d"],
  ...["hassh", "hassh_server", "sni"],
];

/** Values that we have and other tools do not, each with the reason. */
const OURS_ALONE: ReadonlyMap<string, string> = new Map([[
  "gre-sample.pcap ja4t 5744_2-4-8-1-3_1436_00",
  "Wireshark writes a scale of 0 as 00; into this tunnel only another tool looked, which writes 0",
]]);

/** One record of `--format fingerprints`. */
interface Found {
  readonly file: string;
  readonly kind: string;
  readonly value: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

/** File, kind and both ends in any order: other tools do not always know who opened. */
function flowOf({ file, kind, src, sport, dst, dport }: Found): string {
  const end = (address: string, port: number) => {
    const bytes = addressBytes(address);
    return `${bytes === undefined ? address : formatAddress(bytes)} ${port}`;
  };
  return [file.split("/").at(-1), kind, ...[end(src, sport), end(dst, dport)].sort()].join("\n");
}

/** File, kind and value, as the tables of exceptions name them. */
function named({ file, kind, value }: Found): string {
  return `${file.split("/").at(-1)} ${kind} ${value}`;
}

testNeeding(
  [HAS_CORPUS],
  "sniff finds in the corpus what other tools agree on, and nothing else where they know",
  async () => {
    const expected: ExpectedValue[] = KINDS.flatMap((kind) => expectedValues(kind));
    const files = [...new Set(expected.map(({ file }) => file))];
    assert.ok(files.length > 20 && expected.length > 500, "the corpus is not what it was");
    const run = await decnet([
      ...["sniff", "--quiet", "--format", "fingerprints", "--dedup", "0s"],
      ...files.flatMap((file) => ["-r", corpusCapture(file)]),
    ]);
    const found = run.stdout.split("\n").slice(0, -1)
      .map((line): Found => JSON.parse(line))
      .filter(({ kind }) => KINDS.includes(kind));

    const ours = new Set(found.map((record) => `${flowOf(record)}\n${record.value}`));
    const missing = expected
      .filter(({ status }) => status === "agree")
      .filter((record) => !ours.has(`${flowOf(record)}\n${record.value}`))
      .map(named);
    assert.deepEqual(missing, []);

    const known = new Map<string, Set<string>>();
    for (const record of expected) {
      const flow = flowOf(record);
      known.set(flow, (known.get(flow) ?? new Set()).add(record.value));
    }
    const wrong = found
      .filter((record) => known.get(flowOf(record))?.has(record.value) === false)
      .map(named);
    assert.deepEqual([...new Set(wrong)], [...OURS_ALONE.keys()]);
  },
);
