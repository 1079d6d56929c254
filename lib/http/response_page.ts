/** What an HTML page says about itself: its title and its icon. */
import { type HttpResponse, responseValue } from "./response.ts";
import { decodePage, unescapeHtml } from "./response_text.ts";

/** What was found in a page. */
export interface PageHints {
  /** One line without white space around it; undefined when there is none or it is empty. */
  readonly title: string | undefined;
  /** `href` of the first link to an icon, as the page has it. */
  readonly icon: string | undefined;
}

/** Bytes of a page that are looked through: what is sought stands near its start. */
const MAX_PAGE = 64 * 1024;

/** Characters of a title that are kept, and that are looked through for its end. */
const MAX_TITLE = 256;
const MAX_TITLE_SOURCE = 4096;

/** Tags that are looked at; each is given up where it is longer than any that is meant well. */
const TITLE_TAG = /<title(?:\s[^<>]{0,256})?>/i;
const LINK_TAG = /<link\s([^<>]{1,2048})>/gi;
const MAX_LINKS = 64;

/** An attribute of a tag (HTML 13.1.2.3). */
const ATTRIBUTE = /([a-z-]{1,32})\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/gi;

/**
 * Looks through a page.
 *
 * @param contentType value of Content-Type, which may name the charset
 */
export function pageHints(body: Uint8Array, contentType: string): PageHints {
  const text = decodePage(body.subarray(0, MAX_PAGE), contentType);
  return { title: titleOf(text), icon: iconOf(text) };
}

/** What is found in the body of a response; nothing where it is no page that can be read. */
export function responseHints(response: HttpResponse, body: Uint8Array): PageHints {
  const contentType = responseValue(response, "content-type");
  const isReadable = isPage(contentType) && !isCoded(response);
  return pageHints(isReadable ? body : body.subarray(0, 0), contentType ?? "");
}

/** True for a body that would have to be unpacked (RFC 9110 8.4). */
export function isCoded(response: HttpResponse): boolean {
  return !["", "identity"].includes(responseValue(response, "content-encoding") ?? "");
}

/** True when a body of that Content-Type may be an HTML page; some servers do not say. */
export function isPage(contentType: string | undefined): boolean {
  return contentType === undefined ||
    /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType);
}

function titleOf(text: string): string | undefined {
  const tag = TITLE_TAG.exec(text);
  if (tag === null) return undefined;
  const start = tag.index + tag[0].length;
  const source = text.slice(start, start + MAX_TITLE_SOURCE);
  const end = source.search(/<\/title/i);
  const title = unescapeHtml(end < 0 ? source : source.slice(0, end))
    .replace(/[\t\n\f\r ]+/g, " ").trim();
  return title === "" ? undefined : firstCharacters(title, MAX_TITLE);
}

/** The first `count` characters; a pair of surrogates is one. */
function firstCharacters(text: string, count: number): string {
  return Array.from(text.slice(0, 2 * count)).slice(0, count).join("");
}

function iconOf(text: string): string | undefined {
  let links = 0;
  for (const [, tag] of text.matchAll(LINK_TAG)) {
    if (++links > MAX_LINKS) return undefined;
    const attributes = attributesOf(tag!);
    const kinds = attributes.get("rel")?.toLowerCase().split(/\s+/) ?? [];
    const href = attributes.get("href")?.trim();
    if (kinds.includes("icon") && href !== undefined && href !== "") return href;
  }
  return undefined;
}

function attributesOf(tag: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, quoted, single, bare] of tag.matchAll(ATTRIBUTE)) {
    const key = name!.toLowerCase();
    // The first of a name counts (HTML 13.2.5.33).
    if (!attributes.has(key)) attributes.set(key, unescapeHtml(quoted ?? single ?? bare ?? ""));
  }
  return attributes;
}
