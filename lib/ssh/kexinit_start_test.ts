import assert from "node:assert/strict";
import { nameLists, sshOpening } from "../../tests/support/ssh_script.ts";
import { isKexInitStart } from "./kexinit_start.ts";

const OPENING = sshOpening("SSH-2.0-x", nameLists("curve25519-sha256,ecdh-sha2-nistp256"));
const KEXINIT = OPENING.subarray(OPENING.indexOf(0x0a) + 1);

Deno.test("isKexInitStart() is true for a KEXINIT, and for as much of it as tells", () => {
  assert.equal(isKexInitStart(KEXINIT), true);
  for (let length = 27; length < KEXINIT.length; length++) {
    assert.equal(isKexInitStart(KEXINIT.subarray(0, length)), true, `${length}`);
  }
  for (let length = 0; length <= 26; length++) {
    assert.equal(isKexInitStart(KEXINIT.subarray(0, length)), false, `${length}`);
  }
});

Deno.test("isKexInitStart() is false for anything else", () => {
  // Packet length, padding, message number, length of the first list, its first name.
  for (
    const [at, value] of [[0, 1], [1, 9], [4, 3], [4, 255], [5, 21], [22, 1], [25, 0], [26, 7]]
  ) {
    const changed = KEXINIT.slice();
    changed[at!] = value!;
    assert.equal(isKexInitStart(changed.subarray(0, 40)), false, `byte ${at}`);
  }
  const broken = KEXINIT.slice();
  broken[25]! += 1;
  assert.equal(isKexInitStart(broken), false, "a list that is longer than it is");
  assert.equal(isKexInitStart(OPENING), false);
});
