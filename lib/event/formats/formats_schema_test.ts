/** The formats of others against their published rules, for every type of event. */
import assert from "node:assert/strict";
import { eventSamples, eventSamplesOfLines } from "../../../tests/support/event_samples.ts";
import { createEvent } from "../create.ts";
import type { Fields } from "../event.ts";
import { eventClass } from "./event_class.ts";
import { writeEcs } from "./ecs.ts";
import { formatJson } from "./field_reader.ts";
import { writeEve } from "./eve.ts";
import { writeOcsf } from "./ocsf.ts";
import { writeZeek } from "./zeek.ts";

type Json = Readonly<Record<string, unknown>>;

const ALL = [...eventSamples(), ...eventSamplesOfLines()];

/** A type, and whether a list of it is meant. */
type Rule =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "ip"
  | "port"
  | "date"
  | "string[]"
  | "ip[]";

/** The leaves of an object, as `a.b.c`; lists are leaves. `stop` names a member that is not looked into. */
function leaves(value: Json, stop: readonly string[], prefix = ""): [string, unknown][] {
  return Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const path = `${prefix}${name}`;
    if (stop.includes(path)) return [];
    return typeof member === "object" && member !== null && !Array.isArray(member)
      ? leaves(member as Json, stop, `${path}.`)
      : [[path, member]];
  });
}

const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]+)$/;

function follows(value: unknown, rule: Rule): boolean {
  if (rule.endsWith("[]")) {
    return Array.isArray(value) && value.length > 0 &&
      value.every((item) => follows(item, rule.slice(0, -2) as Rule));
  }
  switch (rule) {
    case "integer":
      return Number.isInteger(value);
    case "number":
      return Number.isFinite(value);
    case "boolean":
      return typeof value === "boolean";
    case "port":
      return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65536;
    case "ip":
      return typeof value === "string" && IP.test(value);
    case "date":
      return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
    default:
      // Absent is left out: never empty, never "Unknown".
      return typeof value === "string" && value !== "" && value !== "Unknown";
  }
}

function assertRules(line: string, rules: Readonly<Record<string, Rule>>, stop: readonly string[]) {
  assert.ok(!line.includes("\n"));
  const object: Json = JSON.parse(line);
  for (const [path, value] of leaves(object, stop)) {
    const rule = rules[path];
    assert.ok(rule !== undefined, `there is no ${path}: ${line}`);
    assert.ok(follows(value, rule), `${path} is no ${rule}: ${line}`);
  }
  return object;
}

/** Names and types as in Elastic's fields.csv; `tls.client.ja4` is what others use besides. */
const ECS: Readonly<Record<string, Rule>> = {
  "@timestamp": "date",
  "ecs.version": "string",
  message: "string",
  "event.id": "string",
  "event.action": "string",
  "event.kind": "string",
  "event.category": "string[]",
  "event.type": "string[]",
  "event.module": "string",
  "event.dataset": "string",
  "event.duration": "integer",
  "source.address": "string",
  "source.ip": "ip",
  "source.port": "port",
  "destination.address": "string",
  "destination.ip": "ip",
  "destination.port": "port",
  "destination.domain": "string",
  "network.type": "string",
  "network.transport": "string",
  "network.protocol": "string",
  "network.community_id": "string",
  "network.bytes": "integer",
  "network.packets": "integer",
  "observer.name": "string",
  "observer.hostname": "string",
  "observer.type": "string",
  "observer.product": "string",
  "observer.vendor": "string",
  "observer.version": "string",
  "service.name": "string",
  "related.ip": "ip[]",
  "related.user": "string[]",
  "related.hosts": "string[]",
  "tls.version": "string",
  "tls.version_protocol": "string",
  "tls.established": "boolean",
  "tls.next_protocol": "string",
  "tls.client.ja3": "string",
  "tls.client.ja4": "string",
  "tls.client.server_name": "string",
  "tls.server.ja3s": "string",
  "tls.server.subject": "string",
  "tls.server.issuer": "string",
  "tls.server.not_before": "date",
  "tls.server.not_after": "date",
  "tls.server.hash.sha256": "string",
  "tls.server.x509.subject.distinguished_name": "string",
  "tls.server.x509.subject.common_name": "string[]",
  "tls.server.x509.issuer.distinguished_name": "string",
  "tls.server.x509.serial_number": "string",
  "tls.server.x509.not_before": "date",
  "tls.server.x509.not_after": "date",
  "tls.server.x509.alternative_names": "string[]",
  "user.name": "string",
  "user_agent.original": "string",
  "http.request.method": "string",
  "http.response.status_code": "integer",
  "http.version": "string",
  "url.path": "string",
  "url.domain": "string",
  "url.port": "port",
};

