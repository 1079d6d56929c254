import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { DecoyStateFile } from "./docker_state_file.ts";

Deno.test("DecoyStateFile keeps up with its file, and keeps what it knew while that is unreadable", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decnet-state.json`;
  const warnings: string[] = [];
  const file = new DecoyStateFile(path, (text) => warnings.push(text));
  const containers = () => [...file.names.containers.keys()];
  const write = (...names: string[]) => {
    const deckies = names.map((name) => ({ name, services: ["ssh"] }));
    return Deno.writeTextFile(path, JSON.stringify({ config: { deckies } }));
  };

  await file.refresh();
  await file.refresh();
  assert.deepEqual(containers(), []);
  assert.equal(warnings.length, 1);

  await write("a");
  await file.refresh();
  assert.deepEqual(containers(), ["a-ssh"]);

  await write("a", "b");
  await file.refresh();
  assert.deepEqual(containers(), ["a-ssh", "b-ssh"]);

  await Deno.writeTextFile(path, "{");
  await file.refresh();
  await Deno.remove(path);
  await file.refresh();
  assert.deepEqual(containers(), ["a-ssh", "b-ssh"]);
  assert.equal(warnings.length, 2);
  assert.ok(warnings.every((text) => text.startsWith(path)));
});
