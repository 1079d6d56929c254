/** Reads the head of an HTTP/1 request: request line and headers (RFC 9112 3 and 5). */
import { ByteMemo } from "../byte_memo.ts";
import { latin1 } from "../text/latin1.ts";
import { isKnownMethod } from "./methods.ts";
import { type Header, type HttpRequest, MAX_HEAD_LENGTH, MAX_HEADERS } from "./request.ts";

/** A request, and where it ends. */
export interface RequestHead extends HttpRequest {
  /** Bytes consumed, empty lines before and after included: the body starts there. */
  readonly length: number;
}

/**
 * What `bytes` open with: a request; `incomplete` while one may still come; `not_http` when it
 * cannot any more, a head of more than MAX_HEAD_LENGTH included.
 */
export type RequestHeadResult = RequestHead | "incomplete" | "not_http";

/** No registered method is longer than UPDATEREDIRECTREF (17). */
export const MAX_METHOD_LENGTH = 32;

/** Lines of a head that are read: folded lines and lines that are no headers count too. */
export const MAX_LINES: number = 2 * MAX_HEADERS;

const VERSION = /^HTTP\/(\d)(?:\.(\d))?$/i;

/** ` HTTP/1.` and a digit. */
const USUAL_VERSION = [0x20, 0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e, 0];
const ZERO = 0x30;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** Characters of a method (tchar of RFC 9110 5.6.2). */
const IS_TOKEN = new Uint8Array(256);
for (
  const character of "!#$%&'*+-.^_`|~0123456789" +
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
) {
  IS_TOKEN[character.charCodeAt(0)] = 1;
}

/**
 * Reads the request at the start of `bytes`; bytes after its head are let alone. Lines may end in a
 * bare LF, empty lines may come before (RFC 9112 2.2), and lines that are no headers are passed
 * over. HTTP/0.9, which has no version, is not read. The preface of HTTP/2 reads as a request of
 * method `PRI` and version `2.0`.
 */
export function parseRequestHead(bytes: Uint8Array): RequestHeadResult {
  const start = requestStart(bytes);
  const state = lineState(bytes, start);
  if (state !== "request") return state;
  const end = headEnd(bytes, start);
  if (end < 0) return bytes.length >= MAX_HEAD_LENGTH ? "not_http" : "incomplete";
  return end > MAX_HEAD_LENGTH ? "not_http" : readHead(bytes, start, end);
}

/** Where the request line starts, after empty lines. */
export function requestStart(bytes: Uint8Array): number {
  let start = 0;
  while (bytes[start] === CR || bytes[start] === LF) start++;
  return start;
}

/**
 * Judges the request line at `start` as far as it has arrived: `request` once it is whole, and
 * `not_http` as early as the first byte that does not fit.
 */
export function lineState(bytes: Uint8Array, start: number): "request" | "incomplete" | "not_http" {
  let space = start;
  while (space < bytes.length && IS_TOKEN[bytes[space]!] === 1) space++;
  if (space - start > MAX_METHOD_LENGTH) return "not_http";
  if (space < bytes.length && (space === start || bytes[space] !== SPACE)) return "not_http";
  const newline = bytes.indexOf(LF, space);
  if (newline < 0) return bytes.length >= MAX_HEAD_LENGTH ? "not_http" : "incomplete";
  if (newline > MAX_HEAD_LENGTH) return "not_http";
  return isRequestLine(bytes, space, newline) ? "request" : "not_http";
}

/**
 * True when a version ends the line up to `end`, as {@linkcode requestLine} wants it, behind the method,
 * which ends at `space`. Nearly all do in the same way.
 */
function isRequestLine(bytes: Uint8Array, space: number, end: number): boolean {
  const at = (bytes[end - 1] === CR ? end - 1 : end) - USUAL_VERSION.length;
  let index = 0;
  while (index < USUAL_VERSION.length && bytes[at + index] === USUAL_VERSION[index]) index++;
  const digit = index === USUAL_VERSION.length - 1 ? bytes[at + index]! - ZERO : -1;
  if (at > space && digit >= 0 && digit <= 9) return true;
  return requestLine(latin1(bytes, space, end)) !== undefined;
}

