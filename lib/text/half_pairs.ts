/** Halves of surrogate pairs in JSON, which many readers refuse. */

/** Half of a pair as JSON.stringify escapes it; `ud800` behind an escaped backslash is none. */
const HALF = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/**
 * `json`, made by JSON.stringify, with U+FFFD for each half of a surrogate pair: jq, PHP and others refuse a
 * whole document for one (RFC 8259 section 8.2).
 */
export function replaceHalfPairs(json: string): string {
  return json.includes("\\ud") ? json.replace(HALF, "$1\ufffd") : json;
}
