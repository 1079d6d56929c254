import assert from "node:assert/strict";
import { LogChunk } from "./item.ts";
import { LogFileError } from "./log_files.ts";
import { Notices } from "./notices.ts";
import { Place } from "./place.ts";

const CHUNK = new LogChunk("a", new Place({ dev: 1, ino: 2 }), new Uint8Array([0x0a]), 1);

function kindsOf(notices: Notices): string[] {
  return notices.take().map(({ kind }) => kind);
}

Deno.test("Notices gives all in order, once", () => {
  const notices = new Notices();
  notices.tellLost("a", "removed");
  notices.push({ kind: "rotated", path: "b" });
  notices.push(CHUNK);
  assert.deepEqual(kindsOf(notices), ["gap", "rotated", "chunk"]);
  assert.deepEqual(kindsOf(notices), []);
});

Deno.test("Notices tells the same again only after lines", () => {
  const notices = new Notices();
  const tell = (path: string, code: string) =>
    notices.tellRefused(new LogFileError(path, code), false);
  tell("a", "EIO");
  tell("a", "EIO");
  tell("a", "EACCES");
  tell("b", "EIO");
  notices.tellLost("a", "damaged", new Error("x"));
  notices.tellLost("a", "damaged", new Error("y"));
  assert.deepEqual(kindsOf(notices), ["error", "error", "error", "gap"]);
  notices.push({ kind: "rotated", path: "b" });
  tell("a", "EIO");
  assert.deepEqual(kindsOf(notices), ["rotated"]);
  notices.push(CHUNK);
  tell("a", "EIO");
  assert.deepEqual(kindsOf(notices), ["chunk", "error"]);
});
