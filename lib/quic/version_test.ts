import assert from "node:assert/strict";
import { toHex } from "../bytes.ts";
import { initialStyle } from "./version.ts";

function saltOf(version: number): string | undefined {
  const salt = initialStyle(version)?.salts[0];
  return salt === undefined ? undefined : toHex(salt).slice(0, 8);
}

Deno.test("initialStyle() has the salt of each version", () => {
  const salts: readonly [version: number, salt: string][] = [
    [0x00000001, "38762cf7"],
    [0x6b3343cf, "0dede3de"],
    [0x709a50c4, "a707c203"],
    [0xff000016, "7fbcdb0e"],
    [0xff000017, "c3eef712"],
    [0xff00001c, "c3eef712"],
    [0xff00001d, "afbfec28"],
    [0xff000020, "afbfec28"],
    [0xff000021, "38762cf7"],
    [0xff000022, "38762cf7"],
    [0xfaceb001, "7fbcdb0e"],
    [0xfaceb002, "c3eef712"],
    [0xfaceb00e, "c3eef712"],
    [0x54303530, "7ff579e5"],
    [0x54303531, "7a4edef4"],
  ];
  for (const [version, salt] of salts) assert.equal(saltOf(version), salt, version.toString(16));
});

Deno.test("initialStyle() knows the packet types and labels of version 2", () => {
  const { labelPrefix, initialType, retryType } = initialStyle(0x6b3343cf)!;
  assert.deepEqual([labelPrefix, initialType, retryType], ["quicv2", 1, 0]);
  const first = initialStyle(1)!;
  assert.deepEqual([first.labelPrefix, first.initialType, first.retryType], ["quic", 0, 3]);
});

Deno.test("initialStyle() has two salts to try for a reserved version", () => {
  for (const version of [0x0a0a0a0a, 0x1a2a3a4a, 0xfafafafa]) {
    assert.equal(initialStyle(version)?.salts.length, 2);
  }
});

Deno.test("initialStyle() returns undefined for versions that are not known", () => {
  for (const version of [0, 2, 0xff000015, 0xff000023, 0x51303530, 0x0a0a0a0b, 0xffffffff]) {
    assert.equal(initialStyle(version), undefined, version.toString(16));
  }
});
