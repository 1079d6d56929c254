/** Logs that grow, and stores that are fed from them. */
import { canonicalDump } from "../../lib/profile/canonical_dump.ts";
import { Ingest } from "../../lib/profile/ingest.ts";
import { ProfileStore } from "../../lib/profile/profile_store.ts";
import { makeAttackLog } from "../../scripts/make_attack_log/make.ts";

/** Lines about made attackers, garbage among them. */
export function attackLines(events: number, attackers: number, seed: number): string[] {
  const lines: string[] = [];
  makeAttackLog({ events, attackers, seed }, { line: (text) => lines.push(text), truth: () => {} });
  return lines;
}

/** How one run reads. */
export interface ReadingRun {
  readonly db: string;
  readonly logs: readonly string[];
  /** Events of a window. */
  readonly maxEvents?: number;
  /** Commits after which the run ends as if it had been killed. */
  readonly commits?: number;
}

/** A run of a process of its own. @returns false when it ended before it was through */
export async function readInto({ db, logs, maxEvents, commits }: ReadingRun): Promise<boolean> {
  using store = new ProfileStore(db);
  let left = commits ?? Infinity;
  const ingest = new Ingest({
    store,
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
export function dumpOf(db: string): string {
  using store = new ProfileStore(db);
  return canonicalDump(store);
}
