/** Logs that grow, and stores that are fed from them. */
import { canonicalDump } from "../../lib/profile/canonical_dump.ts";
import { Ingest } from "../../lib/profile/ingest.ts";
import type { Partition } from "../../lib/profile/partition.ts";
import type { ProfileStore } from "../../lib/profile/profile_store.ts";
import { PostgresProfileStore } from "../../lib/profile/postgres_profile_store.ts";
import { isPostgresAddress, parsePostgresAddress } from "../../lib/postgres/postgres_address.ts";
import { SqliteProfileStore } from "../../lib/profile/sqlite_profile_store.ts";
import { makeAttackLog } from "../../scripts/make_attack_log/make.ts";

/** Lines about made attackers, garbage among them. */
export function attackLines(events: number, attackers: number, seed: number): string[] {
  const lines: string[] = [];
  makeAttackLog({ events, attackers, seed }, { line: (text) => lines.push(text), truth: () => {} });
  return lines;
}

/** A store in a file, or in the database of an address, for one who writes. */
export async function openStore(db: string): Promise<ProfileStore> {
  if (!isPostgresAddress(db)) return new SqliteProfileStore(db);
  const address = parsePostgresAddress(db, () => undefined);
  return await PostgresProfileStore.open(address, { writes: true });
}

/** How one run reads. */
export interface ReadingRun {
  readonly db: string;
  readonly logs: readonly string[];
  readonly partition?: Partition | undefined;
  /** Events of a window. */
  readonly maxEvents?: number;
  /** Commits after which the run ends as if it had been killed. */
  readonly commits?: number;
}

/** A run of a process of its own. @returns false when it ended before it was through */
export async function readInto(
  { db, logs, partition, maxEvents, commits }: ReadingRun,
): Promise<boolean> {
  await using store = await openStore(db);
  let left = commits ?? Infinity;
  const ingest = new Ingest({
    store,
    partition,
    onNotice: () => {},
    onProgress: () => {
      if (--left <= 0) throw new Killed();
    },
    ...(maxEvents === undefined ? {} : { maxEvents }),
    read: { settle: 0 },
  });
  try {
    for (const log of logs) await ingest.readLog(log);
    return true;
  } catch (error) {
    if (error instanceof Killed) return false;
    throw error;
  }
}

class Killed extends Error {}

/** All that a store knows. */
export async function dumpOf(db: string): Promise<string> {
  await using store = await openStore(db);
  return await canonicalDump(store);
}