/** For each category that we use, the types that ECS expects of it. */
const ECS_TYPES: Readonly<Record<string, readonly string[]>> = {
  network: ["access", "allowed", "connection", "denied", "end", "info", "protocol", "start"],
  authentication: ["start", "end", "info"],
  intrusion_detection: ["allowed", "denied", "info"],
  web: ["access", "error", "info"],
  host: ["access", "change", "end", "info", "start"],
};

Deno.test("writeEcs() follows ECS's names, types and values for every type of event", () => {
  for (const event of ALL) {
    const document = assertRules(writeEcs(event), ECS, ["decnet"]);
    const { kind, category, type } = document["event"] as Record<string, string[] | string>;
    assert.ok(["event", "alert"].includes(kind as string));
    for (const name of category as string[]) {
      for (const each of type as string[]) {
        assert.ok(ECS_TYPES[name]?.includes(each), `${name} ${each}`);
      }
    }
    const sha256 = JSON.stringify(document).match(/"sha256":"(\w+)"/)?.[1] ?? "";
    assert.equal(sha256, sha256.toUpperCase());
  }
});

const EVE_TOP: Readonly<Record<string, Rule>> = {
  timestamp: "string",
  event_type: "string",
  host: "string",
  src_ip: "ip",
  src_port: "port",
  dest_ip: "ip",
  dest_port: "port",
  proto: "string",
  app_proto: "string",
  community_id: "string",
  "tls.subject": "string",
  "tls.issuerdn": "string",
  "tls.serial": "string",
  "tls.sni": "string",
  "tls.version": "string",
  "tls.notbefore": "string",
  "tls.notafter": "string",
  "tls.subjectaltname": "string[]",
  "tls.ja3.hash": "string",
  "tls.ja3.string": "string",
  "tls.ja3s.hash": "string",
  "tls.ja3s.string": "string",
  "tls.ja4": "string",
  "tls.client_alpns": "string[]",
  "tls.server_alpns": "string[]",
  "quic.sni": "string",
  "quic.ja3.hash": "string",
  "quic.ja3.string": "string",
  "quic.ja4": "string",
  "ssh.client.proto_version": "string",
  "ssh.client.software_version": "string",
  "ssh.client.hassh.hash": "string",
  "ssh.client.hassh.string": "string",
  "ssh.server.proto_version": "string",
  "ssh.server.software_version": "string",
  "ssh.server.hassh.hash": "string",
  "ssh.server.hassh.string": "string",
  "http.hostname": "string",
  "http.http_port": "port",
  "http.url": "string",
  "http.http_user_agent": "string",
  "http.http_method": "string",
  "http.protocol": "string",
  "http.status": "integer",
  "dhcp.client_mac": "string",
  "dhcp.hostname": "string",
  "dhcp.requested_ip": "ip",
  "flow.age": "integer",
};

Deno.test("writeEve() follows Suricata's schema, our own object aside, for every type of event", () => {
  for (const event of ALL) {
    const record = assertRules(writeEve(event), EVE_TOP, ["decnet"]);
    assert.match(record["timestamp"] as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000$/);
    const { tls } = record as { tls?: Record<string, string> };
    if (tls?.["serial"] !== undefined) assert.match(tls["serial"], /^[0-9A-F]{2}(:[0-9A-F]{2})*$/);
    assert.equal((record["decnet"] as Json)["event_type"], event.event_type);
  }
});

/** By log, as its script declares them, with those of the fingerprinting packages. */
const ZEEK: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  all: {
    _path: "string",
    ts: "number",
    uid: "string",
    "id.orig_h": "ip",
    "id.orig_p": "port",
    "id.resp_h": "ip",
    "id.resp_p": "port",
    community_id: "string",
  },
  decnet: {},
  ssl: {
    version: "string",
    server_name: "string",
    next_protocol: "string",
    established: "boolean",
    ja3: "string",
    ja3s: "string",
    ja4: "string",
    ja4_r: "string",
    ja4s: "string",
  },
  x509: {
    fingerprint: "string",
    "certificate.serial": "string",
    "certificate.subject": "string",
    "certificate.issuer": "string",
    "certificate.not_valid_before": "number",
    "certificate.not_valid_after": "number",
    "san.dns": "string[]",
    "san.ip": "ip[]",
    host_cert: "boolean",
    client_cert: "boolean",
  },
  ssh: {
    version: "integer",
    client: "string",
    server: "string",
    hassh: "string",
    hasshAlgorithms: "string",
    hasshServer: "string",
    hasshServerAlgorithms: "string",
    ja4ssh: "string",
  },
  http: {
    method: "string",
    host: "string",
    uri: "string",
    version: "string",
    user_agent: "string",
    status_code: "integer",
    ja4h: "string",
  },
  dhcp: { mac: "string", host_name: "string", requested_addr: "ip", ja4d: "string" },
  conn: { proto: "string", duration: "number", ja4t: "string", ja4ts: "string" },
  notice: { note: "string", msg: "string", src: "ip", proto: "string" },
};

