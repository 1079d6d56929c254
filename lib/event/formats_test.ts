import assert from "node:assert/strict";
import { createEvent } from "./create.ts";
import { findFormat, formatNames } from "./formats.ts";
import { toJsonLine } from "./json.ts";
import { writeRfc5424 } from "./rfc5424_writer.ts";

const EVENT = createEvent({
  time: 0,
  sensor: "s",
  decky: "d",
  service: "ssh",
  eventType: "connect",
  fields: { src_ip: "192.0.2.1" },
});

Deno.test("formatNames() has native first", () => {
  assert.deepEqual(formatNames(), [
    ...["native", "rfc5424", "ecs", "eve", "zeek", "ocsf", "cef", "csv"],
  ]);
});

Deno.test("findFormat() finds what writes the event", () => {
  assert.equal(findFormat("native")!.write(EVENT), toJsonLine(EVENT));
  assert.equal(findFormat("rfc5424")!.write(EVENT), writeRfc5424(EVENT));
  assert.equal(findFormat("toString"), undefined);
});

Deno.test("findFormat() hands options to the format they concern", () => {
  assert.equal(JSON.parse(findFormat("native")!.write(EVENT, { rawLine: "x" })).raw_line, "x");
  assert.match(findFormat("rfc5424")!.write(EVENT, { sdId: "a@1", rawLine: "x" }), /\[a@1 src_ip=/);
});