/** True when `bytes` begin with a whole request line. */
export function isRequest(bytes: Uint8Array): boolean {
  return bytes.length > 0 && lineState(bytes, requestStart(bytes)) === "request";
}

/**
 * As {@linkcode isRequest} for bytes before which others may be missing: the end of a request line whose
 * start was lost is none. It has to have a method that is known, and a target.
 */
export function isKnownRequest(bytes: Uint8Array): boolean {
  if (!isRequest(bytes)) return false;
  const start = requestStart(bytes);
  const space = bytes.indexOf(SPACE, start);
  const line = latin1(bytes, space, bytes.indexOf(LF, space)).trim();
  return line.includes(" ") && isKnownMethod(bytes, start, space);
}

/** Offset after the empty line that ends the head, looked for from `from` on; -1 if not there. */
export function headEnd(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** Heads that are remembered, and the longest of them. */
const MAX_REMEMBERED = 256;
const MAX_REMEMBERED_LENGTH = 1024;

const known = new ByteMemo<RequestHead>(MAX_REMEMBERED_LENGTH, MAX_REMEMBERED);

/**
 * Reads a whole head between `start`, its request line, and `end`. Tools send the same one again and
 * again: for the same bytes the same object is given, if it is remembered.
 */
export function readHead(bytes: Uint8Array, start: number, end: number): RequestHead | "not_http" {
  const length = end - start;
  if (start > 0 || length > MAX_REMEMBERED_LENGTH) return readNewHead(bytes, start, end);
  for (let index = 0; index < length; index++) known.key[index] = bytes[index]!;
  const head = known.find(length);
  if (head !== undefined) return head;
  const read = readNewHead(bytes, start, end);
  return read === "not_http" ? read : known.keep(read);
}

function readNewHead(bytes: Uint8Array, start: number, end: number): RequestHead | "not_http" {
  const lines = latin1(bytes, start, end).split("\n", MAX_LINES);
  const first = requestLine(lines[0]!);
  if (first === undefined) return "not_http";
  const { headers, truncated } = readHeaders(lines);
  return {
    ...first,
    headers,
    pseudoHeaders: [],
    authority: undefined,
    truncated: truncated || lines.length === MAX_LINES,
    length: end,
  };
}

/** Method, target and version. The target may hold spaces: some clients do not encode them. */
function requestLine(
  text: string,
): Pick<HttpRequest, "method" | "target" | "version"> | undefined {
  const trimmed = text.trimEnd();
  const methodEnd = trimmed.indexOf(" ");
  const versionStart = trimmed.lastIndexOf(" ") + 1;
  const version = VERSION.exec(trimmed.slice(versionStart));
  if (methodEnd < 0 || version === null) return undefined;
  return {
    method: trimmed.slice(0, methodEnd),
    target: trimmed.slice(methodEnd, versionStart).trim(),
    version: `${version[1]}.${version[2] ?? "0"}`,
  };
}

/** Headers of the lines of a head; the first one, a request or status line, is left out. */
export function readHeaders(lines: readonly string[]): { headers: Header[]; truncated: boolean } {
  const headers: Header[] = [];
  for (let index = 1; index < lines.length; index++) {
    const text = lines[index]!;
    const last = headers.at(-1);
    if (last !== undefined && (text.startsWith(" ") || text.startsWith("\t"))) {
      headers[headers.length - 1] = { name: last.name, value: fold(last.value, text.trim()) };
      continue;
    }
    const colon = text.indexOf(":");
    if (colon <= 0) continue;
    if (headers.length === MAX_HEADERS) return { headers, truncated: true };
    headers.push({ name: text.slice(0, colon), value: text.slice(colon + 1).trim() });
  }
  return { headers, truncated: false };
}

/** A folded value as one line (RFC 9112 5.2). */
function fold(first: string, next: string): string {
  return first === "" || next === "" ? first + next : `${first} ${next}`;
}
