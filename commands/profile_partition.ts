/** `decnet profile --partition` and `decnet profile merge`: workers that share the attackers. */
import type { Logger } from "@logtape/logtape";
import { isPostgresAddress } from "../lib/postgres/postgres_address.ts";
import { MergeError, mergeStores } from "../lib/profile/merge_stores.ts";
import { type Partition, partitionConflict } from "../lib/profile/partition.ts";
import type { ProfileStore } from "../lib/profile/profile_store.ts";
import { UsageError, UserError } from "./exit_code.ts";
import type { ProfileFlags } from "./profile_flags.ts";

/** Into one database all parts may write. @throws {UserError} for a store that holds what another part knows */
export async function checkPartition(
  store: ProfileStore,
  { db, partition }: Pick<ProfileFlags, "db" | "partition">,
): Promise<void> {
  const names = (await store.rows("SELECT path FROM source")).map(({ path }) => String(path));
  const conflict = partitionConflict(names, partition, isPostgresAddress(db ?? ""));
  if (conflict === undefined) return;
  throw new UserError(
    `the profile store cannot take this: ${conflict}`,
    "each part has a store of its own, --db PATH, and merge makes one of them",
  );
}

/** @throws {UsageError} for a part of nothing */
export function checkPartitionFlag(partition: Partition | undefined, reads: boolean): void {
  if (partition === undefined || reads) return;
  throw new UsageError("--partition is for reading", "decnet profile FILE --partition 1/2");
}

/** Makes the store of `--db` out of `parts`. @throws {UserError} */
export function mergeParts({ db }: ProfileFlags, parts: readonly string[], messages: Logger): void {
  const usage = "decnet profile merge --db ALL.db ONE.db TWO.db";
  if (parts.length === 0) throw new UsageError("merge needs the stores of all parts", usage);
  if (db === undefined || isPostgresAddress(db)) {
    throw new UsageError("merge needs a file for the store that it makes", usage);
  }
  try {
    const { attackers, uneven } = mergeStores(db, parts);
    for (const input of uneven) {
      messages.warn("{input}: the parts have not read the same of it", { input });
    }
    messages.info("{attackers} attackers of {parts} parts", { attackers, parts: parts.length });
  } catch (error) {
    if (!(error instanceof MergeError)) throw error;
    throw new UserError(error.message, "every part once, and another file for --db");
  }
}
