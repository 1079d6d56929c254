/** The profile store and the files of networks, as the flags name them. */
import { dirname, join } from "node:path";
import { Mmdb } from "../lib/profile/mmdb.ts";
import { ProfileStore } from "../lib/profile/profile_store.ts";
import { StateError } from "../lib/store/state_store.ts";
import { UsageError, UserError } from "./exit_code.ts";
import type { ProfileFlags } from "./profile_flags.ts";
import { defaultStatePath } from "./state_path.ts";

/** A store that ends with the process. */
const NOWHERE = ":memory:";

/**
 * Opens the store.
 *
 * @param stdinAlone true when nothing but standard input is read, which has no place to go on from
 * @param reads true when logs are read: only then is a store made where there is none
 * @throws {UserError}
 */
export function openProfileStore(
  { db }: ProfileFlags,
  { stdinAlone, reads }: { readonly stdinAlone: boolean; readonly reads: boolean },
): ProfileStore {
  const path = db ?? (stdinAlone ? NOWHERE : defaultPath());
  if (!reads && path !== NOWHERE && !exists(path)) {
    throw new UserError(`there is no profile store ${path} yet`, "decnet profile FILE makes it");
  }
  try {
    return new ProfileStore(path);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    throw new UserError(error.message, "--db PATH for another place");
  }
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
