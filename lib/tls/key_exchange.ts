/** Ephemeral key exchange for TLS 1.3 (RFC 8446 4.2.8, 7.4). */
import { GROUP } from "./constants.ts";

/** One side of a key exchange. */
export interface KeyExchange {
  readonly group: number;
  /** As it stands in a key_share: RFC 8446 4.2.8.2 for the curves of NIST, RFC 7748 for the rest. */
  readonly publicKey: Uint8Array;
  /** The shared secret with `peer`'s public key; undefined when that is not a valid key. */
  agree(peer: Uint8Array): Promise<Uint8Array | undefined>;
}

interface GroupParameters {
  readonly algorithm: { name: "X25519" | "X448" } | { name: "ECDH"; namedCurve: string };
  /** Bits of the shared secret. */
  readonly secretBits: number;
}

const GROUPS: ReadonlyMap<number, GroupParameters> = new Map<number, GroupParameters>([
  [GROUP.x25519, { algorithm: { name: "X25519" }, secretBits: 256 }],
  [GROUP.secp256r1, { algorithm: { name: "ECDH", namedCurve: "P-256" }, secretBits: 256 }],
  [GROUP.secp384r1, { algorithm: { name: "ECDH", namedCurve: "P-384" }, secretBits: 384 }],
  // 521 bits, filled up to whole bytes (RFC 8446 7.4.2).
  [GROUP.secp521r1, { algorithm: { name: "ECDH", namedCurve: "P-521" }, secretBits: 528 }],
  [GROUP.x448, { algorithm: { name: "X448" }, secretBits: 448 }],
]);

/** Groups that {@linkcode startKeyExchange} knows, most common first. */
export const KEY_EXCHANGE_GROUPS: readonly number[] = [...GROUPS.keys()];

/** Makes a key pair in `group`; undefined for a group that is not supported. */
export async function startKeyExchange(group: number): Promise<KeyExchange | undefined> {
  const parameters = GROUPS.get(group);
  if (parameters === undefined) return undefined;
  const { algorithm, secretBits } = parameters;
  const pair = await crypto.subtle.generateKey(algorithm, false, ["deriveBits"]) as CryptoKeyPair;
  return {
    group,
    publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    async agree(peer) {
      try {
        const key = await crypto.subtle.importKey("raw", peer.slice(), algorithm, false, []);
        const derivation = { name: algorithm.name, public: key };
        return new Uint8Array(
          await crypto.subtle.deriveBits(derivation, pair.privateKey, secretBits),
        );
      } catch {
        return undefined;
      }
    },
  };
}