Deno.test("writeZeek() has the names of Zeek's logs, flat, for every type of event", () => {
  for (const event of ALL) {
    const record: Json = JSON.parse(writeZeek(event));
    const rules = { ...ZEEK["all"], ...ZEEK[record["_path"] as string] };
    assert.ok(ZEEK[record["_path"] as string] !== undefined);
    for (const [name, value] of Object.entries(record)) {
      if (name.startsWith("decnet.")) continue;
      assert.ok(rules[name] !== undefined, `${record["_path"]} has no ${name}`);
      assert.ok(follows(value, rules[name]), `${name}: ${value}`);
    }
    assert.equal(record["ts"], Date.parse(event.timestamp) / 1000 + 0.000456);
  }
});

/** By class: what must be there. */
const OCSF_REQUIRED: Readonly<Record<number, readonly string[]>> = {
  0: [],
  2004: ["finding_info"],
  4001: ["dst_endpoint"],
  4007: ["dst_endpoint"],
};

const OCSF: Readonly<Record<string, Rule>> = {
  class_uid: "integer",
  category_uid: "integer",
  activity_id: "integer",
  type_uid: "integer",
  time: "integer",
  severity_id: "integer",
  status_id: "integer",
  message: "string",
  duration: "integer",
  "metadata.version": "string",
  "metadata.uid": "string",
  "metadata.event_code": "string",
  "metadata.product.name": "string",
  "metadata.product.vendor_name": "string",
  "metadata.product.version": "string",
  "src_endpoint.ip": "ip",
  "src_endpoint.port": "port",
  "src_endpoint.os.name": "string",
  "src_endpoint.os.type_id": "integer",
  "dst_endpoint.ip": "ip",
  "dst_endpoint.port": "port",
  "dst_endpoint.name": "string",
  "dst_endpoint.svc_name": "string",
  "connection_info.direction_id": "integer",
  "connection_info.protocol_name": "string",
  "connection_info.protocol_num": "integer",
  "connection_info.community_uid": "string",
  "traffic.bytes": "integer",
  "traffic.packets": "integer",
  "tls.version": "string",
  "tls.sni": "string",
  "tls.alpn": "string",
  "tls.ja3_hash.algorithm_id": "integer",
  "tls.ja3_hash.algorithm": "string",
  "tls.ja3_hash.value": "string",
  "tls.ja3s_hash.algorithm_id": "integer",
  "tls.ja3s_hash.algorithm": "string",
  "tls.ja3s_hash.value": "string",
  "tls.certificate.issuer": "string",
  "tls.certificate.serial_number": "string",
  "tls.certificate.subject": "string",
  "tls.certificate.created_time": "integer",
  "tls.certificate.expiration_time": "integer",
  "tls.certificate.is_self_signed": "boolean",
  "client_hassh.algorithm": "string",
  "client_hassh.fingerprint.algorithm_id": "integer",
  "client_hassh.fingerprint.algorithm": "string",
  "client_hassh.fingerprint.value": "string",
  "server_hassh.algorithm": "string",
  "server_hassh.fingerprint.algorithm_id": "integer",
  "server_hassh.fingerprint.algorithm": "string",
  "server_hassh.fingerprint.value": "string",
  "finding_info.uid": "string",
  "finding_info.title": "string",
};

/** Lists of objects, whose members are checked by their number only. */
const OCSF_LISTS = [
  ...["metadata.loggers", "evidences", "ja4_fingerprint_list", "dst_endpoint.fingerprints"],
  ...["tls.certificate.fingerprints", "tls.certificate.sans"],
];

Deno.test("writeOcsf() has what its classes require, and numbers that agree, for every type of event", () => {
  for (const event of ALL) {
    const line = writeOcsf(event);
    const record = assertRules(line, OCSF, ["unmapped", ...OCSF_LISTS]);
    const { class_uid, category_uid, activity_id, type_uid } = record as Record<string, number>;
    assert.equal(type_uid, class_uid! * 100 + activity_id!);
    assert.equal(category_uid, Math.floor(class_uid! / 1000));
    for (const name of ["time", "severity_id", "metadata", ...OCSF_REQUIRED[class_uid!]!]) {
      assert.ok(record[name] !== undefined, `${name} is missing: ${line}`);
    }
    for (const list of OCSF_LISTS) {
      const value = list.split(".").reduce<unknown>(
        (at, name) => (at as Json | undefined)?.[name],
        record,
      );
      assert.ok(value === undefined || Array.isArray(value) && value.length > 0);
    }
  }
});

