/** ArcSight's Common Event Format. */
import { replaceUnsafe, unicodeEscape } from "../../text/unsafe.ts";
import { VERSION } from "../../version.ts";
import type { Event } from "../event.ts";
import { endpoints } from "./endpoints.ts";
import { eventClass, isTrouble } from "./event_class.ts";
import { FieldReader, known } from "./field_reader.ts";
import { isIPv4 } from "./ip_version.ts";
import { sentenceOf } from "./summary.ts";

/** 0 to 10. */
const LOW = 3;
const MEDIUM = 5;
const HIGH = 7;

/** Custom strings, and what they are labelled. */
const STRINGS = [
  ["cs1", "communityId", ["community_id"]],
  ["cs2", "ja3", ["ja3"]],
  ["cs3", "ja3s", ["ja3s"]],
  ["cs4", "ja4", ["ja4", "ja4_quic"]],
  ["cs5", "hassh", ["hassh", "hassh_server", "hassh_server_hash"]],
  ["cs6", "jarm", ["jarm_hash"]],
] as const;

/** `event` as one CEF line, without a syslog header. */
export function writeCef(event: Event): string {
  const reader = new FieldReader(event);
  const { srcIp, srcPort, dstIp, dstPort, transport, decoy } = endpoints(reader);
  const pairs: [string, string | number | undefined][] = [
    ["rt", Math.floor(reader.eventTime / 1000)],
    ["externalId", event.event_id],
    ["dvchost", known(event.sensor)],
    ...addressPairs("src", "c6a2", "Source IPv6 Address", srcIp),
    ["spt", srcPort],
    ...addressPairs("dst", "c6a3", "Destination IPv6 Address", dstIp),
    ["dpt", dstPort],
    ["dhost", decoy],
    ["proto", transport?.toUpperCase()],
    ["app", known(event.service)],
    ["duser", reader.text("username", "principal")],
    ["requestMethod", reader.text("method")],
    ["request", reader.text("path", "uri")],
    ["requestClientApplication", reader.text("user_agent")],
    ["fileHash", reader.text("cert_sha256", "sha256")],
    ["msg", event.msg],
    ...STRINGS.flatMap(([key, label, names]): [string, string | undefined][] => {
      const value = reader.text(...names);
      return value === undefined ? [] : [[key, value], [`${key}Label`, label]];
    }),
    // Names of our own have this prefix, so that none is taken for one of CEF's.
    ...Object.entries(reader.rest() ?? {}).map(([name, value]): [string, string] => [
      `ad.${name.replace(/[^A-Za-z0-9_.]/g, "_")}`,
      String(value),
    ]),
  ];
  const extension = pairs.filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeExtension(String(value))}`).join(" ");
  const header = [
    ...["CEF:0", "decnet", "decnet", VERSION, event.event_type, sentenceOf(event)],
    String(severityOf(event.event_type)),
  ].map(escapeHeader).join("|");
  return `${header}|${extension}`;
}

function addressPairs(
  key: string,
  key6: string,
  label: string,
  address: string | undefined,
): [string, string][] {
  if (address === undefined) return [];
  return isIPv4(address) ? [[key, address]] : [[key6, address], [`${key6}Label`, label]];
}

function severityOf(eventType: string): number {
  if (eventClass(eventType) === "finding") return HIGH;
  return isTrouble(eventType) ? MEDIUM : LOW;
}

function escapeHeader(text: string): string {
  return replaceUnsafe(text.replace(/[\\|]/g, "\\$&"), unicodeEscape);
}

/** A line feed and a carriage return have escapes of their own; `|` has none here. */
function escapeExtension(text: string): string {
  const escaped = text.replace(/[\\=]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r");
  return replaceUnsafe(escaped, unicodeEscape);
}
