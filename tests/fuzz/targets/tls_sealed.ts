/** Sealed records, the secrets that open them, and what is compressed inside. */
import assert from "node:assert/strict";
import { latin1 } from "../../../lib/text/latin1.ts";
import { decompressCertificate } from "../../../lib/tls/compressed_certificate.ts";
import { CONTENT_TYPE, VERSION } from "../../../lib/tls/constants.ts";
import { KeyLog, KeyLogText, type TlsSecrets } from "../../../lib/tls/key_log.ts";
import { TLS13_SUITES } from "../../../lib/tls/record_protection.ts";
import { type RecordDecipher, tls12Decipher } from "../../../lib/tls/tls12_records.ts";
import { TLS12_SUITES } from "../../../lib/tls/tls12_suites.ts";
import { tls13Decipher } from "../../../lib/tls/tls13_records.ts";
import { choice, cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

const RANDOM = new Uint8Array(32).fill(0xab);
const LABELS = ["CLIENT_RANDOM", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0"];
const LOG = LABELS.map((label, index) =>
  `${label} ${RANDOM.toHex()} ${String(index).repeat(index === 0 ? 96 : 64)}\n`
).join("");

export const TLS_SEALED: FuzzTarget = {
  name: "tls_sealed",
  words: [...LABELS, RANDOM.toHex(), "00".repeat(48)],
  seeds: () => [
    new TextEncoder().encode(LOG),
    ...[0, 1, 16, 64, 100, 1000].map((n) => new Uint8Array(n)),
  ],
  run(input) {
    decompressCertificate(input);
    const log = new KeyLog();
    const text = new KeyLogText(log);
    for (const piece of cut(input)) text.add(latin1(piece));
    const secrets = log.find(RANDOM) ?? { master: input.slice(0, 48), clientHandshake: RANDOM };
    const decipher = decipherOf(input, secrets);
    const opened = [input, input.subarray(input.length >> 1)].map((payload) => {
      const plain = decipher?.open({
        type: CONTENT_TYPE.applicationData,
        version: 0x0303,
        payload,
      });
      assert.ok(plain === undefined || plain.content.length <= payload.length);
      return plain === undefined ? "-" : "o";
    });
    return `${Object.keys(secrets).join()} ${opened.join("")}`;
  },
};

/** Of a suite that the input chooses. */
function decipherOf(input: Uint8Array, secrets: TlsSecrets): RecordDecipher | undefined {
  const suites = [...TLS12_SUITES.keys(), ...TLS13_SUITES.keys()];
  const cipherSuite = suites[choice(input, suites.length)]!;
  if (TLS13_SUITES.has(cipherSuite)) return tls13Decipher(cipherSuite, true, () => secrets);
  if (secrets.master === undefined) return undefined;
  return tls12Decipher({
    version: VERSION.tls10 + choice(input, 3),
    cipherSuite,
    clientRandom: RANDOM,
    serverRandom: RANDOM,
    encryptThenMac: choice(input, 2) === 0,
    master: secrets.master,
  }, choice(input, 4) < 2);
}
