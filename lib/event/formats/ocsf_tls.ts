/** OCSF's objects about TLS. */
import { FieldReader, unlessEmpty } from "./field_reader.ts";
import { fingerprint, MD5, SHA_256 } from "./ocsf_fingerprint.ts";

/** `type_id` of a JA4 fingerprint, by the field that it stands in. */
const JA4_TYPES = [
  ["ja4", 1, "JA4"],
  ["ja4_quic", 1, "JA4"],
  ["ja4s", 2, "JA4Server"],
  ["ja4h", 3, "JA4HTTP"],
  ["ja4x", 5, "JA4X509"],
  ["ja4ssh", 6, "JA4SSH"],
  ["ja4t", 7, "JA4TCP"],
  ["ja4ts", 8, "JA4TCPServer"],
] as const;

const MICROS_PER_MILLI = 1000;

/** `ja4_fingerprint_list`. */
export function ja4List(reader: FieldReader) {
  const list = JA4_TYPES.flatMap(([field, type_id, type]) => {
    const value = reader.text(field);
    return value === undefined ? [] : [{ type_id, type, value }];
  });
  return list.length > 0 ? list : undefined;
}

/** The TLS object; it must have a version, so without one there is none. */
export function tlsOf(reader: FieldReader) {
  const version = reader.match(/^(?:TLS|SSL) (\d\.\d)$/, "tls_version")?.[1];
  if (version === undefined) return undefined;
  const ja3 = reader.text("ja3");
  const ja3s = reader.text("ja3s");
  return {
    version,
    sni: reader.text("sni"),
    alpn: reader.text("alpn_chosen"),
    ja3_hash: ja3 === undefined ? undefined : fingerprint(MD5, ja3),
    ja3s_hash: ja3s === undefined ? undefined : fingerprint(MD5, ja3s),
    certificate: certificateOf(reader),
  };
}

/** The certificate; it must have an issuer and a serial number. */
function certificateOf(reader: FieldReader) {
  const { fields } = reader.event;
  if (fields["issuer"] === undefined || fields["serial"] === undefined) return undefined;
  const issuer = reader.text("issuer");
  const serial_number = reader.text("serial");
  if (issuer === undefined || serial_number === undefined) return undefined;
  const sha256 = reader.text("cert_sha256");
  const millis = (micros: number | undefined) =>
    micros === undefined ? undefined : Math.floor(micros / MICROS_PER_MILLI);
  return unlessEmpty({
    issuer,
    serial_number,
    subject: reader.text("subject_dn", "subject_cn"),
    created_time: millis(reader.time("not_before")),
    expiration_time: millis(reader.time("not_after")),
    fingerprints: sha256 === undefined ? undefined : [fingerprint(SHA_256, sha256)],
    is_self_signed: reader.flag("self_signed"),
    sans: reader.list("sans")?.map((name) => ({
      name,
      type: /^[\d.]+$|:/.test(name) ? "IP Address" : "DNS",
    })),
  });
}
