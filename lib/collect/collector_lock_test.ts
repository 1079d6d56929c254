import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { CollectorLock } from "./collector_lock.ts";

Deno.test("CollectorLock lets one in at a time, and says who that is", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/x.lock`;
  const first = await CollectorLock.take(path);
  assert.ok(first instanceof CollectorLock);
  const second = await CollectorLock.take(path);
  assert.ok(!(second instanceof CollectorLock));
  assert.equal(second.pid, Deno.pid);
  assert.match(second.since!, /^\d{4}-\d\d-\d\dT/);
  first[Symbol.dispose]();
  const third = await CollectorLock.take(path);
  assert.ok(third instanceof CollectorLock);
  third[Symbol.dispose]();
});

Deno.test("CollectorLock does not depend on what the file says", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/x.lock`;
  await Deno.writeTextFile(path, "garbage of a longer text than any holder has ".repeat(10));
  using lock = await CollectorLock.take(path) as CollectorLock;
  assert.ok(lock instanceof CollectorLock);
  assert.equal(JSON.parse(await Deno.readTextFile(path)).pid, Deno.pid);
  await Deno.writeTextFile(path, "garbage");
  assert.deepEqual(await CollectorLock.take(path), {});
});
