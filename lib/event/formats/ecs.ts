/** Elastic Common Schema 9: what has a place there goes there, all else under `decnet`. */
import { VERSION } from "../../version.ts";
import type { Event } from "../event.ts";
import { formatTimestamp } from "../time.ts";
import { endpoints, networkType, touchedService } from "./endpoints.ts";
import { eventClass, isTrouble } from "./event_class.ts";
import { FieldReader, formatJson, known, unlessEmpty } from "./field_reader.ts";

/** Version of the schema whose names these are. */
const ECS_VERSION = "9.0.0";

const NANOS_PER_SECOND = 1_000_000_000;

/** `event` as one ECS document. */
export function writeEcs(event: Event): string {
  const reader = new FieldReader(event);
  const ends = endpoints(reader);
  const { srcIp, srcPort, dstIp, dstPort, transport, decoy } = ends;
  const tls = tlsOf(reader);
  const userName = reader.text("username", "principal");
  const host = reader.host("host");
  const ips = [...new Set([srcIp, dstIp, reader.plainAttacker].filter((ip) => ip !== undefined))];
  const document = {
    "@timestamp": event.timestamp,
    ecs: { version: ECS_VERSION },
    message: event.msg,
    event: {
      id: event.event_id,
      action: event.event_type,
      ...classify(event.event_type),
      module: "decnet",
      dataset: datasetOf(event.event_type),
      duration: reader.scaled(NANOS_PER_SECOND, "duration_s"),
    },
    source: unlessEmpty({ address: srcIp, ip: srcIp, port: srcPort }),
    destination: unlessEmpty({ address: dstIp ?? decoy, ip: dstIp, port: dstPort, domain: decoy }),
    network: unlessEmpty({
      type: networkType(ends),
      transport,
      protocol: protocolOf(reader),
      community_id: reader.text("community_id"),
      bytes: reader.count("bytes"),
      packets: reader.count("packets"),
    }),
    observer: {
      name: known(event.sensor),
      hostname: known(event.sensor),
      type: "honeypot",
      product: "decnet",
      vendor: "decnet",
      version: VERSION,
    },
    service: unlessEmpty({ name: known(event.service) }),
    related: unlessEmpty({
      ip: ips.length > 0 ? ips : undefined,
      user: userName === undefined ? undefined : [userName],
      hosts: host === undefined ? undefined : [host.host],
    }),
    tls,
    user: unlessEmpty({ name: userName }),
    user_agent: unlessEmpty({ original: reader.text("user_agent") }),
    http: httpOf(reader),
    url: unlessEmpty({ path: reader.text("path", "uri"), domain: host?.host, port: host?.port }),
    decnet: {
      ...reader.rest(),
      decky: known(event.decky),
      service: known(event.service),
      attacker_ip: reader.attacker,
    },
  };
  return formatJson(document);
}

/** ECS allows these values only, and for each category these types only. */
function classify(eventType: string) {
  switch (eventClass(eventType)) {
    case "finding":
      return { kind: "alert", category: ["intrusion_detection"], type: ["info"] };
    case "login":
      return { kind: "event", category: ["authentication"], type: ["start"] };
    case "http":
      return { kind: "event", category: ["web"], type: ["access"] };
    case "own":
      return { kind: "event", category: ["host"], type: ["info"] };
    case "tls":
    case "ssh":
    case "dhcp":
      return { kind: "event", category: ["network"], type: ["protocol"] };
    case "certificate":
    case "flow":
    case "other":
      return {
        kind: "event",
        category: ["network"],
        type: [isTrouble(eventType) ? "info" : "connection"],
      };
  }
}

function datasetOf(eventType: string): string {
  const group = eventClass(eventType);
  return `decnet.${group === "certificate" ? "tls" : group === "other" ? "decoy" : group}`;
}

function protocolOf(reader: FieldReader): string | undefined {
  const { event_type } = reader.event;
  switch (eventClass(event_type)) {
    case "tls":
    case "certificate":
      return event_type === "quic_client_hello" ? "quic" : "tls";
    case "ssh":
      return "ssh";
    case "http":
      return "http";
    case "dhcp":
      return "dhcp";
    case "other":
    case "login":
      return touchedService(reader);
    default:
      return undefined;
  }
}

function httpOf(reader: FieldReader) {
  const request = unlessEmpty({ method: reader.text("method") });
  const status = reader.count("status");
  const version = reader.text("http_version");
  return unlessEmpty({
    request,
    response: status === undefined ? undefined : { status_code: status },
    version: version?.replace(/^HTTP\//, ""),
  });
}

function tlsOf(reader: FieldReader) {
  // An offered protocol has no place in ECS, the chosen one has.
  const version = reader.match(/^(TLS|SSL) (\d\.\d)$/, "tls_version");
  const ja4 = reader.event.fields["ja4"];
  const client = unlessEmpty({
    ja3: reader.text("ja3"),
    // Not in ECS, but where others put it as well.
    ja4: typeof ja4 === "string" ? ja4 : undefined,
    server_name: reader.text("sni"),
  });
  return unlessEmpty({
    version: version?.[2],
    version_protocol: version?.[1]?.toLowerCase(),
    established: reader.event.event_type === "tls_session" ? true : undefined,
    next_protocol: reader.text("alpn_chosen"),
    client,
    server: serverOf(reader),
  });
}

function serverOf(reader: FieldReader) {
  const commonName = reader.text("subject_cn");
  const subject = reader.text("subject_dn");
  const issuer = reader.text("issuer");
  const sha256 = reader.text("cert_sha256")?.toUpperCase();
  const notBefore = timeText(reader.time("not_before"));
  const notAfter = timeText(reader.time("not_after"));
  return unlessEmpty({
    ja3s: reader.text("ja3s"),
    subject,
    issuer,
    not_before: notBefore,
    not_after: notAfter,
    hash: unlessEmpty({ sha256 }),
    x509: unlessEmpty({
      subject: unlessEmpty({
        distinguished_name: subject,
        common_name: commonName === undefined ? undefined : [commonName],
      }),
      issuer: unlessEmpty({ distinguished_name: issuer }),
      serial_number: reader.text("serial")?.toUpperCase(),
      not_before: notBefore,
      not_after: notAfter,
      alternative_names: reader.list("sans"),
    }),
  });
}

function timeText(micros: number | undefined): string | undefined {
  return micros === undefined ? undefined : formatTimestamp(micros);
}
