/** Who talked to whom, in every kind of event. */
import { isIPv4 } from "./ip_version.ts";
import { eventClass } from "./event_class.ts";
import { type FieldReader, known } from "./field_reader.ts";

/** Both ends, the attacker's first where it was he who came. */
export interface Endpoints {
  readonly srcIp: string | undefined;
  readonly srcPort: number | undefined;
  readonly dstIp: string | undefined;
  readonly dstPort: number | undefined;
  /** `tcp`, `udp`, `icmp`, `ipv6-icmp`. */
  readonly transport: string | undefined;
  /** Name of the decoy at the other end; none where a probe, or a decoy itself, went to the attacker. */
  readonly decoy: string | undefined;
}

/** IANA protocol numbers by name. */
export const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  "ipv6-icmp": 58,
};

/** Services that are no decoy's. */
const WATCHERS: ReadonlySet<string> = new Set(["sniffer", "prober", "collector", "correlator"]);

/** Events whose transport goes without saying. */
const TCP = /^(?:tcp_|tls_|ssh_|http_|jarm_|hassh_|tcpfp_|banner_)/;

const ALIASES: Readonly<Record<string, string>> = { icmp6: "ipv6-icmp", icmpv6: "ipv6-icmp" };

/** Takes the ends out of an event. The target of a probe is where the connection went. */
export function endpoints(reader: FieldReader): Endpoints {
  const { event_type, decky, fields } = reader.event;
  const told = reader.text("proto", "transport")?.toLowerCase();
  const named = told === undefined ? undefined : ALIASES[told] ?? told;
  const transport = named !== undefined && named in PROTOCOL_NUMBERS
    ? named
    : event_type === "quic_client_hello" || event_type === "dhcp"
    ? "udp"
    : TCP.test(event_type)
    ? "tcp"
    : undefined;
  const target = reader.address("target_ip");
  if (target !== undefined) {
    const dstPort = reader.port("target_port");
    reader.drop("target_port");
    const nobody = { srcIp: undefined, srcPort: undefined, decoy: undefined };
    return { ...nobody, dstIp: target, dstPort, transport };
  }
  const isAtDecoy = eventClass(event_type) !== "own" && fields["direction"] !== "outbound";
  return {
    srcIp: reader.address("src_ip", "client_ip", "remote_ip") ?? reader.plainAttacker,
    srcPort: reader.port("src_port", "remote_port"),
    dstIp: reader.address("dst_ip"),
    dstPort: reader.port("dst_port", "local_port"),
    transport,
    decoy: isAtDecoy ? known(decky) : undefined,
  };
}

/** `ipv4` or `ipv6`, by whichever end is known. */
export function networkType({ srcIp, dstIp }: Endpoints): "ipv4" | "ipv6" | undefined {
  const address = srcIp ?? dstIp;
  return address === undefined ? undefined : isIPv4(address) ? "ipv4" : "ipv6";
}

/** Name of the service that was touched; of none where a verb of ours watched. */
export function touchedService({ event: { service } }: FieldReader): string | undefined {
  return WATCHERS.has(service) ? undefined : known(service);
}
