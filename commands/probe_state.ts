/** Opens the state of `decnet probe`. */
import { type BusAddress, isBusAddress, parseBusAddress } from "../lib/bus/bus_address.ts";
import { lockService, type ServiceLock } from "../lib/probe/service_lock.ts";
import { SqliteStore } from "../lib/store/sqlite_store.ts";
import type { StateStore } from "../lib/store/state_store.ts";
import { ScopedStore } from "../lib/store/scoped_store.ts";
import { EXIT, UsageError, UserError } from "./exit_code.ts";
import { defaultStatePath } from "./state_path.ts";

/** Prefix of what all probers remember together when they share a store. */
const SHARED = ["fingerprint/", "visit/"];

/** A store, closed at the end of its block. */
export type OpenState = StateStore & Disposable;

/**
 * The state at `path`, made where it is missing: a file, or a bucket at the address of a hub, in which
 * this sensor has a schedule and a place in its logs of its own.
 *
 * @param mustExist true to make no bucket
 * @throws {UserError}
 */
export async function openState(
  path: string,
  sensor: string,
  mustExist = false,
): Promise<OpenState> {
  try {
    const store = isBusAddress(path)
      ? await openShared(parseBusAddress(path), sensor, mustExist)
      : new SqliteStore(path);
    return Object.assign(store, { [Symbol.dispose]: () => store.close() });
  } catch (error) {
    throw new UserError(
      (error as Error).message,
      "--state PATH for another place, --no-state to remember nothing",
    );
  }
}

async function openShared(
  address: BusAddress,
  sensor: string,
  mustExist: boolean,
): Promise<StateStore> {
  // Only here: it loads the client of NATS.
  const { KvStore } = await import("../lib/bus/kv_store.ts");
  const store = await KvStore.open(address, `decnet probe ${sensor}`, mustExist);
  return new ScopedStore(store, { own: `sensor/${sensor}/`, shared: SHARED });
}

/** The state at `path`, which must be there: to ask it a question makes none. @throws {UserError} */
export async function openKnownState(
  path: string | undefined,
  flag: string,
  sensor: string,
): Promise<OpenState> {
  if (path === undefined) throw needsState(flag);
  try {
    if (!isBusAddress(path)) await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw new UserError((error as Error).message);
    throw new UserError(`there is no state file ${path}`, "--state PATH for another place");
  }
  return await openState(path, sensor, true);
}

/** The right to be the only service on a state file. @throws {UserError} when another one is */
export function lockState(state: string): ServiceLock {
  // Of a shared state, this machine's part alone is the service's own.
  const path = isBusAddress(state) ? defaultStatePath() : state;
  let lock: ServiceLock | undefined;
  try {
    lock = lockService(path);
  } catch (error) {
    throw new UserError(`the lock of ${path}: ${(error as Error).message}`);
  }
  if (lock !== undefined) return lock;
  throw new UserError(
    `another prober with --from-log is at work on ${path}`,
    "let it do the work, or give this one a state of its own with --state PATH",
    EXIT.busy,
  );
}

/** What is wrong where `flag` comes with `--no-state`. */
export function needsState(flag: string): UsageError {
  return new UsageError(`${flag} needs a state file`, "leave out --no-state");
}
