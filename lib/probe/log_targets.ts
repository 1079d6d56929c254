/** Whom a log tells the prober to look at. */
import { parseJsonRecord } from "../event/json.ts";
import { type Event, UNKNOWN_ATTACKER } from "../event/event.ts";

/** Our own verbs: what they write is about attackers, but proves no touch of a decoy. */
const OWN_SERVICES: ReadonlySet<string> = new Set(["prober", "sniffer", "profiler", "collector"]);

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
  "ssdp",
  "mdns",
  "coap",
  "netbios",
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

/** Someone who took part in a conversation with a decoy. */
export interface LogTarget {
  readonly address: string;
  /** RFC 3339, when that was. */
  readonly timestamp: string;
}

/** The target in one line of a JSON log; undefined for one that names none, or is no event. */
export function logTarget(line: string): LogTarget | undefined {
  const event = parseJsonRecord(line)?.event;
  return event === undefined || !isInteraction(event)
    ? undefined
    : { address: event.attacker_ip, timestamp: event.timestamp };
}

function isInteraction({ attacker_ip, service, event_type }: Event): boolean {
  return attacker_ip !== UNKNOWN_ATTACKER && !OWN_SERVICES.has(service) &&
    !SPOOFABLE_SERVICES.has(service) && !NO_INTERACTION.has(event_type);
}
