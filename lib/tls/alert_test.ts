import assert from "node:assert/strict";
import { alertName, parseAlert } from "./alert.ts";

Deno.test("parseAlert() reads level and description", () => {
  assert.deepEqual(parseAlert(Uint8Array.of(2, 40)), { warning: false, description: 40 });
  assert.deepEqual(parseAlert(Uint8Array.of(1, 112)), { warning: true, description: 112 });
});

Deno.test("parseAlert() returns undefined for an alert cut short", () => {
  assert.equal(parseAlert(Uint8Array.of()), undefined);
  assert.equal(parseAlert(Uint8Array.of(2)), undefined);
});

Deno.test("alertName() names registered alerts and numbers the others", () => {
  assert.equal(alertName(40), "handshake_failure");
  assert.equal(alertName(70), "protocol_version");
  assert.equal(alertName(255), "alert_255");
});
