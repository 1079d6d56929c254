/** Fetches the icon of a web site. */
import type { FieldValue } from "../event/event.ts";
import { faviconHash } from "../fingerprint/favicon.ts";
import { sha256Hex } from "../hash.ts";
import { responseValue } from "../http/response.ts";
import { isCoded, isPage } from "../http/response_page.ts";
import { authority, exchange, type Fetched, type Scheme } from "./http_exchange.ts";
import { type ProbeContext, ProbeFailure } from "./probe.ts";

/** Where icons are that no page names. */
const DEFAULT_PATH = "/favicon.ico";

/** Characters of a path and query that are asked for. */
const MAX_PATH = 1024;

/** An icon. */
export interface Icon {
  /** Path and query. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The icon that a page names, or the one at the usual place; undefined where there is none. It is
 * only ever asked for at the place that the page came from, whatever the page says.
 *
 * @param link `href` of the page's link to its icon
 */
export async function fetchIcon(
  context: ProbeContext,
  scheme: Scheme,
  link: string | undefined,
): Promise<Icon | undefined> {
  const path = iconPath(link, `${scheme}://${authority(context, scheme)}/`);
  try {
    const answer = await exchange(context, { scheme, path });
    if (answer.outcome !== "ok" || !holdsIcon(answer)) return undefined;
    return { path, bytes: answer.body };
  } catch (error) {
    // The page has been had: what goes wrong from here on costs the icon alone.
    const isLost = error instanceof ProbeFailure && error.outcome !== "interrupted" &&
      error.outcome !== "local_error";
    if (isLost) return undefined;
    throw error;
  }
}

/** Fields that tell of an icon. */
export function iconFields({ path, bytes }: Icon): Record<string, FieldValue> {
  return {
    favicon_hash: faviconHash(bytes),
    favicon_sha256: sha256Hex(bytes),
    favicon_size: bytes.length,
    favicon_path: path,
  };
}

/** Path of the icon that `link` names, or the usual one. @param base URL of the page */
export function iconPath(link: string | undefined, base: string): string {
  const url = link === undefined ? null : URL.parse(link, base);
  if (url === null || url.origin !== URL.parse(base)?.origin) return DEFAULT_PATH;
  const path = url.pathname + url.search;
  return path.length > MAX_PATH ? DEFAULT_PATH : path;
}

/** True for a whole icon: many servers answer to every path with a page. */
function holdsIcon({ response, body, ending }: Fetched): boolean {
  const contentType = responseValue(response, "content-type");
  return response.status === 200 && ending === "whole" && body.length > 0 &&
    !isCoded(response) && (contentType === undefined || !isPage(contentType));
}
