/** Addresses as messages may show them. */

/** The address `url` without user, password and query; any other text as it is. */
export function withoutSecrets(url: string): string {
  const scheme = url.indexOf("://") + 3;
  if (scheme < 3) return url;
  const rest = url.slice(scheme).split(/[?#]/, 1)[0]!;
  return url.slice(0, scheme) + rest.slice(rest.lastIndexOf("@") + 1);
}
