import assert from "node:assert/strict";
import { isPassing, isUnanswered } from "./passing_error.ts";

function named(name: string, more: object = {}): Error {
  return Object.assign(new Error("x"), { name }, more);
}

Deno.test("isPassing() is true for hubs that are away for a moment", () => {
  assert.ok(isPassing(named("TimeoutError")));
  assert.ok(isPassing(named("JetStreamNotEnabled")));
  assert.ok(isPassing(named("RequestError", { cause: named("NoRespondersError") })));
  assert.ok(isPassing(named("JetStreamApiError", { status: 503, code: 10008 })));
});

Deno.test("isPassing() is false for what stays so, and for what is no error", () => {
  assert.ok(!isPassing(named("PermissionViolationError")));
  assert.ok(!isPassing(named("JetStreamApiError", { status: 400, code: 10071 })));
  assert.ok(!isPassing(named("RequestError", { cause: named("PermissionViolationError") })));
  assert.ok(!isPassing(named("RequestError")));
  assert.ok(!isPassing(undefined));
  assert.ok(!isPassing("TimeoutError"));
});

Deno.test("isUnanswered() is false where there is no JetStream", () => {
  assert.ok(isUnanswered(named("TimeoutError")));
  assert.ok(!isUnanswered(named("JetStreamNotEnabled")));
  assert.ok(!isUnanswered(named("Error")));
});
