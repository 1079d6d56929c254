/** Reads Certificate messages (RFC 8446 4.4.2, RFC 5246 7.4.2). */
import { ByteReader } from "../bytes.ts";
import { VERSION } from "./constants.ts";

/** Certificates after this many are not read: no chain in use is as long. */
export const MAX_CHAIN_LENGTH = 10;

/**
 * Reads the body of a certificate message.
 *
 * @param version The version that was negotiated: TLS 1.3 has a form of its own.
 * @returns The DER of up to {@linkcode MAX_CHAIN_LENGTH} certificates, the server's own first;
 *   undefined when one of them is cut short. The list may be empty, as may a certificate.
 */
export function parseCertificateMessage(
  body: Uint8Array,
  version: number,
): Uint8Array[] | undefined {
  const reader = new ByteReader(body);
  const tls13 = version >= VERSION.tls13;
  // certificate_request_context: empty in a server's message, but its length stands there.
  if (tls13) reader.vector(1);
  const list = new ByteReader(reader.vector(3));
  const chain: Uint8Array[] = [];
  while (list.remaining > 0 && chain.length < MAX_CHAIN_LENGTH) {
    chain.push(list.vector(3));
    if (tls13) list.vector(2);
  }
  return reader.failed || list.failed ? undefined : chain;
}
