/** Suricata's EVE: its names where it has some, all else under `decnet`. */
import type { Event } from "../event.ts";
import { endpoints } from "./endpoints.ts";
import { eventClass } from "./event_class.ts";
import { FieldReader, formatJson, known, unlessEmpty } from "./field_reader.ts";

/** `event` as one EVE record. */
export function writeEve(event: Event): string {
  const reader = new FieldReader(event);
  const { srcIp, srcPort, dstIp, dstPort, transport } = endpoints(reader);
  const { type, part } = partOf(reader);
  return formatJson({
    // EVE has neither `Z` nor a colon in the zone.
    timestamp: event.timestamp.replace("Z", "+0000"),
    event_type: type,
    host: known(event.sensor),
    src_ip: srcIp,
    src_port: srcPort,
    dest_ip: dstIp,
    dest_port: dstPort,
    proto: transport?.toUpperCase(),
    app_proto: type === "flow" || type === "decnet" ? undefined : type,
    community_id: reader.text("community_id"),
    ...part,
    decnet: {
      ...reader.rest(),
      event_id: event.event_id,
      event_type: event.event_type,
      decky: known(event.decky),
      service: known(event.service),
      attacker_ip: reader.attacker,
      msg: event.msg,
    },
  });
}

function partOf(reader: FieldReader): { type: string; part: Record<string, unknown> } {
  const { event_type } = reader.event;
  switch (eventClass(event_type)) {
    case "tls":
    case "certificate":
      return event_type === "quic_client_hello"
        ? { type: "quic", part: { quic: quicOf(reader) } }
        : event_type === "jarm_fingerprint"
        ? { type: "decnet", part: {} }
        : { type: "tls", part: { tls: tlsOf(reader) } };
    case "ssh":
      return { type: "ssh", part: { ssh: sshOf(reader) } };
    case "http":
      return { type: "http", part: { http: httpOf(reader) } };
    case "dhcp":
      return { type: "dhcp", part: { dhcp: dhcpOf(reader) } };
    case "flow":
      return event_type === "tcp_flow_timing"
        ? { type: "flow", part: { flow: flowOf(reader) } }
        : { type: "decnet", part: {} };
    default:
      return { type: "decnet", part: {} };
  }
}

function ja3Of(reader: FieldReader, name: "ja3" | "ja3s") {
  return unlessEmpty({ hash: reader.text(name), string: reader.text(`${name}_raw`) });
}

function tlsOf(reader: FieldReader) {
  const chosen = reader.text("alpn_chosen");
  return {
    subject: reader.text("subject_dn"),
    issuerdn: reader.text("issuer"),
    serial: serialText(reader.text("serial")),
    sni: reader.text("sni"),
    version: reader.text("tls_version"),
    notbefore: timeText(reader.text("not_before")),
    notafter: timeText(reader.text("not_after")),
    subjectaltname: reader.list("sans"),
    ja3: ja3Of(reader, "ja3"),
    ja3s: ja3Of(reader, "ja3s"),
    ja4: reader.text("ja4"),
    client_alpns: reader.list("alpn"),
    server_alpns: chosen === undefined ? undefined : [chosen],
  };
}

function quicOf(reader: FieldReader) {
  return {
    sni: reader.text("sni"),
    ja3: ja3Of(reader, "ja3"),
    ja4: reader.text("ja4", "ja4_quic"),
  };
}

function sshOf(reader: FieldReader) {
  const { event_type } = reader.event;
  const isServer = event_type === "ssh_server" || event_type === "hassh_fingerprint";
  const [, protocol, software] = reader.match(/^SSH-([^-]+)-(.*)$/, "ssh_banner", "ssh_version") ??
    [];
  const side = unlessEmpty({
    proto_version: protocol,
    software_version: software,
    hassh: unlessEmpty(
      isServer
        ? {
          hash: reader.text("hassh_server", "hassh_server_hash"),
          string: reader.text("hassh_server_raw"),
        }
        : { hash: reader.text("hassh"), string: reader.text("hassh_raw") },
    ),
  });
  return isServer ? { server: side } : { client: side };
}

function httpOf(reader: FieldReader) {
  const version = reader.text("http_version");
  const host = reader.host("host");
  return {
    hostname: host?.host,
    http_port: host?.port,
    url: reader.text("path", "uri"),
    http_user_agent: reader.text("user_agent"),
    http_method: reader.text("method"),
    protocol: version === undefined ? undefined : `HTTP/${version.replace(/^HTTP\//, "")}`,
    status: reader.count("status"),
  };
}

function dhcpOf(reader: FieldReader) {
  return {
    client_mac: reader.text("client_mac"),
    hostname: reader.text("hostname"),
    requested_ip: reader.address("requested_ip"),
  };
}

function flowOf(reader: FieldReader) {
  // Suricata counts by direction; ours are of both, so they stay under decnet.
  const seconds = reader.event.fields["duration_s"];
  const age = Number(seconds);
  return { age: seconds === undefined || !(age >= 0) ? undefined : Math.floor(age) };
}

/** `02:A3:...`, as Suricata writes a serial number. */
function serialText(hex: string | undefined): string | undefined {
  if (hex === undefined || !/^(?:[0-9a-f]{2})+$/i.test(hex)) return hex;
  return hex.toUpperCase().match(/../g)!.join(":");
}

/** Suricata's times of certificates have no zone. */
function timeText(text: string | undefined): string | undefined {
  return text?.replace(/Z$/, "");
}
