/** What our own sniffer and prober write about an attacker: evidence, not behaviour. */
import type { FieldValue } from "../../lib/event/event.ts";
import { SeededRandom } from "../../tests/support/log_random.ts";
import { type Decoy, PORTS, SSH_CLIENTS, TLS_CLIENTS } from "./vocabulary.ts";

/** Lines that one attacker can have. */
export const MOST_OWN_LINES = 5;

/** A line of our own. */
export interface OwnLine {
  readonly decky: string;
  readonly service: "sniffer" | "prober";
  readonly eventType: string;
  readonly fields: readonly FieldValue[];
  /** Fingerprints in it: kind and value. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

/** The `index`th line about the attacker `ip`, after it has touched `service` of `decoy`. */
export function ownLine(
  index: number,
  seed: number,
  ip: string,
  decoy: Decoy,
  service: string,
): OwnLine {
  const random = new SeededRandom(seed);
  const [banner, hassh] = random.pick(SSH_CLIENTS);
  const [ja4, ja3] = random.pick(TLS_CLIENTS);
  const jarm = `27d40d40d29d40d1dc42d43d00041d${(seed >>> 0).toString(16).padStart(32, "0")}`;
  const from = ["src_ip", ip, "src_port", 40_000 + index, "dst_ip", decoy.ip];
  const flow: readonly FieldValue[] = [...from, "dst_port", PORTS[service] ?? 0];
  switch (index) {
    case 0:
      return sniffed(decoy, "tcp_syn_fingerprint", [
        ...flow,
        ...["ttl", 52, "initial_ttl", 64, "hop_distance", 12, "window", 64240, "wscale", 7],
        ...["mss", 1460, "options_sig", "M,S,T,N,W", "has_sack", true, "has_timestamps", true],
        ...["os_guess", "linux"],
      ], {});
    case 1:
      return sniffed(decoy, "ssh_client", [...flow, "ssh_version", banner, "hassh", hassh], {
        hassh,
        ssh_banner: banner,
      });
    case 2:
      return sniffed(decoy, "tls_client_hello", [
        ...flow,
        ...["ja3", ja3, "ja4", ja4, "tls_version", "TLS 1.3", "sni", "www.example.com"],
      ], { ja3, ja4 });
    case 3:
      return probed("jarm_fingerprint", [
        ...["target_ip", ip, "target_port", 443, "jarm_hash", jarm],
      ], { jarm });
    default:
      return sniffed(decoy, "tcp_flow_timing", [
        ...flow,
        ...["packets", 40, "bytes", 9_000, "duration_s", 3.2, "mean_iat_ms", 80.2],
        ...["retransmits", 1],
      ], {});
  }
}

function sniffed(
  decoy: Decoy,
  eventType: string,
  fields: readonly FieldValue[],
  fingerprints: OwnLine["fingerprints"],
): OwnLine {
  return { decky: decoy.name, service: "sniffer", eventType, fields, fingerprints };
}

function probed(
  eventType: string,
  fields: readonly FieldValue[],
  fingerprints: OwnLine["fingerprints"],
): OwnLine {
  return { decky: "decnet-prober", service: "prober", eventType, fields, fingerprints };
}
