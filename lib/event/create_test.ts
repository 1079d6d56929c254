import assert from "node:assert/strict";
import { createEvent, type EventInput } from "./create.ts";
import { isEventId } from "./ulid.ts";

const INPUT: EventInput = {
  time: 1_777_785_171_123_456,
  sensor: "sensor-1",
  decky: "decky-01",
  service: "ssh",
  eventType: "auth_attempt",
  fields: { src_ip: "192.0.2.1:4", port: 22, tried: undefined, password: "", ok: false, sans: [] },
  msg: "hello",
};

Deno.test("createEvent() has its keys in the order of the record", () => {
  assert.deepEqual(
    Object.keys(createEvent(INPUT)),
    "timestamp event_id schema sensor decky service event_type attacker_ip fields msg".split(" "),
  );
});

Deno.test("createEvent() drops undefined fields only", () => {
  const { fields } = createEvent(INPUT);
  assert.deepEqual({ ...fields }, {
    src_ip: "192.0.2.1:4",
    port: 22,
    password: "",
    ok: false,
    sans: [],
  });
});

Deno.test("createEvent() finds the attacker unless told", () => {
  assert.equal(createEvent(INPUT).attacker_ip, "192.0.2.1");
  assert.equal(createEvent({ ...INPUT, attackerIp: "192.0.2.9" }).attacker_ip, "192.0.2.9");
  assert.equal(createEvent({ ...INPUT, fields: {} }).attacker_ip, "Unknown");
});

Deno.test("createEvent() leaves out an empty message", () => {
  assert.equal("msg" in createEvent({ ...INPUT, msg: "" }), false);
  assert.equal("msg" in createEvent({ ...INPUT, msg: undefined }), false);
});

Deno.test("createEvent() gives the same id for the same origin and content", () => {
  const first = createEvent({ ...INPUT, origin: "packet 1" });
  assert.ok(isEventId(first.event_id));
  assert.deepEqual(createEvent({ ...INPUT, origin: "packet 1" }), first);
  const others = [
    createEvent({ ...INPUT, origin: "packet 2" }),
    createEvent({ ...INPUT, origin: "packet 1", msg: "other" }),
    createEvent({ ...INPUT, origin: "packet 1", fields: { src_ip: "192.0.2.1" } }),
    createEvent(INPUT),
    createEvent(INPUT),
  ];
  assert.equal(new Set([first, ...others].map((event) => event.event_id)).size, 6);
});

Deno.test("createEvent() makes fields without a prototype", () => {
  const fields = JSON.parse('{"__proto__":["x"],"constructor":"y"}');
  const event = createEvent({ ...INPUT, fields });
  assert.equal(Object.getPrototypeOf(event.fields), null);
  assert.deepEqual(Object.entries(event.fields), [["__proto__", ["x"]], ["constructor", "y"]]);
  assert.equal(createEvent(INPUT).fields["toString"], undefined);
});
