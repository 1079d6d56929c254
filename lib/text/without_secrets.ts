/** Addresses as messages may show them. */

/** What can only be a query; a password may hold a ? or a # where it should be encoded. */
const QUERY = /^(?:$|[?#][^@]*$|\?\w+=)/;

/** A user with a password, up to where that was cut: what stands behind the colon is no port. */
const HALF_A_PASSWORD = /^[^:/@[\]]*:(?!\d{1,5}(?:[/,]|$))/;

/** The address `url` without user, password and query; any other text as it is. */
export function withoutSecrets(url: string): string {
  const scheme = url.indexOf("://") + 3;
  if (scheme < 3) return url;
  const text = url.slice(scheme);
  const rest = text.split(/[?#]/, 1)[0]!;
  const hasQuery = QUERY.test(text.slice(rest.length)) && !HALF_A_PASSWORD.test(rest);
  const end = hasQuery ? rest.lastIndexOf("@") : text.lastIndexOf("@");
  return url.slice(0, scheme) + text.slice(end + 1).split(/[?#]/, 1)[0]!;
}
