import fc from "fast-check";
import assert from "node:assert/strict";
import { fromHex, toHex } from "../bytes.ts";
import {
  type Aead,
  AES_128_CCM,
  AES_128_CCM_8,
  AES_128_GCM,
  AES_256_GCM,
  CHACHA20_POLY1305,
} from "./aead.ts";

interface Vector {
  readonly name: string;
  readonly aead: Aead;
  readonly key: string;
  readonly nonce: string;
  readonly additional: string;
  readonly plain: string;
  readonly sealed: string;
}

const count = (from: number, length: number) =>
  toHex(Uint8Array.from({ length }, (_, index) => from + index));

const nist = {
  key: count(0x40, 16),
  nonce: count(0x10, 12),
  additional: count(0, 20),
  plain: count(0x20, 24),
};

const VECTORS: readonly Vector[] = [
  {
    ...nist,
    name: "CCM_8: NIST SP 800-38C example 3",
    aead: AES_128_CCM_8,
    sealed: "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951",
  },
  {
    ...nist,
    name: "CCM with the full tag, by OpenSSL",
    aead: AES_128_CCM,
    sealed: "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5c87ae488918de93f17dd3e4934347f44",
  },
  {
    ...nist,
    name: "CCM of nothing, by OpenSSL",
    aead: AES_128_CCM,
    additional: "",
    plain: "",
    sealed: "538f76630f36a98a2f502d9b23d86343",
  },
  {
    ...nist,
    name: "CCM of whole blocks, by OpenSSL",
    aead: AES_128_CCM,
    additional: count(0, 14),
    plain: count(0, 32),
    sealed: "c3922189d5973a5abb3ccaccedb7c72b41568af98462aa85743bf1f436da2cc3" +
      "91ef6b8f0515c618160c3f6677b6dd8b",
  },
  {
    ...nist,
    name: "AES-256-GCM, by OpenSSL",
    aead: AES_256_GCM,
    key: count(0, 32),
    sealed: "5ddfba356dec1c94e25c22362354477ce7617c3d2ff761863301fdae731a67e417a75071a9973128",
  },
  {
    name: "ChaCha20-Poly1305: RFC 8439 2.8.2",
    aead: CHACHA20_POLY1305,
    key: count(0x80, 32),
    nonce: "070000004041424344454647",
    additional: "50515253c0c1c2c3c4c5c6c7",
    plain: toHex(
      new TextEncoder().encode(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the " +
          "future, sunscreen would be it.",
      ),
    ),
    sealed: "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6" +
      "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36" +
      "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc" +
      "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691",
  },
];

function open(vector: Vector, sealed: Uint8Array): Uint8Array | undefined {
  const { aead, key, nonce, additional } = vector;
  return aead.open(fromHex(key), fromHex(nonce), sealed, fromHex(additional));
}

for (const vector of VECTORS) {
  Deno.test(`open() takes the seal off: ${vector.name}`, () => {
    const plain = open(vector, fromHex(vector.sealed));
    assert.ok(plain !== undefined);
    assert.equal(toHex(plain), vector.plain);
  });

  Deno.test(`open() returns undefined for each byte changed: ${vector.name}`, () => {
    const sealed = fromHex(vector.sealed);
    for (let index = 0; index < sealed.length; index++) {
      const changed = sealed.slice();
      changed[index]! ^= 0x40;
      assert.equal(open(vector, changed), undefined, `byte ${index}`);
    }
    assert.equal(open({ ...vector, additional: "00" }, sealed), undefined);
  });
}

Deno.test("open() returns undefined for anything else, however short", () => {
  const aeads = [AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305, AES_128_CCM, AES_128_CCM_8];
  fc.assert(fc.property(fc.constantFrom(...aeads), fc.uint8Array(), (aead, sealed) => {
    const key = new Uint8Array(aead.keyLength);
    assert.equal(aead.open(key, new Uint8Array(12), sealed, new Uint8Array(5)), undefined);
  }));
});
