import assert from "node:assert/strict";
import { eventFromLine } from "./line_event.ts";

const HEAD = "<134>1 2026-05-03T05:12:51+02:00 decky-01 http - request";

Deno.test("eventFromLine() makes an event of a container's line", () => {
  const event = eventFromLine(`${HEAD} [decnet@55555 remote_addr="[2001:DB8::1]:443" n="1"] hi`, {
    sensor: "s",
    origin: "c:1",
  })!;
  assert.equal(event.timestamp, "2026-05-03T03:12:51.000000Z");
  assert.equal(event.attacker_ip, "2001:db8::1");
  assert.deepEqual({ ...event.fields }, { remote_addr: "[2001:DB8::1]:443", n: "1" });
  assert.deepEqual([event.sensor, event.decky, event.service, event.event_type, event.msg], [
    "s",
    "decky-01",
    "http",
    "request",
    "hi",
  ]);
});

Deno.test("eventFromLine() gives the same id on a second reading and another for another place", () => {
  const line = `${HEAD} - hi`;
  const first = eventFromLine(line, { sensor: "s", origin: "c:1" })!;
  assert.deepEqual(eventFromLine(line, { sensor: "s", origin: "c:1" }), first);
  assert.notEqual(eventFromLine(line, { sensor: "s", origin: "c:2" })!.event_id, first.event_id);
});

Deno.test("eventFromLine() takes the time of receipt when the header has none", () => {
  const line = "<134>1 - decky-01 http - request -";
  assert.equal(eventFromLine(line, { sensor: "s" }), undefined);
  assert.equal(
    eventFromLine(line, { sensor: "s", receivedAt: 1_000_000 })!.timestamp,
    "1970-01-01T00:00:01.000000Z",
  );
});

Deno.test("eventFromLine() marks a line that was cut short and keeps its attacker", () => {
  const event = eventFromLine(`${HEAD} [relay@55555 src_ip="192.0.2.1" body="xxxx`, {
    sensor: "s",
  })!;
  assert.equal(event.attacker_ip, "192.0.2.1");
  assert.deepEqual({ ...event.fields }, { src_ip: "192.0.2.1", damaged: true });
});

Deno.test("eventFromLine() returns undefined for other lines", () => {
  assert.equal(eventFromLine("Listening on port 80", { sensor: "s", receivedAt: 0 }), undefined);
});
