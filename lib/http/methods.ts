/** Methods of requests that are known by name. */
import { latin1 } from "../text/latin1.ts";

/**
 * The methods of the IANA registry (RFC 9110 16.1), of UPnP, of caches, those that scanners try, and those of
 * Microsoft's WebDAV, RPC and management over HTTP.
 */
const METHODS: ReadonlySet<string> = new Set([
  ...["ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET"],
  ...["HEAD", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL"],
  ...["MKREDIRECTREF", "MKWORKSPACE", "MOVE", "OPTIONS", "ORDERPATCH", "PATCH", "POST", "PRI"],
  ...["PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT", "SEARCH", "TRACE", "UNBIND"],
  ...["UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL"],
  ...["M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "PURGE", "BAN", "DEBUG", "TRACK"],
  ...["BCOPY", "BDELETE", "BMOVE", "BPROPFIND", "BPROPPATCH", "POLL", "X-MS-ENUMATTS"],
  ...["RPC_CONNECT", "RPC_IN_DATA", "RPC_OUT_DATA", "CCM_POST", "SMS_POST", "BITS_POST"],
]);

/** True when the bytes from `start` to `end` are a method that is known by name, in any case. */
export function isKnownMethod(bytes: Uint8Array, start: number, end: number): boolean {
  return METHODS.has(latin1(bytes, start, end).toUpperCase());
}
