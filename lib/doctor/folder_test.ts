import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { checkDisk, checkWritable, formatBytes } from "./folder.ts";

Deno.test("checkWritable() takes a folder that is not there yet", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/not/yet/decnet.db`;
  assert.deepEqual(checkWritable("probe", "state", path, "--state PATH"), {
    verb: "probe",
    check: "state",
    status: "ok",
    found: path,
  });
});

Deno.test("checkWritable() tells what to do about a place that nobody can write to", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  const path = `${folder.path}/file/decnet.db`;
  const finding = checkWritable("probe", "state", path, "--state PATH");
  assert.equal(finding.status, "lacks");
  assert.match(finding.remedy ?? "", /--state PATH/);
});

Deno.test("checkWritable() says that a folder is no file", async () => {
  await using folder = await tempFolder();
  const finding = checkWritable("probe", "state", folder.path, "--state PATH");
  assert.equal(finding.status, "lacks");
  assert.match(finding.found, /is not a regular file$/);
});

Deno.test("checkDisk() tells the free room of a disk", async () => {
  await using folder = await tempFolder();
  const { found } = checkDisk("all", `${folder.path}/x/decnet.log`);
  assert.match(found, /^[\d.]+ [KMG]iB free \(\d+ %\) at \//);
});

Deno.test("formatBytes() takes the unit that reads well", () => {
  assert.deepEqual([512, 5 * 1024 ** 2, 1.5 * 1024 ** 3].map(formatBytes), [
    "1 KiB",
    "5 MiB",
    "1.5 GiB",
  ]);
});
