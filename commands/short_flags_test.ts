import assert from "node:assert/strict";
import { probeCommand } from "./probe.ts";
import { splitShortFlags } from "./short_flags.ts";

function split(...args: string[]): string[] {
  return splitShortFlags(args, { probe: probeCommand });
}

Deno.test("splitShortFlags() splits the value off a short flag that takes one", () => {
  assert.deepEqual(split("probe", "-p443", "-c8", "192.0.2.7"), [
    ...["probe", "-p", "443", "-c", "8", "192.0.2.7"],
  ]);
  assert.deepEqual(split("probe", "-p=443"), ["probe", "-p", "443"]);
  assert.deepEqual(split("probe", "-pjarm=443,8443"), ["probe", "-p", "jarm=443,8443"]);
  assert.deepEqual(split("probe", "-o/var/log/x"), ["probe", "-o", "/var/log/x"]);
});

Deno.test("splitShortFlags() leaves flags without a value, long flags and words alone", () => {
  for (
    const arg of ["-v", "-vv", "-qv", "-p", "-", "--port", "--port=443", "-x443", "a-p443", "-1"]
  ) {
    assert.deepEqual(split("probe", arg), ["probe", arg]);
  }
});

Deno.test("splitShortFlags() leaves everything after -- alone", () => {
  assert.deepEqual(split("probe", "-p1", "--", "-p2"), ["probe", "-p", "1", "--", "-p2"]);
});

Deno.test("splitShortFlags() leaves alone what belongs to no command", () => {
  for (
    const args of [[], ["-p443"], ["nothing", "-p443"], ["constructor", "-p443"], [
      "__proto__",
      "-p1",
    ]]
  ) {
    assert.deepEqual(split(...args), args);
  }
});
