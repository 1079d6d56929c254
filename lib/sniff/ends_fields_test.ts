import assert from "node:assert/strict";
import { jsonMembers } from "../event/shared_fields.ts";
import { endsPart, lastPart } from "./ends_fields.ts";

const ENDS = {
  source: "192.0.2.1",
  sourcePort: 40000,
  destination: "2001:db8::1",
  destinationPort: 443,
  transport: "tcp",
  communityId: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
} as const;

Deno.test("endsPart() and lastPart() write as JSON what they have as fields", () => {
  const parts = [
    endsPart(ENDS),
    endsPart({ ...ENDS, sourcePort: undefined, transport: "udp" }),
    endsPart({ ...ENDS, destinationPort: undefined, destination: "-" }),
    lastPart(undefined, ENDS.communityId),
    lastPart("outbound", ENDS.communityId),
    lastPart("outbound", undefined),
    lastPart(undefined, undefined),
  ];
  for (const part of parts) assert.equal(part.json, jsonMembers(part.fields));
});
