/** Flat records of single fingerprints, for grep and for comparison with other tools. */
import type { Event } from "../event/event.ts";
import { replaceUnsafe, unicodeEscape } from "../text/unsafe.ts";

/** Kinds of fingerprint, by event type and field: which field of an event gives which kind. */
const KINDS: Readonly<Record<string, readonly (readonly [field: string, kind: string])[]>> = {
  tls_client_hello: [
    ["ja3", "ja3"],
    ["ja4", "ja4"],
    ["sni", "sni"],
    ["alpn", "alpn"],
    ["ja4l_c", "ja4l_c"],
    ["ja4l_s", "ja4l_s"],
  ],
  quic_client_hello: [["ja3", "ja3"], ["ja4", "ja4"], ["sni", "sni"], ["alpn", "alpn"]],
  tls_session: [["ja3s", "ja3s"], ["ja4s", "ja4s"]],
  tls_certificate: [["ja4x", "ja4x"], ["ja4x_chain", "ja4x"]],
  ssh_client: [["hassh", "hassh"]],
  ssh_server: [["hassh_server", "hassh_server"]],
  ssh_session: [["ja4ssh", "ja4ssh"]],
  http_request: [["ja4h", "ja4h"]],
  tcp_syn_fingerprint: [["ja4t", "ja4t"]],
  tcp_synack_fingerprint: [["ja4ts", "ja4ts"]],
  dhcp: [["ja4d", "ja4d"]],
};

/** The records of one event, each a JSON object without a newline. */
export function fingerprintRecords(event: Event, file: string): string[] {
  const { fields } = event;
  const record = (kind: string, value: unknown) =>
    replaceUnsafe(
      JSON.stringify({
        file,
        src: fields["src_ip"],
        sport: fields["src_port"],
        dst: fields["dst_ip"],
        dport: fields["dst_port"],
        proto: fields["proto"],
        kind,
        value,
      }),
      unicodeEscape,
    );
  const records = (KINDS[event.event_type] ?? []).flatMap(([field, kind]) => {
    const value = fields[field];
    if (value === undefined) return [];
    // What a client offers is one value; the certificates of a chain are several.
    if (kind === "alpn") return [record(kind, String(value))];
    return (Array.isArray(value) ? value : [value]).map((item) => record(kind, item));
  });
  if (records.length === 0) return [];
  return [...new Set([...records, record("community_id", fields["community_id"])])];
}
