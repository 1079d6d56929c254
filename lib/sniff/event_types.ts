/** Every type of event that the sniffer makes. */
export const SNIFF_EVENT_TYPES = [
  "tcp_syn_fingerprint",
  "tcp_synack_fingerprint",
  "tcp_flow_timing",
  "tls_client_hello",
  "tls_session",
  "tls_certificate",
  "quic_client_hello",
  "ssh_client",
  "ssh_server",
  "ssh_session",
  "http_request",
  "dhcp",
  "scan_detected",
] as const;

/** Name of a type of event that the sniffer makes. */
export type SniffEventType = (typeof SNIFF_EVENT_TYPES)[number];
