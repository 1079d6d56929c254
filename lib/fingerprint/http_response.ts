/** A fingerprint of an HTTP/1 server by the form of its answer. A form of this project's own. */
import { sha256Hex } from "../hash.ts";
import { type HttpResponse, responseValue } from "../http/response.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { ja4Count } from "./ja4_parts.ts";

/**
 * Headers that come and go without the server having changed: those that depend on how long the
 * body is and on how it is sent, on what the client did before, on a cache, or on a limiter.
 */
const VOLATILE: ReadonlySet<string> = new Set([
  "age",
  "content-length",
  "content-range",
  "retry-after",
  "set-cookie",
  "transfer-encoding",
  "warning",
]);

/** Those of limiters, in all the spellings that are about. */
const LIMITER = /^(?:x-)?rate-?limit/;

/** Stands for the hash of a Server header that is not there. */
const NO_SERVER = "000000000000";

/**
 * The fingerprint of a response: `11207_2a33cd14a9dd_1b7b5ed4d5ee`, which is
 *
 * - two digits of the HTTP version, `11` or `10`;
 * - the class of the status: `2` for 200 to 299, `3` for redirects;
 * - two digits for the number of headers that count, 99 for more;
 * - `_` and the first 12 hex digits of the SHA-256 over the names of these headers in the order and
 *   the case in which they were sent, joined by commas;
 * - `_` and the first 12 hex digits of the SHA-256 over the value of the Server header, or 12 zeros.
 *
 * Headers whose presence is no property of the server do not count (Content-Length,
 * Transfer-Encoding, Set-Cookie, Age and the like), and no value but that of Server does, so that
 * dates, cookies, lengths and what is on the page change nothing.
 *
 * Undefined when not all headers were kept.
 */
export function httpResponseHash(response: HttpResponse): string | undefined {
  if (response.truncated) return undefined;
  const names = response.headers.map(({ name }) => name).filter(isStable);
  const server = responseValue(response, "server");
  const form = [
    response.version.replace(".", ""),
    Math.floor(response.status / 100),
    ja4Count(names.length),
  ].join("");
  return [form, hash12(names.join(",")), server === undefined ? NO_SERVER : hash12(server)]
    .join("_");
}

function isStable(name: string): boolean {
  const lower = name.trim().toLowerCase();
  return !VOLATILE.has(lower) && !LIMITER.test(lower);
}

function hash12(text: string): string {
  return sha256Hex(latin1Bytes(text)).slice(0, 12);
}
