/** Loads the client of PostgreSQL, as much of it as is used. */
import { isSocket, type PostgresAddress } from "./postgres_address.ts";

/** What an address comes to for the client. */
export interface ClientSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Asked for once the server wants a password. */
  readonly password: () => Promise<string>;
  readonly ssl: false | Readonly<Record<string, unknown>>;
  readonly application_name: string;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelayMillis: number;
  readonly types: { getTypeParser(type: number): (text: string) => unknown };
}

/** A connection. */
export interface Client {
  connect(): Promise<unknown>;
  /** One statement at a time. */
  query(sql: string, values?: readonly unknown[]): Promise<{ readonly rows: ClientRow[] }>;
  end(): Promise<void>;
  readonly connection: { readonly stream: { destroy(): void } };
  /** An error between two statements. */
  on(event: "error", listener: (error: Error) => void): void;
}

/** A row of an answer, by column. */
export type ClientRow = Record<string, unknown>;

/** Types of whole numbers, as the server numbers them (pg_type.dat): int8, int2, int4. */
const WHOLE_NUMBERS: readonly number[] = [20, 21, 23];

/** Numbers become numbers: the store has none that a double cannot hold. Everything else stays text. */
const TYPES: ClientSettings["types"] = {
  getTypeParser: (type) => WHOLE_NUMBERS.includes(type) ? Number : (text) => text,
};

const CONNECT_TIMEOUT_MS = 10_000;

/** A network that forgets quiet connections is reminded after this time. */
const KEEP_ALIVE_MS = 30_000;

/** A client that is not connected yet. */
export async function newClient(
  address: PostgresAddress,
  password: () => Promise<string>,
  pem: ReadonlyMap<string, string>,
): Promise<Client> {
  // Its types are a package of their own, of which this uses four methods.
  const module: unknown = await import("pg");
  const { Client } = module as { readonly Client: new (settings: ClientSettings) => Client };
  const { host, port, user, database } = address;
  return new Client({
    ...{ host, port, user, database, password },
    ssl: tlsOptions(address, pem),
    application_name: "decnet profile",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: TYPES,
  });
}

/** `require` asks for encryption, and for a known authority only where one is named, as in libpq. */
function tlsOptions(
  { host, sslmode, files }: PostgresAddress,
  pem: ReadonlyMap<string, string>,
): ClientSettings["ssl"] {
  if (sslmode === "disable" || isSocket(host)) return false;
  const verifies = sslmode !== "require" || files.sslrootcert !== undefined;
  const [ca, cert, key] = [pem.get("sslrootcert"), pem.get("sslcert"), pem.get("sslkey")];
  return {
    rejectUnauthorized: verifies,
    ...ca === undefined ? {} : { ca },
    ...cert === undefined ? {} : { cert },
    ...key === undefined ? {} : { key },
    ...sslmode === "verify-full" ? {} : { checkServerIdentity: () => undefined },
  };
}
