/** What an HTTP client asked for, in HTTP/1 and HTTP/2 alike. */

/** One header field, as Latin-1, so that nothing is lost and nothing guessed. */
export interface Header {
  /** In the case in which it was sent. */
  readonly name: string;
  /** Without the white space around it; the lines of a folded value are joined by one space. */
  readonly value: string;
}

/** A request without its body. */
export interface HttpRequest {
  readonly method: string;
  /** As sent: a path, an absolute URL, `*`, or the authority of CONNECT. */
  readonly target: string;
  /** `1.1`, `1.0`, `2`. */
  readonly version: string;
  /** In the order in which they were sent, without the pseudo-header fields of HTTP/2. */
  readonly headers: readonly Header[];
  /** Names of the pseudo-header fields of HTTP/2, in order; empty in HTTP/1. */
  readonly pseudoHeaders: readonly string[];
  /** `:authority` of HTTP/2. */
  readonly authority: string | undefined;
  /** True when there were more headers than are kept here, so that nothing may be hashed. */
  readonly truncated: boolean;
}

/** Headers of one request that are kept. Common servers refuse more than 100. */
export const MAX_HEADERS = 200;

/** Bytes of a request head or header block that are read. Common servers refuse over 16 KiB. */
export const MAX_HEAD_LENGTH = 64 * 1024;

/** Value of the first header called `name`, given in lower case; undefined when there is none. */
export function headerValue(request: HttpRequest, name: string): string | undefined {
  return request.headers.find((header) => isNamed(header, name))?.value;
}

/** Values of every header called `name`, given in lower case. */
export function headerValues(request: HttpRequest, name: string): string[] {
  return request.headers.filter((header) => isNamed(header, name)).map(({ value }) => value);
}

/** True when `header` is called `name`, given in lower case. */
export function isNamed(header: Header, name: string): boolean {
  return header.name.length === name.length && header.name.toLowerCase() === name;
}

/**
 * Whom the request is for: the authority of an absolute target (which goes before Host: RFC 9112
 * 3.2.2), of CONNECT or of HTTP/2, else the Host header; undefined when nothing says it.
 */
export function requestHost(request: HttpRequest): string | undefined {
  if (request.authority !== undefined) return request.authority;
  if (request.method.toUpperCase() === "CONNECT") return request.target;
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(request.target)?.[1] ??
    headerValue(request, "host");
}

/**
 * Cookies as `name=value`, in the order in which they were sent. A client may send several in one
 * header (RFC 6265 5.4) and, in HTTP/2, one in each (RFC 9113 8.2.3).
 */
export function cookies(request: HttpRequest): string[] {
  return headerValues(request, "cookie")
    .flatMap((value) => value.split(";"))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
}
