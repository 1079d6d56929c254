import assert from "node:assert/strict";
import type { ProbeContext } from "./probe.ts";
import { targetFields } from "./target_fields.ts";

function fieldsOf(target: ProbeContext["target"]) {
  return targetFields({ target, port: 443 } as ProbeContext);
}

Deno.test("targetFields() tells address and port, and the host of a target given by name only", () => {
  assert.deepEqual(fieldsOf({ host: "2001:DB8::1", address: "2001:db8::1", named: false }), {
    target_ip: "2001:db8::1",
    target_port: 443,
  });
  assert.deepEqual(fieldsOf({ host: "a.example", address: "192.0.2.7", named: true }), {
    target_ip: "192.0.2.7",
    target_port: 443,
    target_host: "a.example",
  });
});
