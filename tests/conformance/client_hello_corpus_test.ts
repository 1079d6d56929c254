/** JA3, JA4 and server names of public captures, where the corpus stands beside the repository. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ja3 } from "../../lib/fingerprint/ja3.ts";
import { Ja4 } from "../../lib/fingerprint/ja4.ts";
import { parseClientHello } from "../../lib/tls/client_hello.ts";
import { findCommand } from "../../scripts/test_tools.ts";
import { captureHellos, flowKey } from "../support/capture_hellos.ts";
import { HAS_CORPUS } from "../support/corpus.ts";
import { testNeeding } from "../support/requirements.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/public/", import.meta.url));

const KINDS: readonly string[] = ["ja3", "ja4", "sni"];

interface Expected {
  readonly file: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly kind: string;
  readonly value: string;
  readonly status: string;
  readonly tags: readonly string[];
}

/** What other tools say, by file, flow and kind. */
function readExpected(): Map<string, Expected[]> {
  const expected = new Map<string, Expected[]>();
  for (const line of Deno.readTextFileSync(`${CORPUS}expected.jsonl`).trim().split("\n")) {
    const entry: Expected = JSON.parse(line);
    if (!KINDS.includes(entry.kind) || entry.tags.includes("needs_keys")) continue;
    const flow = flowKey(entry.src, entry.sport, entry.dst, entry.dport);
    const key = `${entry.file} ${flow} ${entry.kind}`;
    expected.set(key, [...expected.get(key) ?? [], entry]);
  }
  return expected;
}

testNeeding(
  ["tshark", HAS_CORPUS],
  "ja3(), Ja4 and server names of the public captures are those of other tools",
  async () => {
    const expected = readExpected();
    const seen = new Map<string, Set<string>>();
    for await (const { name: file } of Deno.readDir(`${CORPUS}pcaps`)) {
      const hellos = await captureHellos(findCommand("tshark")!, `${CORPUS}pcaps/${file}`);
      for (const { flow, transport, body } of hellos) {
        const hello = parseClientHello(body, transport === "d" ? "dtls" : "tls");
        assert.ok(hello !== undefined, `${file} ${flow}`);
        const values = [
          ["ja3", ja3(hello).ja3],
          ["ja4", new Ja4(hello, transport).ja4],
          ["sni", hello.serverName],
        ] as const;
        for (const [kind, value] of values) {
          if (value === undefined) continue;
          const key = `${file} ${flow} ${kind}`;
          seen.set(key, (seen.get(key) ?? new Set()).add(value));
        }
      }
    }
    let agreed = 0;
    for (const [key, entries] of expected) {
      const values = seen.get(key) ?? new Set();
      for (const { value, status } of entries) {
        if (status === "disputed") continue;
        assert.ok(values.has(value), `${key} is ${[...values].join()}, not ${value}`);
        agreed++;
      }
      // Whatever is seen beyond that must be among what some tool says.
      const known = entries.map(({ value }) => value);
      for (const value of values) assert.ok(known.includes(value), `${key} is not ${value}`);
    }
    assert.ok(agreed > 600, `only ${agreed} values were compared`);
  },
);
