import assert from "node:assert/strict";
import { relative } from "node:path";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { isOneFile } from "./one_file.ts";

Deno.test("isOneFile() knows a file by each of its paths, and one that is not there by its path", async () => {
  await using folder = await tempFolder();
  const path = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(path("a"), "");
  await Deno.writeTextFile(path("b"), "");
  await Deno.symlink(path("a"), path("link"));
  await Deno.link(path("a"), path("hard"));
  assert.ok(isOneFile(path("a"), path("link")));
  assert.ok(isOneFile(path("link"), path("hard")));
  assert.ok(isOneFile(path("none"), relative(Deno.cwd(), path("./x/../none"))));
  assert.ok(!isOneFile(path("a"), path("b")));
  assert.ok(!isOneFile(path("a"), path("none")));
  assert.ok(!isOneFile(path("none"), path("other")));
});
