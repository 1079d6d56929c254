import assert from "node:assert/strict";
import { CONNECTION_ID, QUIC_VECTORS } from "../../tests/support/quic_vectors.ts";
import { toHex } from "../bytes.ts";
import { initialKeys, initialSecret } from "./initial_keys.ts";
import { initialStyle } from "./version.ts";

for (const vector of QUIC_VECTORS) {
  const { labelPrefix, salts } = initialStyle(vector.version)!;

  Deno.test(`initialKeys() gives the keys of the RFC for ${labelPrefix}`, () => {
    const secret = initialSecret(salts[0]!, CONNECTION_ID);
    assert.equal(toHex(secret), vector.initialSecret);
    for (const side of ["client", "server"] as const) {
      const { key, iv, hp } = initialKeys(secret, labelPrefix, side);
      assert.deepEqual([key, iv, hp].map(toHex), vector[`${side}Keys`]);
    }
  });
}

Deno.test("initialKeys() gives different keys each time, which stay as they are", () => {
  const secrets = [1, 2].map((byte) => initialSecret(CONNECTION_ID, Uint8Array.of(byte)));
  const [first, second] = secrets.map((secret) => initialKeys(secret, "quic", "client"));
  assert.notDeepEqual(first, second);
  assert.deepEqual(first, initialKeys(secrets[0]!, "quic", "client"));
});

Deno.test("initialSecret() takes connection IDs of every length that is allowed", () => {
  const salt = initialStyle(1)!.salts[0]!;
  const lengths = Array.from({ length: 21 }, (_, length) => length);
  const secrets = lengths.map((length) => toHex(initialSecret(salt, new Uint8Array(length))));
  assert.equal(new Set(secrets).size, 21);
});
