/** Test support: ServerHellos from public captures, with what other tools make of them. */
import type { ServerHello } from "../../lib/tls/server_hello.ts";

/** A hello by the parts that fingerprints are made of. */
export interface ServerHelloVector {
  readonly hello: ServerHello;
  readonly ja3s: string;
  readonly ja3sRaw: string;
  readonly ja4s: string;
}

const SUPPORTED_VERSIONS = 43;
const ALPN = 16;

/** A parsed hello with extensions of these types; ALPN and supported_versions get their data. */
export function helloOf(ja3sRaw: string, alpn = ""): ServerHello {
  const [version, cipher, types = ""] = ja3sRaw.split(",");
  const numbers = types === "" ? [] : types.split("-").map(Number);
  const legacyVersion = Number(version);
  const protocol = new TextEncoder().encode(alpn);
  return {
    legacyVersion,
    version: numbers.includes(SUPPORTED_VERSIONS) ? 0x0304 : legacyVersion,
    random: new Uint8Array(32),
    retryRequest: false,
    sessionId: new Uint8Array(0),
    cipherSuite: Number(cipher),
    compressionMethod: 0,
    extensions: numbers.map((type) => ({
      type,
      data: type === ALPN
        ? Uint8Array.of(0, protocol.length + 1, protocol.length, ...protocol)
        : new Uint8Array(0),
    })),
  };
}

const ROWS: readonly (readonly [ja3s: string, ja3sRaw: string, ja4s: string, alpn?: string])[] = [
  [
    "2d1eb5817ece335c24904f516ad5da12",
    "771,49195,0-65281-11-35-16",
    "t1205h1_c02b_845f7282a956",
    "http/1.1",
  ],
  [
    "0f14538e1c9070becdad7739c67d6363",
    "771,49200,5-35-16-23-65281-0",
    "t1206h2_c030_044dc9b3196d",
    "h2",
  ],
  [
    "7f76f3e952a1bc7d407366fafe1db7ed",
    "771,52393,0-65281-11-16",
    "t1204h2_cca9_1428ce7b4018",
    "h2",
  ],
  ["b7bd51222a09f3ad66a340710ae9c01a", "771,49200,35-65281", "t120200_c030_5fbb12310400"],
  ["d2e6f7ef558ea8036c7e21b163b2d1af", "769,5,0-65281", "t100200_0005_696072bc484d"],
  ["280ca4511bfaa384b2e931c058e8816e", "769,5,65281", "t100100_0005_bc98f8e001b5"],
  ["eb1d94daa7e0344597e756a1fb6e7054", "771,4865,51-43", "t130200_1301_234ea6891581"],
  ["15af977ce25de452b96affa2addb1036", "771,4866,43-51", "t130200_1302_a56c5b993250"],
  ["fcb2d4d0991292272fcb1e464eedfd43", "771,4865,43-51-41", "t130300_1301_0ee26285a86f"],
  ["7da0ae90f9693272ed42e89898421495", "771,49199,0-11-65281-5-35-23", "t120600_c02f_51ad275821ba"],
];

/** Values on which tshark, ja3s.py and FoxIO's tools agree. */
export const SERVER_HELLO_VECTORS: readonly ServerHelloVector[] = ROWS.map(
  ([ja3s, ja3sRaw, ja4s, alpn]) => ({ hello: helloOf(ja3sRaw, alpn), ja3s, ja3sRaw, ja4s }),
);
