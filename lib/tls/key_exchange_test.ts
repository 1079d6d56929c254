import assert from "node:assert/strict";
import { toHex } from "../bytes.ts";
import { GROUP } from "./constants.ts";
import { KEY_EXCHANGE_GROUPS, startKeyExchange } from "./key_exchange.ts";

/** Bytes of the public key and of the shared secret (RFC 8446 4.2.8.2, 7.4.2). */
const LENGTHS = new Map<number, [number, number]>([
  [GROUP.x25519, [32, 32]],
  [GROUP.secp256r1, [65, 32]],
  [GROUP.secp384r1, [97, 48]],
  [GROUP.secp521r1, [133, 66]],
  [GROUP.x448, [56, 56]],
]);

Deno.test("KEY_EXCHANGE_GROUPS has the groups that are tested here", () => {
  assert.deepEqual(KEY_EXCHANGE_GROUPS, [...LENGTHS.keys()]);
});

for (const [group, [keyLength, secretLength]] of LENGTHS) {
  Deno.test(`startKeyExchange() lets two sides agree in group ${group}`, async () => {
    const alice = await startKeyExchange(group);
    const bob = await startKeyExchange(group);
    assert.ok(alice !== undefined && bob !== undefined);
    assert.equal(alice.publicKey.length, keyLength);
    assert.notEqual(toHex(alice.publicKey), toHex(bob.publicKey));
    const secret = await alice.agree(bob.publicKey);
    assert.equal(secret?.length, secretLength);
    assert.deepEqual(secret, await bob.agree(alice.publicKey));
  });

  Deno.test(`agree() returns undefined for keys that are none in group ${group}`, async () => {
    const exchange = await startKeyExchange(group);
    const { length } = exchange!.publicKey;
    for (const peer of [0, 1, length, length + 1].map((size) => new Uint8Array(size))) {
      assert.equal(await exchange!.agree(peer), undefined, `${peer.length} bytes`);
    }
  });
}

Deno.test("startKeyExchange() returns undefined for a group that it does not know", async () => {
  assert.equal(await startKeyExchange(GROUP.ffdhe2048), undefined);
});
