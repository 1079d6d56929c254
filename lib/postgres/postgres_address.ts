/** Addresses of PostgreSQL databases, as libpq reads them: `postgres://user:password@host:5432/database`. */

/** What is asked of the encryption. */
export const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;

/** What is asked of the encryption: none, any certificate, one of a known authority, that of the host. */
export type SslMode = (typeof SSL_MODES)[number];

/** Where a database is. */
export interface PostgresAddress {
  /** A name, an address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Undefined where the address does not tell it. */
  readonly password: string | undefined;
  readonly database: string;
  readonly sslmode: SslMode;
  /** Files in PEM: certificate authority, own certificate and key. */
  readonly files: Readonly<Partial<Record<PostgresFile, string>>>;
}

/** Files that an address may name. */
export type PostgresFile = "sslrootcert" | "sslcert" | "sslkey";

const FILES: readonly PostgresFile[] = ["sslrootcert", "sslcert", "sslkey"];

const PARAMETERS: readonly string[] = ["host", "port", "sslmode", ...FILES];

/** Registered with IANA. */
const PORT = 5432;

const EXAMPLE = "postgres://user@host:5432/database?sslmode=verify-full";

/** True for what {@linkcode parsePostgresAddress} is meant for, right or wrong. */
export function isPostgresAddress(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text);
}

/**
 * Reads an address. What it lacks is taken from where libpq takes it: PGHOST, PGPORT, PGUSER, PGPASSWORD,
 * PGDATABASE, PGSSLMODE, PGSSLROOTCERT, PGSSLCERT and PGSSLKEY. The message of an error holds nothing that
 * may be a part of a password.
 *
 * @throws {SyntaxError} in words for the user
 */
export function parsePostgresAddress(
  text: string,
  env: (name: string) => string | undefined,
): PostgresAddress {
  const match = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^/?#]*))?(?:\?([^#]*))?$/
    .exec(text);
  if (match === null) {
    throw new SyntaxError(
      `this is no address of a database like ${EXAMPLE}; in a password, @ is %40, / is %2F, # is %23`,
    );
  }
  const [, userinfo = "", authority = "", path = "", query = ""] = match;
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new SyntaxError(
        `addresses of databases take ${PARAMETERS.join(", ")}` +
          (query.includes("@") ? "; in a password, ? is %3F" : `, but no ${name}`),
      );
    }
  }
  const colon = userinfo.indexOf(":");
  const name = decode(colon < 0 ? userinfo : userinfo.slice(0, colon));
  const password = colon < 0 ? undefined : decode(userinfo.slice(colon + 1));
  const user = name || env("PGUSER") || env("USER") || env("LOGNAME");
  if (!user) throw new SyntaxError(`there is no user in the address: ${EXAMPLE}`);
  const { host, port } = hostAndPort(authority);
  const place = parameters.get("host") || host || env("PGHOST") || "localhost";
  const files: Partial<Record<PostgresFile, string>> = {};
  for (const file of FILES) {
    const value = parameters.get(file) || env(`PG${file.toUpperCase()}`);
    if (value) files[file] = value;
  }
  return {
    host: place,
    port: portIn(parameters.get("port") || port || env("PGPORT") || String(PORT)),
    user,
    password: password || env("PGPASSWORD") || undefined,
    database: decode(path) || env("PGDATABASE") || user,
    sslmode: sslModeIn(parameters.get("sslmode") || env("PGSSLMODE"), place),
    files,
  };
}

/** The address without what nobody else should see, for messages. */
export function showPostgresAddress({ host, port, user, database }: PostgresAddress): string {
  const place = isSocket(host)
    ? `${encodeURIComponent(host)}`
    : host.includes(":")
    ? `[${host}]`
    : host;
  return `postgres://${encodeURIComponent(user)}@${place}:${port}/${encodeURIComponent(database)}`;
}

/** True for the folder of a socket. */
export function isSocket(host: string): boolean {
  return host.startsWith("/");
}

function hostAndPort(authority: string): { host: string; port: string } {
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:[\]]*))(?::(\d*))?$/.exec(authority);
  if (match === null) throw new SyntaxError(`there is no host in the address: ${EXAMPLE}`);
  const [, bracketed, name = "", port = ""] = match;
  return { host: bracketed ?? decode(name), port };
}

function portIn(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new SyntaxError("a port is a number from 1 to 65535");
  return port;
}

/** Without a word about it, what leaves this machine is encrypted. */
function sslModeIn(text: string | undefined | null, host: string): SslMode {
  if (isSocket(host)) return "disable";
  if (!text) {
    return /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host) ? "disable" : "require";
  }
  const mode = SSL_MODES.find((one) => one === text);
  if (mode === undefined) throw new SyntaxError(`sslmode is one of ${SSL_MODES.join(", ")}`);
  return mode;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
