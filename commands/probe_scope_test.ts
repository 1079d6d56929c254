import assert from "node:assert/strict";
import { AddressSet, parseRange } from "../lib/net/address_range.ts";
import { denialReason } from "../lib/net/scope.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { ProbeScope } from "./probe_scope.ts";

const NONE = new AddressSet([]);

const stateOf = (...ips: string[]) =>
  JSON.stringify({ config: { deckies: ips.map((ip) => ({ name: "web", ip })) } });

const isOwn = (scope: ProbeScope, address: string) =>
  denialReason(scope, address, "logged")?.includes("own") === true;

Deno.test("ProbeScope keeps decoys and this machine's addresses out of logs, allowed or not", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decnet-state.json`;
  await Deno.writeTextFile(path, stateOf("10.0.0.5", "2001:4860::5", "not an address"));
  const allow = new AddressSet([parseRange("10.0.0.0/8")!]);
  const scope = new ProbeScope({ deny: NONE, allow }, path, () => ["10.0.0.1", "fe80::1"]);
  await scope.refresh();
  for (const address of ["10.0.0.5", "2001:4860::5", "10.0.0.1", "::ffff:10.0.0.5", "fe80::1%a"]) {
    assert.equal(isOwn(scope, address), true, address);
  }
  assert.equal(denialReason(scope, "10.0.0.6", "logged"), undefined);
});

Deno.test("ProbeScope.refresh() takes up decoys and addresses that have come, and drops those gone", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decnet-state.json`;
  let own = ["8.8.4.1"];
  await Deno.writeTextFile(path, stateOf("8.8.8.1"));
  const scope = new ProbeScope({ deny: NONE, allow: NONE }, path, () => own);
  await scope.refresh();
  await Deno.writeTextFile(path, stateOf("8.8.8.2"));
  own = ["8.8.4.2"];
  await scope.refresh();
  const known = ["8.8.8.1", "8.8.8.2", "8.8.4.1", "8.8.4.2"].map((host) => isOwn(scope, host));
  assert.deepEqual(known, [false, true, false, true]);
});

Deno.test("ProbeScope keeps the decoys that it knows when their file cannot be read", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decnet-state.json`;
  await Deno.writeTextFile(path, stateOf("8.8.8.1"));
  let own: string[] = [];
  const scope = new ProbeScope({ deny: NONE, allow: NONE }, path, () => own);
  await scope.refresh();
  own = ["8.8.4.2"];
  for (const [text, reason] of [["{", /JSON/], ["{}", /names no decoy/], [undefined, /No such/]]) {
    if (text === undefined) await Deno.remove(path);
    else await Deno.writeTextFile(path, text as string);
    await assert.rejects(scope.refresh(), reason as RegExp);
    assert.deepEqual([isOwn(scope, "8.8.8.1"), isOwn(scope, "8.8.4.2")], [true, true]);
  }
});

Deno.test("ProbeScope.sharedWithDecoys names decoys at addresses of this machine", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decnet-state.json`;
  await Deno.writeTextFile(path, stateOf("8.8.8.1", "8.8.8.2"));
  const scope = new ProbeScope({ deny: NONE, allow: NONE }, path, () => ["8.8.8.2", "8.8.8.3"]);
  await scope.refresh();
  assert.deepEqual(scope.sharedWithDecoys, ["8.8.8.2"]);
});
