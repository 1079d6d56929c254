/** Opens what `decnet collect` remembers, also when it is damaged. */
import { basename, dirname, join } from "node:path";
import type { Logger } from "@logtape/logtape";
import { CheckpointStore } from "../lib/collect/checkpoint_store.ts";
import { CollectorLock } from "../lib/collect/collector_lock.ts";
import { wholeFile } from "../lib/collect/whole_file.ts";
import { logPaths } from "../lib/event/log_pair.ts";
import { sha256Hex } from "../lib/hash.ts";
import { SqliteStore } from "../lib/store/sqlite_store.ts";
import { UserError } from "./exit_code.ts";

/** SQLite's words for a file that will never be read again. */
const DAMAGED = /not a database|malformed|database disk image/;

/** Files that SQLite keeps beside its own. */
const SUFFIXES = ["", "-wal", "-shm"] as const;

/** Digits of the hash that names a collector: short, and different for different paths. */
const HASH_DIGITS = 12;

const HINT = "--state PATH for another place, --no-state to remember nothing";

/** The checkpoints of one output. */
export interface CollectState extends Disposable {
  readonly store: CheckpointStore;
}

/**
 * Opens the checkpoints of the output `base` in the state file `path`. A damaged file is put aside.
 *
 * @throws {UserError}
 */
export function openCollectState(path: string, base: string, messages: Logger): CollectState {
  const stem = realStem(base);
  const name = sha256Hex(stem).slice(0, HASH_DIGITS);
  const store = openOrReplace(path, messages);
  return {
    store: new CheckpointStore(store, `collect/${stem}`, wholeFile(`${path}.collect-${name}`)),
    [Symbol.dispose]: () => store.close(),
  };
}

/** Takes the right to write to `base`. @throws {UserError} when another collector has it */
export async function lockOutput(base: string): Promise<CollectorLock> {
  const path = `${stemOf(base)}.lock`;
  let lock: Awaited<ReturnType<typeof CollectorLock.take>>;
  try {
    lock = await CollectorLock.take(path);
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`, "--out BASE for another place");
  }
  if (lock instanceof CollectorLock) return lock;
  const { pid, since } = lock;
  const holder = pid === undefined ? "another collector" : `process ${pid}, since ${since},`;
  throw new UserError(
    `${holder} collects to ${logPaths(base).log} already`,
    "--out BASE for another place",
  );
}

function openOrReplace(path: string, messages: Logger): SqliteStore {
  try {
    return openSound(path);
  } catch (error) {
    const { message } = error as Error;
    if (!DAMAGED.test(message)) throw new UserError(message, HINT);
    const aside = `${path}.damaged-${Date.now()}`;
    try {
      for (const suffix of SUFFIXES) moveAside(path + suffix, aside + suffix);
      messages.warn("{message}: put aside as {aside}", { message, aside });
      return openSound(path);
    } catch (failure) {
      throw new UserError((failure as Error).message, HINT);
    }
  }
}

function openSound(path: string): SqliteStore {
  return new SqliteStore(path);
}

function moveAside(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function stemOf(base: string): string {
  return logPaths(base).log.slice(0, -".log".length);
}

/** One name for an output, whatever path leads to it. */
function realStem(base: string): string {
  const stem = stemOf(base);
  try {
    return join(Deno.realPathSync(dirname(stem)), basename(stem));
  } catch {
    return stem;
  }
}
