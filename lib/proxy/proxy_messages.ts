/** What proxies hear before the connection is another protocol's: SOCKS and the PROXY protocol. */
import { isSocks5, openerLength, socks5Next } from "./preamble_message.ts";

/** Messages that are passed over: a few proxies, one behind the other. */
const MAX_MESSAGES = 16;

/**
 * Offset behind the messages that a client sends to proxies first of all; 0 without any. Undefined while
 * the last one is not whole.
 */
export function proxyMessagesEnd(bytes: Uint8Array): number | undefined {
  let negotiating = false;
  let at = 0;
  for (let messages = 0; at < bytes.length && messages < MAX_MESSAGES; messages++) {
    const length = negotiating ? socks5Next(bytes, at) : openerLength(bytes, at);
    if (length === undefined) break;
    if (length === "incomplete") return undefined;
    if (isSocks5(bytes, at)) negotiating = !negotiating;
    at += length;
  }
  return at <= bytes.length ? at : undefined;
}
