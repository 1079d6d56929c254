import assert from "node:assert/strict";
import fc from "fast-check";
import { type ContainerEvent, EventReader, parseContainerEvent } from "./container_events.ts";

const ID = "b4b86bccb90288146f589d4133f4cf9bdf8be75cfdb9c10a08b4bfedfea35b81";

/** As Docker 20.10 prints it. */
function eventLine(action: string, attributes: Readonly<Record<string, string>> = {}): string {
  return `{"status":"${action}","id":"${ID}","from":"image","Type":"container","Action":"${action}",` +
    `"Actor":{"ID":"${ID}","Attributes":${JSON.stringify({ name: "decky-ssh", ...attributes })}},` +
    `"scope":"local","time":1795246613,"timeNano":1795246613068998743}\n`;
}

Deno.test("parseContainerEvent() keeps all digits of the time", () => {
  assert.deepEqual(parseContainerEvent(eventLine("start", { role: "x" })), {
    action: "start",
    id: ID,
    name: "decky-ssh",
    labels: { name: "decky-ssh", role: "x" },
    time: { seconds: 1795246613, nanos: 68998743 },
  });
});

Deno.test("parseContainerEvent() is not misled by a label that looks like the time", () => {
  const event = parseContainerEvent(eventLine("die", { a: '"timeNano":1000000000000000001' }));
  assert.deepEqual(event?.time, { seconds: 1795246613, nanos: 68998743 });
});

Deno.test("parseContainerEvent() knows the actions of Docker and Podman", () => {
  const actions = ["start", "die", "died", "destroy", "remove", "rename"]
    .map((action) => parseContainerEvent(eventLine(action))?.action);
  assert.deepEqual(actions, ["start", "stop", "stop", "remove", "remove", "rename"]);
});

Deno.test("parseContainerEvent() returns undefined for what is of no use", () => {
  for (
    const line of [
      "",
      "{",
      "null",
      "[]",
      "7",
      "{}",
      eventLine("exec_start: sh"),
      eventLine("constructor"),
      eventLine("start").replace('"Type":"container"', '"Type":"network"'),
      eventLine("start").replaceAll(ID, ""),
      '{"Action":"start","Actor":null}',
    ]
  ) assert.equal(parseContainerEvent(line), undefined, line);
});

Deno.test("parseContainerEvent() never throws", () => {
  fc.assert(fc.property(fc.json(), (line) => {
    parseContainerEvent(line);
  }));
});

Deno.test("EventReader reads events however the stream is cut, and passes over what is none", () => {
  const stream = new TextEncoder().encode(
    `${eventLine("start")}\nno event\n${eventLine("rename", { oldName: "/\u{1f41f}" })}`,
  );
  for (let size = 1; size < stream.length; size += 13) {
    const reader = new EventReader();
    const events: ContainerEvent[] = [];
    for (let at = 0; at < stream.length; at += size) {
      events.push(...reader.push(stream.slice(at, at + size)));
    }
    assert.deepEqual(events.map(({ action }) => action), ["start", "rename"]);
    assert.equal(events[1]!.labels["oldName"], "/\u{1f41f}");
  }
});

Deno.test("EventReader keeps no more than an event may be long", () => {
  const reader = new EventReader();
  const noise = new Uint8Array(65536).fill(0x20);
  for (let piece = 0; piece < 40; piece++) assert.deepEqual(reader.push(noise), []);
  assert.equal(reader.push(new TextEncoder().encode(`\n${eventLine("start")}`)).length, 1);
});
