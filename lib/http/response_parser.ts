/** Reads the head of an HTTP/1 response: status line and headers (RFC 9112 4 and 5). */
import { latin1 } from "../text/latin1.ts";
import { MAX_HEAD_LENGTH } from "./request.ts";
import { headEnd, MAX_LINES, readHeaders, requestStart } from "./request_head.ts";
import type { HttpResponse } from "./response.ts";

/** A response, and where its body starts. */
export interface ResponseHead extends HttpResponse {
  /** Bytes consumed, empty lines before and after included. */
  readonly length: number;
}

/**
 * What `bytes` open with: a response; `incomplete` while one may still come; `not_http` when it
 * cannot any more, HTTP/0.9 included, which has no head; `malformed` for what starts as HTTP and
 * then has a status line that is none, or a head of more than MAX_HEAD_LENGTH.
 */
export type ResponseHeadResult = ResponseHead | "incomplete" | "not_http" | "malformed";

const STATUS_LINE = /^HTTP\/(\d)(?:\.(\d))? +(\d{3})(?: (.*))?$/i;

/** What every status line begins with; servers are known that write it in lower case. */
const PREFIX = "HTTP/";

/**
 * Reads the response at the start of `bytes`; what comes after its head is let alone. Lines may end
 * in a bare LF, empty lines may come before, and lines that are no headers are passed over.
 *
 * @param searched bytes that are known not to hold the end of the head
 */
export function parseResponseHead(bytes: Uint8Array, searched = 0): ResponseHeadResult {
  const start = requestStart(bytes);
  const opening = latin1(bytes, start, start + PREFIX.length).toUpperCase();
  if (!PREFIX.startsWith(opening)) return "not_http";
  const end = headEnd(bytes, Math.max(start, searched));
  if (end < 0) return bytes.length >= MAX_HEAD_LENGTH ? "malformed" : "incomplete";
  return end > MAX_HEAD_LENGTH ? "malformed" : readHead(bytes, start, end);
}

function readHead(bytes: Uint8Array, start: number, end: number): ResponseHead | "malformed" {
  const lines = latin1(bytes, start, end).split("\n", MAX_LINES);
  const status = STATUS_LINE.exec(lines[0]!.trimEnd());
  if (status === null) return "malformed";
  const [, major, minor = "0", code, reason = ""] = status;
  const { headers, truncated } = readHeaders(lines);
  return {
    version: `${major}.${minor}`,
    status: Number(code),
    reason: reason.trim(),
    headers,
    truncated: truncated || lines.length === MAX_LINES,
    length: end,
  };
}
