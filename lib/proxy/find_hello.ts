/** Looks for a hello of TLS in the middle of anything. */
import { clientHelloAt, HANDSHAKE, serverRecordAt } from "./tls_start.ts";

/** Where a hello starts, or where one may turn out to start once there are more bytes. */
export interface HelloPlace {
  readonly state: "tls" | "incomplete" | "no";
  /** In state `no`: the end. */
  readonly offset: number;
}

/** The first record in `bytes` with the hello of either side. The pattern is too long to occur by chance. */
export function findHello(bytes: Uint8Array): HelloPlace {
  let at = bytes.indexOf(HANDSHAKE);
  while (at >= 0) {
    for (const state of [clientHelloAt(bytes, at), serverRecordAt(bytes, at)]) {
      if (state !== "no") return { state, offset: at };
    }
    at = bytes.indexOf(HANDSHAKE, at + 1);
  }
  return { state: "no", offset: bytes.length };
}
