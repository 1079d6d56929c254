import assert from "node:assert/strict";
import { sha256Hex } from "../hash.ts";
import { toHex } from "../bytes.ts";
import { JARM_HELLOS, randomJarmSecrets, writeJarmHello } from "./jarm_hello.ts";

const zeroSecrets = {
  random: new Uint8Array(32),
  sessionId: new Uint8Array(32),
  publicKey: new Uint8Array(32),
  grease: 0x0a0a,
};

/** SHA-256 of each hello for host 127.0.0.1 with all secrets zero, taken from the reference tool. */
const REFERENCE_HELLOS: Readonly<Record<string, [length: number, sha256: string]>> = {
  tls1_2_forward: [423, "234e5ad9fff1805b1af35efd70ec2f7143c2a9dec4042cb6a5c2124127da8061"],
  tls1_2_reverse: [423, "9ba4595cbf169418ea2db00dbf865971e3e69a22c977666cc09265a82f2ff815"],
  tls1_2_top_half: [344, "e013f39d3f50b1f6fbf96e699efbfd31372c10cb0525c3273ebf021e9bfeefef"],
  tls1_2_bottom_half: [330, "38e6d9ee649b0cab3b764865fa4c3b0046819066ac5359478fd6956e4230f923"],
  tls1_2_middle_out: [411, "c617162ba4b39666484627d6cec70e69a26cb6e880a0024527adfd868413a1ae"],
  tls1_1_middle_out: [412, "d37c6cd2edb04bf3eb636a04cdd00e1dbd373aecf4fd420397c1fdf97b5c5f15"],
  tls1_3_forward: [425, "c1ca45077883170f18332e74f9310cf7e6ec2be54c907939919bc332df00d2d2"],
  tls1_3_reverse: [425, "b4adb0c693d0ffd10bf4d0191a8133ff42d7c755214d99f0821cc30842c5e30e"],
  tls1_3_invalid: [415, "111e0410377c81bcc85540eb9c72e09beab6c759a8e5f2d9e02f0c29b0b3423c"],
  tls1_3_middle_out: [438, "f934268a95663ffe10d07de956dc553523db3c8c3c3445b553636cd3d2385ce3"],
};

Deno.test("writeJarmHello() equals the reference tool's ten hellos", () => {
  assert.deepEqual(JARM_HELLOS.map((hello) => hello.name), Object.keys(REFERENCE_HELLOS));
  for (const hello of JARM_HELLOS) {
    const record = writeJarmHello(hello, "127.0.0.1", zeroSecrets);
    assert.deepEqual(
      [record.length, sha256Hex(record)],
      REFERENCE_HELLOS[hello.name],
      `${hello.name}: ${toHex(record)}`,
    );
  }
});

Deno.test("writeJarmHello() puts the target as typed into SNI", () => {
  const record = writeJarmHello(JARM_HELLOS[0]!, "example.com", zeroSecrets);
  const name = toHex(new TextEncoder().encode("example.com"));
  assert.match(toHex(record), new RegExp(`00000010000e00000b${name}`));
});

Deno.test("randomJarmSecrets() draws GREASE values of RFC 8701 and full lengths", () => {
  for (let draw = 0; draw < 64; draw++) {
    const secrets = randomJarmSecrets();
    assert.equal(secrets.grease & 0x0f0f, 0x0a0a);
    assert.equal(secrets.grease >> 8, secrets.grease & 0xff);
    assert.equal(secrets.random.length + secrets.sessionId.length + secrets.publicKey.length, 96);
  }
});
