/** Which texts of attackers may be passed on as URLs. */

/** Visible ASCII after a scheme: RFC 3986 has no other characters. */
const SHAPE = /^[a-z][a-z0-9+.-]*:\/\/[!-~]+$/i;

/** True for an absolute URL with an authority. */
export function isUrl(text: string): boolean {
  return SHAPE.test(text) && URL.canParse(text);
}
