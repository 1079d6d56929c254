import assert from "node:assert/strict";
import { createEvent } from "../event/create.ts";
import type { FieldValue } from "../event/event.ts";
import { fingerprintRecords } from "./fingerprint_records.ts";

const ENDS = {
  src_ip: "192.0.2.1",
  src_port: 40000,
  dst_ip: "2001:db8::2",
  dst_port: 443,
  proto: "tcp",
  community_id: "1:abc=",
};

function records(eventType: string, fields: Record<string, FieldValue>, file = "a.pcap") {
  const event = createEvent({
    time: 0,
    sensor: "s",
    decky: "d",
    service: "sniffer",
    eventType,
    fields: { ...ENDS, ...fields },
  });
  return fingerprintRecords(event, file);
}

const kinds = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line)).map(({ kind, value }) => `${kind} ${value}`);

Deno.test("fingerprintRecords() gives one flat record for each fingerprint, and the Community ID", () => {
  const [first, ...rest] = records("tls_client_hello", { ja3: "j3", ja4: "j4", ja3_raw: "r" });
  assert.deepEqual(JSON.parse(first!), {
    file: "a.pcap",
    src: "192.0.2.1",
    sport: 40000,
    dst: "2001:db8::2",
    dport: 443,
    proto: "tcp",
    kind: "ja3",
    value: "j3",
  });
  assert.deepEqual(kinds(rest), ["ja4 j4", "community_id 1:abc="]);
});

Deno.test("fingerprintRecords() has the protocols offered in one value, and a record a certificate", () => {
  assert.deepEqual(kinds(records("tls_client_hello", { alpn: ["h2", "http/1.1"] })).slice(0, 1), [
    "alpn h2,http/1.1",
  ]);
  assert.deepEqual(
    kinds(records("tls_certificate", { ja4x: "a", ja4x_chain: ["a", "b", "b"] })).slice(0, -1),
    ["ja4x a", "ja4x b"],
  );
});

Deno.test("fingerprintRecords() says nothing of events without a fingerprint", () => {
  assert.deepEqual(records("tcp_flow_timing", { packets: 9 }), []);
  assert.deepEqual(records("tls_session", { tls_version: "TLS 1.3" }), []);
});

Deno.test("fingerprintRecords() gives one printable line of JSON whatever names say", () => {
  const hostile = 'a"\n\x1b[2J\u2028\u202e\x9b\x7f{"kind":"ja3"}';
  const lines = records("tls_client_hello", { sni: hostile }, `b\n${hostile}`);
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /^[\x20-\x7e]+$/);
  assert.equal(JSON.parse(lines[0]!).value, hostile);
});
