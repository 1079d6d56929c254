import assert from "node:assert/strict";
import { latin1Bytes } from "../text/latin1.ts";
import { findIdentification } from "./find_identification.ts";

const find = (text: string, from?: number) => findIdentification(latin1Bytes(text), from);

Deno.test("findIdentification() finds the first identification behind anything", () => {
  assert.equal(find("SSH-2.0-x"), 0);
  assert.equal(find("\x05\0S SS SSH SSH- SSH-3. SSH-2x SSH-1.99-y SSH-2.0-x"), 30);
  assert.equal(find("SSH-2.0-xSSH-2.0-y", 1), 9);
});

Deno.test("findIdentification() finds none in what has none, or not enough of it", () => {
  for (const text of ["", "SSH-2", "xSSSH-", "ssh-2.0-x", "SSH-3.0-x", "S".repeat(100)]) {
    assert.equal(find(text), -1, text);
  }
});
