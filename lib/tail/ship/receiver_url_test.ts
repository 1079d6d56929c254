import assert from "node:assert/strict";
import { parseReceiver } from "./receiver_url.ts";

Deno.test("parseReceiver() knows the ports of syslog", () => {
  const syslog = (text: string) => {
    const receiver = parseReceiver(text);
    assert.ok(receiver.kind === "syslog");
    return [receiver.transport, receiver.host, receiver.port];
  };
  assert.deepEqual(syslog("syslog+tls://siem.example"), ["tls", "siem.example", 6514]);
  assert.deepEqual(syslog("syslog+tcp://192.0.2.1:601/"), ["tcp", "192.0.2.1", 601]);
  assert.deepEqual(syslog("syslog+udp://[2001:db8::1]"), ["udp", "2001:db8::1", 514]);
});

Deno.test("parseReceiver() takes http and https, without passwords", () => {
  const receiver = parseReceiver("https://splunk.example:8088/services/collector/event?x=1");
  assert.ok(receiver.kind === "http");
  assert.equal(receiver.url.pathname, "/services/collector/event");
});

Deno.test("parseReceiver() takes tables of ClickHouse", () => {
  const receiver = parseReceiver("clickhouse://db.example/decnet.events");
  assert.ok(receiver.kind === "clickhouse");
  assert.equal(receiver.url.port, "8123");
});

for (
  const text of [
    ...["siem.example:514", "syslog://x", "syslog+tcp://x:0", "syslog+tcp://x:99999", "ftp://x"],
    ...["https://user:secret@x/", "http://", "syslog+tls://a/b", "syslog+tcp://2001:db8::1"],
  ]
) {
  Deno.test(`parseReceiver() refuses ${text}`, () => {
    assert.throws(() => parseReceiver(text), RangeError);
  });
}
