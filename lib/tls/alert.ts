/** Alerts (RFC 8446 6, RFC 5246 7.2; the IANA "TLS Alerts" registry). */

/** Alert descriptions that code has to tell apart. */
export const ALERT = {
  closeNotify: 0,
  unrecognizedName: 112,
  noApplicationProtocol: 120,
} as const;

const ALERT_NAMES: Readonly<Record<number, string>> = {
  0: "close_notify",
  10: "unexpected_message",
  20: "bad_record_mac",
  21: "decryption_failed",
  22: "record_overflow",
  30: "decompression_failure",
  40: "handshake_failure",
  41: "no_certificate",
  42: "bad_certificate",
  43: "unsupported_certificate",
  44: "certificate_revoked",
  45: "certificate_expired",
  46: "certificate_unknown",
  47: "illegal_parameter",
  48: "unknown_ca",
  49: "access_denied",
  50: "decode_error",
  51: "decrypt_error",
  60: "export_restriction",
  70: "protocol_version",
  71: "insufficient_security",
  80: "internal_error",
  86: "inappropriate_fallback",
  90: "user_canceled",
  100: "no_renegotiation",
  109: "missing_extension",
  110: "unsupported_extension",
  111: "certificate_unobtainable",
  112: "unrecognized_name",
  113: "bad_certificate_status_response",
  114: "bad_certificate_hash_value",
  115: "unknown_psk_identity",
  116: "certificate_required",
  120: "no_application_protocol",
  121: "ech_required",
};

/** Level of an alert that does not end the connection before TLS 1.3 (RFC 5246 7.2). */
const WARNING = 1;

/** An alert as it was received. */
export interface Alert {
  /** True for the level `warning`. */
  readonly warning: boolean;
  readonly description: number;
}

/** Name of an alert description, e.g. `handshake_failure`; `alert_255` for one without a name. */
export function alertName(description: number): string {
  return ALERT_NAMES[description] ?? `alert_${description}`;
}

/** Reads the payload of an alert record; undefined when it is cut short. */
export function parseAlert(payload: Uint8Array): Alert | undefined {
  const [level, description] = payload;
  if (level === undefined || description === undefined) return undefined;
  return { warning: level === WARNING, description };
}
