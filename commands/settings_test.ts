import assert from "node:assert/strict";
import type { FlagRow } from "./flag_table.ts";
import { argumentsOf, checkNames, settingsOf } from "./settings.ts";
import { parseSettings } from "./settings_file.ts";

function row(long: string, value?: string, repeatable = false): FlagRow {
  return {
    long,
    value,
    repeatable,
    short: undefined,
    brief: "",
    choices: [],
    parse: undefined,
    preset: undefined,
  };
}

const PROBE = {
  name: "probe",
  rows: [row("--rate", "N"), row("--deny", "CIDR", true), row("--quiet"), row("--help")],
};

async function settings(text: string, env: Record<string, string> = {}) {
  const files = [await parseSettings("own.toml", text)];
  checkNames(files, [PROBE]);
  return settingsOf(PROBE, files, (name) => env[name])
    .map((setting) => [argumentsOf(setting).join(" "), setting.origin]);
}

Deno.test("settingsOf() takes a verb's section before what holds for all", async () => {
  assert.deepEqual(await settings("rate = 1\n[probe]\nrate = 2.5"), [["--rate=2.5", "own.toml"]]);
  assert.deepEqual(await settings("rate = 1"), [["--rate=1", "own.toml"]]);
});

Deno.test("settingsOf() takes the environment before files, the verb's own name first", async () => {
  const text = "[probe]\nrate = 2";
  assert.deepEqual(await settings(text, { DECNET_RATE: "3" }), [["--rate=3", "$DECNET_RATE"]]);
  assert.deepEqual(await settings(text, { DECNET_RATE: "3", DECNET_PROBE_RATE: "4" }), [
    ["--rate=4", "$DECNET_PROBE_RATE"],
  ]);
  assert.deepEqual(await settings(text, { DECNET_RATE: "" }), [["--rate=2", "own.toml"]]);
});

Deno.test("settingsOf() takes the first of several files that has the flag", async () => {
  const files = [await parseSettings("a", "quiet = true"), await parseSettings("b", "rate = 1")];
  const found = settingsOf(PROBE, files, () => undefined);
  assert.deepEqual(found.map(({ row, origin }) => [row.long, origin]), [
    ["--rate", "b"],
    ["--quiet", "a"],
  ]);
});

Deno.test("argumentsOf() repeats a flag for a list, and leaves out a switch that is off", async () => {
  assert.deepEqual(await settings('deny = ["192.0.2.0/24", "-x"]\nquiet = false'), [
    ["--deny=192.0.2.0/24 --deny=-x", "own.toml"],
    ["", "own.toml"],
  ]);
  assert.deepEqual(await settings("", { DECNET_QUIET: "Yes" }), [["--quiet", "$DECNET_QUIET"]]);
});

Deno.test("settings of the wrong kind, and of flags that there are not, are errors", async () => {
  await assert.rejects(settings("rate = true"), /own.toml: rate takes a value/);
  await assert.rejects(settings("quiet = 1"), /own.toml: quiet is a switch/);
  await assert.rejects(settings("rate = [1, 2]"), /own.toml: rate takes one value, not 2/);
  await assert.rejects(settings("ratte = 1"), /no verb has a flag "ratte"/);
  await assert.rejects(settings("[probe]\nratte = 1"), /probe has no flag "ratte"/);
  await assert.rejects(settings("[prob]\nrate = 1"), /no verb "prob"/);
  await assert.rejects(settings("rate = {a = 1}"), /no verb "rate"/);
  await assert.rejects(settings("rate = 1979-05-27"), /neither a text/);
  await assert.rejects(settings("rate = "), /own.toml:1:\d+: /);
  await assert.rejects(settings("", { DECNET_QUIET: "2" }), /neither yes nor no/);
});

Deno.test("settings named like parts of JavaScript objects are unknown flags", async () => {
  await assert.rejects(settings("__proto__ = 1"), /no verb has a flag "__proto__"/);
  await assert.rejects(settings("[constructor]\nrate = 1"), /no verb "constructor"/);
});
