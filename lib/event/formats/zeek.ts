/** Zeek's JSON logs: flat names with dots, by the log that an event would be in. */
import type { Event } from "../event.ts";
import { sentenceOf } from "./summary.ts";
import { endpoints } from "./endpoints.ts";
import { eventClass } from "./event_class.ts";
import { FieldReader, formatJson, known } from "./field_reader.ts";

const MICROS_PER_SECOND = 1_000_000;

/** Characters of a connection's uid behind its first. */
const UID_LENGTH = 17;

/** `event` as one record of a Zeek log. */
export function writeZeek(event: Event): string {
  const reader = new FieldReader(event);
  const { srcIp, srcPort, dstIp, dstPort, transport } = endpoints(reader);
  const communityId = reader.text("community_id");
  const { path, part } = partOf(reader);
  const isConnection = path === "conn";
  const record: Record<string, unknown> = {
    _path: path,
    ts: reader.eventTime / MICROS_PER_SECOND,
    uid: communityId === undefined ? undefined : uidOf(communityId),
    "id.orig_h": srcIp,
    "id.orig_p": srcPort,
    "id.resp_h": dstIp,
    "id.resp_p": dstPort,
    proto: isConnection || path === "notice" ? transport : undefined,
    community_id: communityId,
    ...part,
    "decnet.event_id": event.event_id,
    "decnet.event_type": event.event_type,
    "decnet.sensor": known(event.sensor),
    "decnet.decky": known(event.decky),
    "decnet.service": known(event.service),
    "decnet.attacker_ip": reader.attacker,
    "decnet.msg": path === "notice" ? undefined : event.msg,
  };
  for (const [name, value] of Object.entries(reader.rest() ?? {})) {
    record[`decnet.${name}`] ??= value;
  }
  return formatJson(record);
}

/** All events of a connection share it, as in Zeek; made of the community id, so it means the same everywhere. */
function uidOf(communityId: string): string {
  return `C${communityId.replace(/^1:/, "").replace(/[^A-Za-z0-9]/g, "").slice(0, UID_LENGTH)}`;
}

function partOf(reader: FieldReader): { path: string; part: Record<string, unknown> } {
  const { event_type } = reader.event;
  switch (eventClass(event_type)) {
    case "tls":
      return event_type === "jarm_fingerprint"
        ? { path: "decnet", part: {} }
        : { path: "ssl", part: sslOf(reader) };
    case "certificate":
      return { path: "x509", part: x509Of(reader) };
    case "ssh":
      return { path: "ssh", part: sshOf(reader) };
    case "http":
      return { path: "http", part: httpOf(reader) };
    case "dhcp":
      return { path: "dhcp", part: dhcpOf(reader) };
    case "flow":
      return { path: "conn", part: connOf(reader) };
    case "finding":
      return { path: "notice", part: noticeOf(reader) };
    default:
      return { path: "decnet", part: {} };
  }
}

function sslOf(reader: FieldReader) {
  const [, name, major, minor] = reader.match(/^(TLS|SSL) (\d)\.(\d)$/, "tls_version") ?? [];
  return {
    // As Zeek names them: TLSv13, SSLv3.
    version: name === undefined ? undefined : `${name}v${major}${name === "SSL" ? "" : minor}`,
    server_name: reader.text("sni"),
    next_protocol: reader.text("alpn_chosen"),
    established: reader.event.event_type === "tls_session",
    ja3: reader.text("ja3"),
    ja3s: reader.text("ja3s"),
    ja4: reader.text("ja4", "ja4_quic"),
    ja4_r: reader.text("ja4_r"),
    ja4s: reader.text("ja4s"),
  };
}

function x509Of(reader: FieldReader) {
  const names = reader.list("sans") ?? [];
  const isAddress = (name: string) => /^[\d.]+$|:/.test(name);
  const dns = names.filter((name) => !isAddress(name));
  const ip = names.filter(isAddress);
  const seconds = (micros: number | undefined) =>
    micros === undefined ? undefined : micros / MICROS_PER_SECOND;
  return {
    fingerprint: reader.text("cert_sha256"),
    "certificate.serial": reader.text("serial")?.toUpperCase(),
    "certificate.subject": reader.text("subject_dn"),
    "certificate.issuer": reader.text("issuer"),
    "certificate.not_valid_before": seconds(reader.time("not_before")),
    "certificate.not_valid_after": seconds(reader.time("not_after")),
    "san.dns": dns.length > 0 ? dns : undefined,
    "san.ip": ip.length > 0 ? ip : undefined,
    host_cert: true,
    client_cert: false,
  };
}

function sshOf(reader: FieldReader) {
  const { event_type } = reader.event;
  const banner = reader.text("ssh_banner", "ssh_version");
  const isServer = event_type === "ssh_server" || event_type === "hassh_fingerprint";
  return {
    version: banner === undefined ? undefined : banner.startsWith("SSH-1.5") ? 1 : 2,
    client: isServer ? undefined : banner,
    server: isServer ? banner : undefined,
    hassh: reader.text("hassh"),
    hasshAlgorithms: reader.text("hassh_raw"),
    hasshServer: reader.text("hassh_server", "hassh_server_hash"),
    hasshServerAlgorithms: reader.text("hassh_server_raw"),
    ja4ssh: reader.text("ja4ssh"),
  };
}

function httpOf(reader: FieldReader) {
  return {
    method: reader.text("method"),
    // Without a port, as in Zeek.
    host: reader.host("host")?.host,
    uri: reader.text("path", "uri"),
    version: reader.text("http_version")?.replace(/^HTTP\//, ""),
    user_agent: reader.text("user_agent"),
    status_code: reader.count("status"),
    ja4h: reader.text("ja4h"),
  };
}

function dhcpOf(reader: FieldReader) {
  return {
    mac: reader.text("client_mac"),
    host_name: reader.text("hostname"),
    requested_addr: reader.address("requested_ip"),
    ja4d: reader.text("ja4d"),
  };
}

function connOf(reader: FieldReader) {
  return {
    duration: reader.number("duration_s"),
    ja4t: reader.text("ja4t"),
    ja4ts: reader.text("ja4ts"),
  };
}

function noticeOf(reader: FieldReader) {
  const { event_type } = reader.event;
  const note = event_type.split("_").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return {
    note: `DECNET::${note.join("_")}`,
    msg: sentenceOf(reader.event),
    src: reader.plainAttacker,
  };
}
