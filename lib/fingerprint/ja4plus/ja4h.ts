/**
 * JA4H: an HTTP client by the form of one of its requests.
 *
 * JA4H is a method of FoxIO, LLC, patent pending, under the FoxIO License 1.1: see NOTICE. This
 * implementation was written from the published description.
 */
import { sha256Hex } from "../../hash.ts";
import { latin1Bytes } from "../../text/latin1.ts";
import { cookies, headerValue, type HttpRequest, isNamed } from "../../http/request.ts";
import { HashMemo } from "../hash_memo.ts";
import { ja4Count } from "../ja4_parts.ts";

/** The fingerprint, and its form with the lists in place of their hashes. */
export interface Ja4h {
  readonly ja4h: string;
  readonly ja4hRaw: string;
}

const NO_COOKIES = "000000000000";

/** Lists of names come again and again; values of cookies do not. */
const NAME_HASHES = new HashMemo(hash12);

/** Codes of methods that are not the first two letters, which tell others apart. */
const METHOD_CODES: ReadonlyMap<string, string> = new Map([
  ["CHECKIN", "cn"],
  ["CHECKOUT", "ct"],
  ["COPY", "cy"],
  ["M-SEARCH", "ms"],
  ["MKACTIVITY", "ma"],
  ["MKCALENDAR", "mc"],
  ["MKCOL", "ml"],
  ["MKREDIRECTREF", "mr"],
  ["MKWORKSPACE", "mw"],
  ["PROPFIND", "pf"],
  ["PROPPATCH", "pp"],
  ["PURGE", "pr"],
  ["REBIND", "rb"],
  ["REPORT", "rp"],
  ["UNBIND", "ub"],
  ["UNCHECKOUT", "uc"],
  ["UNLINK", "ui"],
  ["UNLOCK", "uo"],
  ["UPDATEREDIRECTREF", "ur"],
]);

/**
 * JA4H of a request; undefined when not all of its headers were kept. Where descriptions are silent
 * or differ: no headers are hashed as the empty text, cookies of one name stay in their order,
 * bytes above 0x7f are hashed as they were sent.
 */
export function ja4h(request: HttpRequest): Ja4h | undefined {
  if (request.truncated) return undefined;
  const names = request.headers
    .filter((header) => !isNamed(header, "cookie") && !isNamed(header, "referer"))
    .map(({ name }) => name);
  const pairs = cookies(request).map(cookiePair).sort(byName);
  const start = [
    methodCode(request.method),
    request.version.replace(".", "").padEnd(2, "0"),
    headerValue(request, "cookie") === undefined ? "n" : "c",
    headerValue(request, "referer") === undefined ? "n" : "r",
    ja4Count(names.length),
    languageCode(headerValue(request, "accept-language") ?? ""),
  ].join("");
  const lists = [
    names.join(","),
    pairs.map(({ name }) => name).join(","),
    pairs.map(({ pair }) => pair).join(","),
  ] as const;
  const hashes = [
    NAME_HASHES.hash(lists[0]),
    pairs.length === 0 ? NO_COOKIES : NAME_HASHES.hash(lists[1]),
    pairs.length === 0 ? NO_COOKIES : hash12(lists[2]),
  ];
  return { ja4h: [start, ...hashes].join("_"), ja4hRaw: [start, ...lists].join("_") };
}

/** Two letters for a method, whatever its case; in HTTP/2 it may hold any byte. */
function methodCode(method: string): string {
  return METHOD_CODES.get(method.toUpperCase()) ??
    printable(method.slice(0, 2)).toLowerCase().slice(0, 2).padEnd(2, "0");
}

/** Four characters for the first language of an Accept-Language value. */
function languageCode(value: string): string {
  const first = /^[^,;]*/.exec(value)![0];
  return printable(first.replaceAll("-", "")).toLowerCase().slice(0, 4).padEnd(4, "0");
}

/** `text` with what would break a line or a column, or is not ASCII, as two hex digits each. */
function printable(text: string): string {
  return text.replace(
    /[^\x21-\x7e]/g,
    (character) => character.charCodeAt(0).toString(16).padStart(2, "0"),
  );
}

interface CookiePair {
  readonly name: string;
  /** Name, `=` and value. */
  readonly pair: string;
}

function cookiePair(pair: string): CookiePair {
  const equals = pair.indexOf("=");
  return { name: (equals < 0 ? pair : pair.slice(0, equals)).trim(), pair };
}

/** By value of bytes, not by the letters of some language. */
function byName(a: CookiePair, b: CookiePair): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function hash12(text: string): string {
  return sha256Hex(latin1Bytes(text)).slice(0, 12);
}
