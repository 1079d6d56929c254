/** What kind of thing an event is, for formats that ask. */

/** `finding`: somebody has judged what was seen; `own`: what decnet says of itself. */
export type EventClass =
  | "finding"
  | "tls"
  | "certificate"
  | "ssh"
  | "http"
  | "dhcp"
  | "flow"
  | "login"
  | "own"
  | "other";

const CLASSES: Readonly<Record<string, EventClass>> = {
  fingerprint_rotated: "finding",
  traversal_detected: "finding",
  scan_detected: "finding",
  tls_client_hello: "tls",
  tls_session: "tls",
  quic_client_hello: "tls",
  jarm_fingerprint: "tls",
  tls_certificate: "certificate",
  ssh_client: "ssh",
  ssh_server: "ssh",
  ssh_session: "ssh",
  ssh_client_banner: "ssh",
  hassh_fingerprint: "ssh",
  http_request: "http",
  http_request_fingerprint: "http",
  http_access: "http",
  get_request: "http",
  post_request: "http",
  head_request: "http",
  put_request: "http",
  delete_request: "http",
  dhcp: "dhcp",
  tcp_flow_timing: "flow",
  tcp_syn_fingerprint: "flow",
  tcp_synack_fingerprint: "flow",
  tcpfp_fingerprint: "flow",
  auth_attempt: "login",
  auth: "login",
  bind: "login",
};

/** What verbs and decoys report of themselves. */
const OWN =
  /^(?:prober_|collector_|container_|source_|disk_|startup$|shutdown$|config_error$|gap$)/;

/** What of these is not as it should be. */
const TROUBLE: ReadonlySet<string> = new Set([
  ...["prober_error", "disk_full", "disk_error", "gap", "config_error", "error"],
]);

/** The class of a type of event. */
export function eventClass(eventType: string): EventClass {
  return Object.hasOwn(CLASSES, eventType)
    ? CLASSES[eventType]!
    : OWN.test(eventType)
    ? "own"
    : "other";
}

/** True when an event tells of something that is not as it should be with decnet itself. */
export function isTrouble(eventType: string): boolean {
  return TROUBLE.has(eventType);
}
