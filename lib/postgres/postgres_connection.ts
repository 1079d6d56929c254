/** A connection to PostgreSQL. The client is loaded here, and only once it is asked for. */
import { StateError } from "../store/state_store.ts";
import { passwordIn } from "./password_file.ts";
import type { PostgresAddress } from "./postgres_address.ts";
import { type Client, newClient } from "./postgres_client.ts";

/** A value in a statement: numbers are whole, lists become arrays. */
export type PostgresValue = number | string | readonly number[] | readonly string[];

/** A row of an answer, by column; numbers are numbers. */
export type PostgresRow = Readonly<Record<string, unknown>>;

/** What a session is told once it begins. */
export interface SessionOptions {
  /** The schema in which tables are looked for. */
  readonly schema: string;
  /** True when the session is never to change anything. */
  readonly readOnly: boolean;
}

/**
 * Who has gone away in the middle of a transaction holds what others wait for: the server asks after a dead
 * network in seconds, and ends what is idle in minutes.
 */
const SETTINGS = [
  ["idle_in_transaction_session_timeout", "300s"],
  ["tcp_keepalives_idle", "30"],
  ["tcp_keepalives_interval", "10"],
  ["tcp_keepalives_count", "3"],
] as const;

/** How long the server may take to let go. */
const GOODBYE_MS = 2000;

/** A session. Its errors are those of the client, see postgres_error.ts. */
export class PostgresConnection {
  readonly #client: Client;
  #isLost = false;

  private constructor(client: Client) {
    this.#client = client;
    // What it means is said by the next statement.
    client.on("error", () => this.#isLost = true);
  }

  /** Connects. @throws {StateError} when a file cannot be read, and errors of the client */
  static async open(
    address: PostgresAddress,
    { schema, readOnly }: SessionOptions,
  ): Promise<PostgresConnection> {
    const pem = new Map<string, string>();
    for (const [name, path] of Object.entries(address.files)) pem.set(name, await readFile(path));
    const client = await newClient(address, () => passwordFor(address), pem);
    const connection = new PostgresConnection(client);
    try {
      await client.connect();
      const settings = [
        ...SETTINGS,
        ["search_path", schema],
        ["default_transaction_read_only", readOnly ? "on" : "off"],
      ] as const;
      const rows = await connection.query(
        `SELECT current_setting('server_encoding') AS encoding, ${
          settings.map((_, at) => `set_config($${2 * at + 1}, $${2 * at + 2}, false)`).join(", ")
        }`,
        ...settings.flat(),
      );
      const encoding = String(rows[0]?.["encoding"]);
      if (encoding !== "UTF8") {
        throw new StateError(`the database is encoded in ${encoding}, and has to be in UTF8`);
      }
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Gives what `sql` gives; `$1` is the first of `values`. */
  async query(sql: string, ...values: PostgresValue[]): Promise<PostgresRow[]> {
    const { rows } = await this.#client.query(sql, values.map(argument));
    return rows;
  }

  /** Runs statements that have no values and give nothing. */
  async run(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  /** Does all that `action` does, or nothing. */
  async transaction<T>(action: () => Promise<T>): Promise<T> {
    await this.run("BEGIN ISOLATION LEVEL READ COMMITTED");
    try {
      const result = await action();
      await this.run("COMMIT");
      return result;
    } catch (error) {
      // Where the connection is gone, the server does it by itself.
      if (!this.#isLost) await this.run("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  /** True once the connection has failed. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Ends the session without a word; a statement that waits for its answer fails. */
  abandon(): void {
    this.#client.connection.stream.destroy();
  }

  /** Ends the session. */
  async close(): Promise<void> {
    // Over a network that is gone there is nobody to say goodbye to.
    const timer = setTimeout(() => this.abandon(), GOODBYE_MS);
    await this.#client.end().catch(() => {});
    clearTimeout(timer);
  }
}

/** Text of a value. */
function argument(value: PostgresValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return wholeNumber(value);
  const items = value.map((item) => typeof item === "number" ? wholeNumber(item) : quoted(item));
  return `{${items.join()}}`;
}

/** A number of the database's: nothing in it is beyond what a double holds. */
function wholeNumber(value: number): string {
  const { MAX_SAFE_INTEGER } = Number;
  return String(Math.trunc(Math.max(-MAX_SAFE_INTEGER, Math.min(MAX_SAFE_INTEGER, value))));
}

/** An item of an array (section 8.15.2 of PostgreSQL's manual). */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The password, or an error that says where it may stand. */
async function passwordFor(address: PostgresAddress): Promise<string> {
  if (address.password !== undefined) return address.password;
  const path = Deno.env.get("PGPASSFILE") || `${Deno.env.get("HOME") ?? ""}/.pgpass`;
  let text: string | undefined;
  try {
    const { mode } = await Deno.stat(path);
    if (((mode ?? 0) & 0o077) !== 0) {
      throw new StateError(`${path} can be read by others: chmod 600 ${path}`);
    }
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof StateError) throw error;
  }
  const password = text === undefined ? undefined : passwordIn(text, address);
  if (password !== undefined) return password;
  throw new StateError("the server asks for a password: set PGPASSWORD or PGPASSFILE");
}

async function readFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new StateError(`${path}: ${(error as Error).message}`);
  }
}
