import assert from "node:assert/strict";
import { linesPerFile } from "./log_rotation.ts";

Deno.test("linesPerFile() knows the drivers that rotate files", () => {
  const lines = (Type: unknown, maxSize?: unknown) =>
    linesPerFile({ Type, Config: maxSize === undefined ? {} : { "max-size": maxSize } });
  assert.equal(lines("json-file"), 0);
  assert.equal(lines("json-file", "-1"), 0);
  assert.equal(lines("json-file", "20k"), 320);
  assert.equal(lines("json-file", "10m"), 163_840);
  assert.equal(lines("json-file", "10MB"), 163_840);
  assert.equal(lines("json-file", "1.5k"), 24);
  assert.equal(lines("json-file", "640"), 10);
  assert.equal(lines("json-file", "much"), 0);
  assert.equal(lines("local"), 873_814);
  assert.equal(lines("journald", "1m"), 0);
  assert.equal(lines("constructor"), 0);
  assert.equal(lines(7), 0);
  assert.equal(linesPerFile(undefined), 0);
  assert.equal(linesPerFile({ Type: "json-file" }), 0);
});
