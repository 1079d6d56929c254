import assert from "node:assert/strict";
import { observedSyn } from "../../../tests/support/observed_stack.ts";
import { StackObservation } from "./observation.ts";

Deno.test("equals() compares every field", () => {
  const observation = observedSyn();
  assert.ok(observation.equals(observedSyn()));
  const fields = Object.entries(observation).filter(([, value]) => typeof value !== "object");
  assert.equal(fields.length, 15);
  for (const [field, value] of fields) {
    const other = observedSyn();
    Object.assign(other, { [field]: typeof value === "boolean" ? !value : Number(value) + 1 });
    assert.ok(!observation.equals(other), field);
  }
});

Deno.test("equals() compares the layout itself, not only its hash", () => {
  const other = observedSyn();
  other.layout[1] = 8;
  assert.ok(!observedSyn().equals(other));
  const behind = observedSyn();
  behind.layout[behind.layoutCount] = 8;
  assert.ok(observedSyn().equals(behind));
});

Deno.test("clone() copies every field", () => {
  const observation = observedSyn(
    { tcpFlags: 0x12, payloadLength: 1, ipHeaderLength: 24, ttl: 9 },
    "020405b4080a00000001000000000303070001000000",
    1301,
  );
  const fresh = new StackObservation();
  const copy = observation.clone();
  assert.ok(copy.equals(observation));
  for (const [field, value] of Object.entries(copy)) {
    assert.notDeepEqual(value, fresh[field as keyof StackObservation], `${field} was not set`);
  }
  observation.layout.fill(0);
  assert.deepEqual([...copy.layout], [2, 8, 3, 0]);
});
