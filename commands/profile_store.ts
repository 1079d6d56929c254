/** The profile store and the files of networks, as the flags name them. */
import { dirname, join } from "node:path";
import { Mmdb } from "../lib/profile/mmdb.ts";
import type { Patience } from "../lib/postgres/patient_session.ts";
import type { PostgresStoreOptions } from "../lib/profile/postgres_profile_store.ts";
import {
  isPostgresAddress,
  parsePostgresAddress,
  type PostgresAddress,
} from "../lib/postgres/postgres_address.ts";
import type { ProfileStore } from "../lib/profile/profile_store.ts";
import { SqliteProfileStore } from "../lib/profile/sqlite_profile_store.ts";
import { StateError } from "../lib/store/state_store.ts";
import { UsageError, UserError } from "./exit_code.ts";
import type { ProfileFlags } from "./profile_flags.ts";
import { defaultStatePath } from "./state_path.ts";

/** A store that ends with the process. */
const NOWHERE = ":memory:";

/** What a store is opened for. */
export interface StoreUse {
  /** True when nothing but standard input is read, which has no place to go on from. */
  readonly stdinAlone: boolean;
  /** True when logs are read: only then is a store made where there is none. */
  readonly reads: boolean;
  /** How to wait for a database that is away; without it, that is an error. */
  readonly patience: Patience | undefined;
}

/** Opens the store. @throws {UserError} */
export async function openProfileStore(
  { db, events }: Pick<ProfileFlags, "db" | "events">,
  { stdinAlone, reads, patience }: StoreUse,
): Promise<ProfileStore> {
  const path = db ?? (stdinAlone ? NOWHERE : defaultPath());
  if (isPostgresAddress(path)) {
    return await openDatabase(path, { writes: reads || events, patience });
  }
  if (!reads && path !== NOWHERE && !exists(path)) {
    throw new UserError(`there is no profile store ${path} yet`, "decnet profile FILE makes it");
  }
  try {
    return new SqliteProfileStore(path);
  } catch (error) {
    throw storeError(error, path);
  }
}

async function openDatabase(text: string, options: PostgresStoreOptions): Promise<ProfileStore> {
  let address: PostgresAddress;
  try {
    address = parsePostgresAddress(text, (name) => Deno.env.get(name));
  } catch (error) {
    throw new UsageError(`--db: ${(error as Error).message}`);
  }
  // The client takes longer to load than a small run lasts, and a file needs none.
  const { PostgresProfileStore } = await import("../lib/profile/postgres_profile_store.ts");
  try {
    return await PostgresProfileStore.open(address, options);
  } catch (error) {
    throw storeError(error, text);
  }
}

/** An error of the store at `db` as an error for the user; any other as it is. */
export function storeError(error: unknown, db: string | undefined): unknown {
  if (!(error instanceof StateError)) return error;
  const hint = isPostgresAddress(db ?? "")
    ? "is PostgreSQL running there, and may this user use the database?"
    : "--db PATH for another place";
  return new UserError(error.message, hint);
}

function defaultPath(): string {
  try {
    return join(dirname(defaultStatePath()), "profile.db");
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError("no place for the profile store", "give --db PATH");
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
}

/** Reads the files of networks. @throws {UserError} */
export async function readMmdbs({ mmdb = [], asn }: ProfileFlags): Promise<Mmdb[]> {
  if (asn !== undefined && mmdb.length === 0) {
    throw new UsageError("--asn needs a file that knows networks", "add --mmdb FILE");
  }
  return await Promise.all(mmdb.map(async (path) => {
    let bytes: Uint8Array;
    try {
      bytes = await Deno.readFile(path);
    } catch (error) {
      throw new UserError(`--mmdb ${path}: ${(error as Error).message}`);
    }
    const file = await Mmdb.open(bytes);
    if (file === undefined) throw new UserError(`--mmdb ${path} is no MaxMind DB`);
    return file;
  }));
}
