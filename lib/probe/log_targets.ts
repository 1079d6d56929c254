/** Whom a log tells the prober to look at. */
import { addressIn } from "../event/attacker.ts";
import { parseTimestampOrUtc } from "../event/time.ts";
import { isRecord } from "../is_record.ts";

/** Our own verbs: what they write is about attackers, but proves no touch of a decoy. */
const OWN_SERVICES: ReadonlySet<string> = new Set([
  "prober",
  "sniffer",
  "profiler",
  "collector",
  "correlator",
]);

/**
 * Decoy services over UDP alone. Who sends a datagram may write any source into it: probing that
 * would be an attack on a bystander, ordered by the sender.
 */
const SPOOFABLE_SERVICES: ReadonlySet<string> = new Set([
  "snmp",
  "tftp",
  "sip",
  "ntp",
  "dns",
  "mdns",
  "llmnr",
  "ssdp",
  "coap",
  "netbios",
  "bacnet",
  "ipmi",
  "radius",
  "stun",
  "syslog",
  "chargen",
  "memcached_udp",
  "quic",
]);

/** Event types that a spoofed packet or the decoy itself can cause, whatever the service. */
const NO_INTERACTION: ReadonlySet<string> = new Set([
  "startup",
  "shutdown",
  "config_error",
  "amp_probe",
  "raw_line",
  "raw_packet",
  "rate_limited",
  "gap",
]);

/** Fields that may tell by what the attacker came. */
const TRANSPORT_FIELDS = ["transport", "proto", "protocol"] as const;

/**
 * Fields in which decoys put the peer of a connection. Not `target_ip`: where a decoy writes one, it
 * is what the attacker wanted to reach.
 */
const PEER_FIELDS = ["src_ip", "src", "client_ip", "remote_ip", "remote_addr", "ip"] as const;

/** Someone who took part in a conversation with a decoy. */
export interface LogTarget {
  /** In canonical form. */
  readonly address: string;
  /** Milliseconds since the epoch of that conversation. */
  readonly at: number;
}

/**
 * The target in one line of a JSON log; `nobody` in an event that names none, `no_event` for a line
 * that is no event.
 *
 * The address has to stand in a field of its own too: some collectors take `attacker_ip` out of the
 * text of a message, which is the attacker's own.
 */
export function readTarget(line: string): LogTarget | "nobody" | "no_event" {
  const record = parseObject(line);
  const { timestamp, event_type, service, attacker_ip, fields } = record ?? {};
  const time = typeof timestamp === "string" ? parseTimestampOrUtc(timestamp) : undefined;
  if (time === undefined || typeof event_type !== "string") return "no_event";
  if (typeof attacker_ip !== "string" || !isRecord(fields)) return "nobody";
  if (!isInteraction(service, event_type, fields)) return "nobody";
  const address = addressIn(attacker_ip);
  if (address === undefined || !isPeer(address, attacker_ip, fields)) return "nobody";
  return { address, at: Math.floor(time / 1000) };
}

function isInteraction(
  service: unknown,
  eventType: string,
  fields: Readonly<Record<string, unknown>>,
): boolean {
  return typeof service === "string" && !OWN_SERVICES.has(service) &&
    !SPOOFABLE_SERVICES.has(service) && !NO_INTERACTION.has(eventType) &&
    !TRANSPORT_FIELDS.some((name) => isUdp(fields[name]));
}

function isUdp(transport: unknown): boolean {
  return typeof transport === "string" && transport.toLowerCase() === "udp";
}

/** @param text as it stands in the record, which saves most lines a second look at it */
function isPeer(
  address: string,
  text: string,
  fields: Readonly<Record<string, unknown>>,
): boolean {
  return PEER_FIELDS.some((name) => {
    const value = fields[name];
    return value === text || typeof value === "string" && addressIn(value) === address;
  });
}

/** An event costs three times as much to read whole: an identifier is made for each that has none. */
function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