Deno.test("every format tells every field of an event somewhere", () => {
  for (const event of ALL) {
    for (const write of [writeEcs, writeEve, writeZeek, writeOcsf]) {
      const line = write(event);
      for (const [name, value] of Object.entries(event.fields)) {
        if (typeof value !== "string" || /^(true|false|inbound|tcp|udp)$/.test(value)) continue;
        const parts = formatJson(value).slice(1, -1).split(/[ \\,]/);
        const isTold = parts.every((part) => line.toLowerCase().includes(part.toLowerCase())) ||
          /^(not_|serial|ssh_banner|tls_version|duration_s|target_port)/.test(name);
        assert.ok(isTold, `${write.name} hides ${name} of ${event.event_type}: ${line}`);
      }
    }
  }
});

/** What the formats in JSON make of an event with these fields. */
function written(attackerIp: string, fields: Fields) {
  const names = { sensor: "s", decky: "d", service: "http", eventType: "http_request" };
  const event = createEvent({ time: 0, ...names, attackerIp, fields });
  const [ecs, eve, zeek, ocsf] = [writeEcs, writeEve, writeZeek, writeOcsf]
    .map((write): Json => JSON.parse(write(event)));
  return { ecs: ecs!, eve: eve!, zeek: zeek!, ocsf: ocsf! };
}

Deno.test("no format has an address with a zone where it takes plain ones, and none loses the zone", () => {
  const address = "fe80::1%eth0";
  const { ecs, eve, zeek, ocsf } = written(address, { src_ip: address, dst_ip: "fe80::2%eth1" });
  assert.equal((ecs["source"] as Json)["ip"], "fe80::1");
  assert.equal((ecs["destination"] as Json)["ip"], "fe80::2");
  assert.deepEqual((ecs["related"] as Json)["ip"], ["fe80::1", "fe80::2"]);
  assert.equal(eve["src_ip"], "fe80::1");
  assert.equal(zeek["id.orig_h"], "fe80::1");
  assert.equal((ocsf["src_endpoint"] as Json)["ip"], "fe80::1");
  for (const rest of [ecs["decnet"], eve["decnet"], ocsf["unmapped"]]) {
    const { attacker_ip, src_ip, dst_ip } = rest as Json;
    assert.deepEqual([attacker_ip, src_ip, dst_ip], [address, address, "fe80::2%eth1"]);
  }
  assert.equal((written(address, {}).ecs["source"] as Json)["ip"], "fe80::1");
});

Deno.test("a host with a port is told as both", () => {
  for (
    const [text, host] of [["web.example:8443", "web.example"], ["[::1]:8443", "::1"]] as const
  ) {
    const { ecs, eve, zeek } = written("192.0.2.1", { host: text });
    assert.deepEqual(ecs["url"], { domain: host, port: 8443 });
    assert.deepEqual((ecs["related"] as Json)["hosts"], [host]);
    assert.deepEqual(eve["http"], { hostname: host, http_port: 8443 });
    assert.equal(zeek["host"], host);
    assert.equal(zeek["decnet.host"], text);
  }
  const { ecs } = written("192.0.2.1", { host: "no host: at all" });
  assert.deepEqual(ecs["url"], { domain: "no host: at all" });
});

Deno.test("no format has half of a surrogate pair, for which readers refuse the line", () => {
  const { ecs, eve, zeek, ocsf } = written("192.0.2.1", {
    user_agent: "a\ud83d",
    other: "\\\udcff",
  });
  assert.deepEqual(ecs["user_agent"], { original: "a\ufffd" });
  assert.equal((eve["decnet"] as Json)["other"], "\\\ufffd");
  assert.equal(zeek["decnet.other"], "\\\ufffd");
  assert.equal((ocsf["unmapped"] as Json)["user_agent"], "a\ufffd");
});

Deno.test("a duration that is no whole number of what the format counts is left as it is", () => {
  const { ecs, ocsf } = written("192.0.2.1", { duration_s: 1e308 });
  assert.equal("duration" in (ecs["event"] as Json), false);
  assert.equal((ecs["decnet"] as Json)["duration_s"], 1e308);
  assert.equal("duration" in ocsf, false);
});

Deno.test("eventClass() of a name that every object has is that of a stranger", () => {
  assert.equal(eventClass("constructor"), "other");
});
