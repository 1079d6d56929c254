import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { lockService } from "./service_lock.ts";

Deno.test("lockService() gives the lock of a state file to one at a time", async () => {
  await using folder = await tempFolder();
  const [path, other] = [`${folder.path}/a.db`, `${folder.path}/b.db`];
  {
    using lock = lockService(path);
    assert.ok(lock !== undefined);
    assert.equal(lockService(path), undefined);
    using elsewhere = lockService(other);
    assert.ok(elsewhere !== undefined);
  }
  using again = lockService(path);
  assert.ok(again !== undefined);
});

Deno.test("lockService() makes a file that only its owner can write to", async () => {
  await using folder = await tempFolder();
  using lock = lockService(`${folder.path}/a.db`);
  assert.equal((await Deno.stat(lock!.path)).mode! & 0o137, 0);
});

Deno.test("lockService() throws where it cannot make the file", () => {
  assert.throws(() => lockService("/proc/nowhere/a.db"), Deno.errors.NotFound);
});
