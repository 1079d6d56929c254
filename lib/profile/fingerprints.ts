/** Fingerprints of the attacker's out of events; those of our own decoys stay out. */
import { countOf, type FactValues, textOf } from "./fact_reader.ts";
import type { Place } from "./facts.ts";
import type { FingerprintKind } from "./profile.ts";

/** A fingerprint: kind and value, joined by NUL. */
export type EvidenceFingerprint = string;

/** What a SYN says of the system that sent it. */
export interface StackSign {
  readonly os: string;
  readonly hops: number | undefined;
}

/** Fields by the kind that they are. */
type FieldKinds = readonly (readonly [field: string, kind: FingerprintKind])[];

/** What a decoy's own service saw of a client. */
const DECOY_FIELDS: FieldKinds = [
  ["ja3", "ja3"],
  ["ja4", "ja4"],
  ["ja4_quic", "ja4_quic"],
  ["ja4h", "ja4h"],
  ["hassh", "hassh"],
  ["user_agent", "user_agent"],
  ["ssh_version", "ssh_banner"],
  ["client_version", "ssh_banner"],
  ["client_banner", "ssh_banner"],
];

/** What the sniffer saw of a client, by type of event: all else that it tells is of the server, our decoy. */
const SNIFFER_FIELDS: Readonly<Record<string, FieldKinds>> = {
  tls_client_hello: [["ja3", "ja3"], ["ja4", "ja4"]],
  tls_session: [["ja3", "ja3"], ["ja4", "ja4"]],
  quic_client_hello: [["ja4_quic", "ja4_quic"], ["ja4", "ja4_quic"], ["ja3", "ja3"]],
  ssh_client: [["hassh", "hassh"], ["ssh_banner", "ssh_banner"], ["ssh_version", "ssh_banner"]],
  ssh_client_banner: [["ssh_version", "ssh_banner"]],
  http_request: [["ja4h", "ja4h"], ["user_agent", "user_agent"]],
  http_request_fingerprint: [["ja4h", "ja4h"], ["user_agent", "user_agent"]],
  tcp_syn_fingerprint: [["options_sig", "tcp_stack"], ["ja4t", "ja4t"]],
};

/** What the prober got out of the attacker's own servers. */
const PROBER_FIELDS: FieldKinds = [
  ["jarm_hash", "jarm"],
  ["hassh_server_hash", "hassh_server"],
  ["hassh_server", "hassh_server"],
  ["cert_sha256", "cert_sha256"],
  ["tcpfp_hash", "tcpfp"],
  ["icmp_fp_hash", "icmp_fp"],
  ["icmp6_fp_hash", "icmp_fp"],
];

/** Longest fingerprint that is kept, in characters. */
const MAX_LENGTH = 256;

/** A JARM of a server that answered to nothing. */
const EMPTY = /^[0-]*$/;

/** The fingerprints in `values`, each once. */
export function fingerprintsIn(place: Place, values: FactValues): EvidenceFingerprint[] {
  const found = new Set<EvidenceFingerprint>();
  for (const [field, kind] of fieldsOf(place)) {
    const value = textOf(values, field)?.trim();
    if (value === undefined || EMPTY.test(value)) continue;
    found.add(`${kind}\0${value.slice(0, MAX_LENGTH).replaceAll("\0", " ")}`);
  }
  if (place.speaker === "decoy" && place.meaning.attempt) {
    const key = textOf(values, "key_fingerprint", "fingerprint");
    if (key !== undefined) found.add(`ssh_key\0${key.slice(0, MAX_LENGTH).replaceAll("\0", " ")}`);
  }
  return [...found];
}

function fieldsOf({ speaker, eventType }: Place): FieldKinds {
  if (speaker === "decoy") return DECOY_FIELDS;
  if (speaker === "prober") return PROBER_FIELDS;
  return Object.hasOwn(SNIFFER_FIELDS, eventType) ? SNIFFER_FIELDS[eventType]! : [];
}

/** The stack in a SYN that the sniffer saw. */
export function stackIn({ speaker, eventType }: Place, values: FactValues): StackSign | undefined {
  if (speaker !== "sniffer" || eventType !== "tcp_syn_fingerprint") return undefined;
  const os = textOf(values, "os_guess");
  const hops = countOf(values, "hop_distance");
  return {
    os: os === undefined ? "unknown" : os.slice(0, 64),
    hops: hops !== undefined && hops > 0 && hops <= 64 ? hops : undefined,
  };
}
