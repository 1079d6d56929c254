import assert from "node:assert/strict";
import { Troubles } from "./probe_troubles.ts";

const MINUTE = 60_000;

Deno.test("Troubles tells when one begins, and not while it lasts", () => {
  const told: string[] = [];
  let now = 0;
  const troubles = new Troubles((reason, about) => told.push(`${about}: ${reason}`), () => now);
  for (; now < 100 * MINUTE; now += MINUTE) troubles.begin("a.json", `try ${now}`);
  troubles.begin("b.json", "gone");
  assert.deepEqual(told, ["a.json: try 0", "b.json: gone"]);
});

Deno.test("Troubles tells again of one that comes back, but not every time", () => {
  const told: number[] = [];
  let now = 0;
  const troubles = new Troubles(() => told.push(now), () => now);
  for (; now < 30 * MINUTE; now += MINUTE) {
    troubles.begin("state", "locked");
    troubles.end("state");
  }
  assert.deepEqual(told, [0, 10 * MINUTE, 20 * MINUTE]);
});
