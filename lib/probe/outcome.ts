/** How one probe of one port ended: a closed set, so that nothing ends in silence. */
export const OUTCOMES = {
  ok: "answered and was fingerprinted",
  refused: "the port is closed",
  timeout: "no full answer before the deadline",
  unreachable: "no route, or the network said so",
  closed: "the peer hung up before it had answered",
  not_tls: "something answered that is not TLS",
  not_ssh: "something answered that is not SSH",
  not_http: "something answered that is not HTTP",
  silent: "the port is open, but nothing was said on it",
  handshake_error: "speaks the protocol but turned the handshake down",
  protocol_error: "speaks the protocol but broke its rules",
  denied: "out of scope: --deny, or a special-purpose range that no --allow covers",
  unresolved: "the name has no address",
  recent: "probed within --reprobe-after",
  interrupted: "stopped before it was done",
  local_error: "this machine could not carry it out",
} as const;

/** Name of an outcome. */
export type Outcome = keyof typeof OUTCOMES;
