/** The Open Cybersecurity Schema Framework: what has a place there goes there, all else under `unmapped`. */
import { VERSION } from "../../version.ts";
import type { Event } from "../event.ts";
import { type Endpoints, endpoints, PROTOCOL_NUMBERS, touchedService } from "./endpoints.ts";
import { eventClass, isTrouble } from "./event_class.ts";
import { FieldReader, formatJson, known, unlessEmpty } from "./field_reader.ts";
import { ja4List, tlsOf } from "./ocsf_tls.ts";
import { fingerprint, MD5 } from "./ocsf_fingerprint.ts";
import { sentenceOf } from "./summary.ts";

/** Version of the schema whose names these are. */
const OCSF_VERSION = "1.9.0-dev";

/** Class, category and activity; a type is a class and an activity in one number. */
const NETWORK = { class_uid: 4001, category_uid: 4, activity_id: 6 } as const;
const SSH = { class_uid: 4007, category_uid: 4, activity_id: 6 } as const;
const FINDING = { class_uid: 2004, category_uid: 2, activity_id: 1 } as const;
const BASE = { class_uid: 0, category_uid: 0, activity_id: 0 } as const;

/** `severity_id`. */
const INFORMATIONAL = 1;
const MEDIUM = 3;

/** `direction_id`. */
const INBOUND = 1;
const OUTBOUND = 2;

/** `os.type_id` of the families that the sniffer names. */
const OS_TYPES: Readonly<Record<string, number>> = {
  windows: 100,
  linux: 200,
  android: 201,
  macos: 300,
  ios: 301,
};
const OTHER_OS = 99;

const MICROS_PER_MILLI = 1000;
const MILLIS_PER_SECOND = 1000;

/** `event` as one OCSF event. */
export function writeOcsf(event: Event): string {
  const reader = new FieldReader(event);
  const ends = endpoints(reader);
  const kind = classOf(event.event_type, ends);
  const isFinding = kind === FINDING;
  const isNotable = isFinding || isTrouble(event.event_type);
  const src = sourceOf(reader, ends);
  const dst = destinationOf(reader, ends);
  const part = isFinding
    ? findingOf(event, src, dst)
    : kind === BASE
    ? {}
    : { src_endpoint: src, dst_endpoint: dst ?? {}, ...networkOf(reader, ends), ...sshOf(reader) };
  return formatJson({
    ...kind,
    type_uid: kind.class_uid * 100 + kind.activity_id,
    time: Math.floor(reader.eventTime / MICROS_PER_MILLI),
    severity_id: isNotable ? MEDIUM : INFORMATIONAL,
    message: sentenceOf(event),
    metadata: {
      version: OCSF_VERSION,
      uid: event.event_id,
      event_code: event.event_type,
      product: { name: "decnet", vendor_name: "decnet", version: VERSION },
      loggers: known(event.sensor) === undefined ? undefined : [{ name: event.sensor }],
    },
    ...part,
    unmapped: unlessEmpty({
      ...reader.rest(),
      decky: known(event.decky),
      service: known(event.service),
      attacker_ip: reader.attacker,
    }),
  });
}

function classOf(eventType: string, { srcIp, dstIp }: Endpoints) {
  const group = eventClass(eventType);
  if (group === "finding") return FINDING;
  if (srcIp === undefined && dstIp === undefined) return BASE;
  return group === "ssh" ? SSH : NETWORK;
}

function sourceOf(reader: FieldReader, { srcIp, srcPort }: Endpoints) {
  const isClient = reader.event.event_type === "tcp_syn_fingerprint";
  const guess = isClient ? reader.text("os_guess") : undefined;
  const name = isClient ? reader.text("os_label") ?? guess : undefined;
  const os = guess === undefined && name === undefined
    ? undefined
    : { name, type_id: OS_TYPES[guess ?? ""] ?? OTHER_OS };
  return unlessEmpty({ ip: srcIp, port: srcPort, os });
}

function destinationOf(reader: FieldReader, { dstIp, dstPort, decoy }: Endpoints) {
  const jarm = reader.text("jarm_hash");
  return unlessEmpty({
    ip: dstIp,
    port: dstPort,
    name: decoy,
    svc_name: decoy === undefined ? undefined : touchedService(reader),
    fingerprints: jarm === undefined
      ? undefined
      : [{ algorithm_id: 99, algorithm: "JARM", value: jarm }],
  });
}

function networkOf(reader: FieldReader, { transport }: Endpoints) {
  const direction = reader.text("direction");
  return {
    connection_info: {
      direction_id: direction === "outbound" ? OUTBOUND : INBOUND,
      protocol_name: transport,
      protocol_num: transport === undefined ? undefined : PROTOCOL_NUMBERS[transport],
      community_uid: reader.text("community_id"),
    },
    traffic: unlessEmpty({ bytes: reader.count("bytes"), packets: reader.count("packets") }),
    duration: reader.scaled(MILLIS_PER_SECOND, "duration_s"),
    tls: tlsOf(reader),
    ja4_fingerprint_list: ja4List(reader),
  };
}

function sshOf(reader: FieldReader) {
  const client = reader.text("hassh");
  const server = reader.text("hassh_server", "hassh_server_hash");
  const hassh = (value: string | undefined, raw: string | undefined) =>
    value === undefined ? undefined : { algorithm: raw, fingerprint: fingerprint(MD5, value) };
  return {
    client_hassh: hassh(client, reader.text("hassh_raw")),
    server_hassh: hassh(server, reader.text("hassh_server_raw")),
  };
}

function findingOf(event: Event, src: object | undefined, dst: object | undefined) {
  return {
    status_id: 1,
    finding_info: { uid: event.event_id, title: event.event_type.replaceAll("_", " ") },
    evidences: [{ src_endpoint: src, dst_endpoint: dst, data: { ...event.fields } }],
  };
}
