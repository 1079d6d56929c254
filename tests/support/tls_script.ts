/** What a TLS server says up to its certificate, true or not, for scripted servers. */
import { concatBytes } from "../../lib/bytes.ts";
import { CONTENT_TYPE, HANDSHAKE_TYPE } from "../../lib/tls/constants.ts";
import { certificateBody, handshake, record, serverHello } from "./fake_tls_server.ts";

/** Largest payload of a record (RFC 5246 6.2.1). */
const MAX_RECORD = 16_384;

/** The records of a TLS 1.2 server with this certificate, which need not be one. */
export function certificateFlight(certificate: Uint8Array): Uint8Array {
  const message = handshake(HANDSHAKE_TYPE.certificate, certificateBody([certificate], false));
  const records = [record(CONTENT_TYPE.handshake, serverHello({}))];
  for (let offset = 0; offset < message.length; offset += MAX_RECORD) {
    records.push(record(CONTENT_TYPE.handshake, message.subarray(offset, offset + MAX_RECORD)));
  }
  return concatBytes(...records);
}
