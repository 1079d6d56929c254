/** Severity of events (RFC 5424 table 2). */

/** 0 (emergency) to 7 (debug). */
export type Severity = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

const INFORMATIONAL = 6;
const WARNING = 4;

/** Event types that are not merely informational. */
const BY_TYPE: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ["prober_error", WARNING],
  ["capture_drops", WARNING],
  ["fingerprint_rotated", WARNING],
  ["traversal_detected", WARNING],
  ["tls_session", WARNING],
  ["quic_client_hello", WARNING],
]);

/** Severity of `eventType`: informational unless the table says otherwise. */
export function severity(eventType: string): Severity {
  return BY_TYPE.get(eventType) ?? INFORMATIONAL;
}
