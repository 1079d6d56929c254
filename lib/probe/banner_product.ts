/** Product and version in the text of a greeting. */

/** What a server says it is; each only where it says so. */
export interface Product {
  readonly product?: string;
  readonly version?: string;
}

/** Products whose names have several words, or that name themselves without a version. */
const PRODUCTS = [
  "Asterisk Call Manager",
  "Courier",
  "Cyrus",
  "Dovecot",
  "FileZilla Server",
  "Haraka",
  "Microsoft ESMTP MAIL Service",
  "Microsoft Exchange",
  "Microsoft FTP Service",
  "Microsoft Windows",
  "OpenSMTPD",
  "Postfix",
  "Pure-FTPd",
] as const;

/** A version behind a product's name. */
const VERSION = /^(?:,? version:?| \[Version| IMAP\d?| POP3)?[ /_]?v?(\d[\w.]{0,30})/i;

/** A name and a version of several numbers behind it. */
const NAME_AND_VERSION = /([A-Za-z][\w-]{1,30})[ /_]v?(\d{1,5}(?:\.\w{1,12}){1,5})/;

/** Words before a version that are no names. */
const NO_NAMES: ReadonlySet<string> = new Set(["version", "server", "esmtp", "smtp", "ftp", "ver"]);

/** Product and version of a service whose greeting has `lines`, of which `line` is the first. */
export function productOf(service: string, line: string, lines: readonly string[]): Product {
  switch (service) {
    case "http": {
      const server = lines.find((text) => /^server:/i.test(text));
      return server === undefined ? {} : splitServer(server.slice("server:".length).trim());
    }
    case "vnc":
      return { version: line.slice(4).split(".").map(Number).join(".") };
    case "rsync": {
      const version = /^@RSYNCD: (\d[\d.]{0,10})/.exec(line)?.[1];
      return version === undefined ? {} : { version };
    }
    case "redis":
      return { product: "Redis" };
    case "memcached":
      return { product: "memcached" };
    default:
      return named(line) ?? anyNamed(line);
  }
}

/** `OpenSSH_9.2p1` and `libssh-0.9.6` in two. */
export function splitVersion(name: string): Product {
  const parts = /^(.*?)[_-](v?\d.*)$/.exec(name);
  if (parts === null) return name === "" ? {} : { product: name };
  return { ...(parts[1] === "" ? {} : { product: parts[1]! }), version: parts[2]! };
}

/** The first product of a Server header (RFC 9110 10.2.4). */
function splitServer(server: string): Product {
  const [, product, version] = /^([^/(]{1,64})(?:\/(\S{1,64}))?/.exec(server) ?? [];
  return {
    ...(product === undefined ? {} : { product: product.trim() }),
    ...(version === undefined ? {} : { version }),
  };
}

function named(line: string): Product | undefined {
  const lower = line.toLowerCase();
  const product = PRODUCTS.find((name) => lower.includes(name.toLowerCase()));
  if (product === undefined) return undefined;
  const behind = line.slice(lower.indexOf(product.toLowerCase()) + product.length);
  const version = VERSION.exec(behind)?.[1];
  return { product, ...(version === undefined ? {} : { version }) };
}

function anyNamed(line: string): Product {
  const [, product, version] = NAME_AND_VERSION.exec(line) ?? [];
  if (product === undefined || version === undefined) return {};
  return NO_NAMES.has(product.toLowerCase()) ? { version } : { product, version };
}
