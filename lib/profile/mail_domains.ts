/** Domains of mail recipients; what stands before the `@` is never kept. */

/** Longest domain name (RFC 1035 2.3.4). */
const MAX_DOMAIN = 253;

/** Top-level names that stand for nobody (RFC 6761, RFC 6762 for `local`). */
const RESERVED: ReadonlySet<string> = new Set(["invalid", "test", "localhost", "local", "example"]);

/** Second-level names for examples (RFC 2606 section 3). */
const EXAMPLES: ReadonlySet<string> = new Set(["example.com", "example.net", "example.org"]);

/** What ends a domain in a path or a list. */
const END = /[\s<>,;"]/;

/** A label: letters of any script, digits, hyphens inside (RFC 5890 2.3.2.3). */
const LABEL = /^[\p{L}\p{N}\p{M}_](?:[\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}_])?$/u;

/** The domain of each recipient in `text`, lower-case; an address without a real domain gives none. */
export function recipientDomains(text: string): string[] {
  const domains: string[] = [];
  for (const part of text.split(",")) {
    const at = part.lastIndexOf("@");
    if (at < 0) continue;
    // With a dot at its end, and one more, by which it is too long.
    const rest = part.slice(at + 1, at + 3 + MAX_DOMAIN);
    const end = rest.search(END);
    const domain = victimDomain(end < 0 ? rest : rest.slice(0, end));
    if (domain !== undefined) domains.push(domain);
  }
  return domains;
}

/** `text` as the name of a domain that can have victims; undefined for none. */
export function victimDomain(text: string): string | undefined {
  const domain = text.toLowerCase().replace(/\.$/, "");
  if (domain.length > MAX_DOMAIN) return undefined;
  const labels = domain.split(".");
  const last = labels.at(-1)!;
  if (labels.length < 2 || RESERVED.has(last) || /^\d+$/.test(last)) return undefined;
  if (EXAMPLES.has(labels.slice(-2).join("."))) return undefined;
  return labels.every((label) => label.length <= 63 && LABEL.test(label)) ? domain : undefined;
}
