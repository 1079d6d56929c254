/** The fields of events that a profile is made of: all others are passed over unread. */

/** Which lines a field is read in. */
export type FieldUse = "all" | "decoy" | "evidence";

/** Every field by name, with where it counts. A field's number is its place in this list. */
export const FACT_FIELDS: readonly (readonly [name: string, use: FieldUse])[] = [
  // Credentials.
  ["username", "decoy"],
  ["user", "decoy"],
  ["principal", "decoy"],
  ["login", "decoy"],
  ["password", "decoy"],
  ["secret", "decoy"],
  ["secret_printable", "decoy"],
  ["secret_b64", "decoy"],
  ["secret_kind", "decoy"],
  ["community", "decoy"],
  ["key_fingerprint", "decoy"],
  ["fingerprint", "decoy"],
  ["outcome", "decoy"],
  ["result", "decoy"],
  ["success", "decoy"],
  // Commands.
  ["command", "decoy"],
  ["query", "decoy"],
  ["input", "decoy"],
  ["line", "decoy"],
  ["sql", "decoy"],
  ["cmd", "decoy"],
  // Mail.
  ["value", "decoy"],
  ["rcpt_to", "decoy"],
  // HTTP.
  ["headers", "decoy"],
  ["user_agent", "all"],
  // Client fingerprints.
  ["ja3", "all"],
  ["ja4", "all"],
  ["ja4_quic", "all"],
  ["ja4h", "all"],
  ["hassh", "all"],
  ["ssh_version", "all"],
  ["ssh_banner", "all"],
  ["client_version", "decoy"],
  ["client_banner", "decoy"],
  ["ja4t", "evidence"],
  // The attacker's own servers.
  ["jarm_hash", "evidence"],
  ["hassh_server_hash", "evidence"],
  ["hassh_server", "evidence"],
  ["cert_sha256", "evidence"],
  ["tcpfp_hash", "evidence"],
  ["icmp_fp_hash", "evidence"],
  ["icmp6_fp_hash", "evidence"],
  ["probe_type", "evidence"],
  ["target_port", "evidence"],
  ["old_hash", "evidence"],
  ["new_hash", "evidence"],
  // TCP stack.
  ["os_guess", "evidence"],
  ["options_sig", "evidence"],
  ["hop_distance", "evidence"],
  ["retransmits", "evidence"],
  // Payloads.
  ["sha256", "decoy"],
  ["url", "decoy"],
  ["filename", "decoy"],
  ["bytes", "decoy"],
  ["size", "decoy"],
  ["content_length", "decoy"],
];

/** Longest value that is read where it stands, in bytes of JSON; longer ones are cut first. */
export const MAX_VALUE = 2048;
