import assert from "node:assert/strict";
import { JsonBytes } from "../event/json_bytes.ts";
import { EndsPart, LastPart } from "./ends_fields.ts";

const ENDS = {
  source: "192.0.2.1",
  sourcePort: 40000,
  destination: "2001:db8::1",
  destinationPort: 443,
  transport: "tcp",
  communityId: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
} as const;

Deno.test("EndsPart and LastPart write as JSON what they have as fields", () => {
  const parts = [
    new EndsPart(ENDS),
    new EndsPart({ ...ENDS, sourcePort: undefined, transport: "udp" }),
    new EndsPart({ ...ENDS, destinationPort: undefined, destination: "-" }),
    new LastPart(undefined, ENDS.communityId),
    new LastPart("outbound", ENDS.communityId),
    new LastPart("outbound", undefined),
    new LastPart(undefined, undefined),
  ];
  for (const part of parts) {
    const [written, expected] = [new JsonBytes(), new JsonBytes()];
    part.write(written);
    expected.members(part.fields);
    assert.deepEqual(written.written, expected.written);
  }
});
