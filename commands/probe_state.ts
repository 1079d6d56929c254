/** Opens the state file of `decnet probe`. */
import { lockService, type ServiceLock } from "../lib/probe/service_lock.ts";
import { SqliteStore } from "../lib/store/sqlite_store.ts";
import { UsageError, UserError } from "./exit_code.ts";

/** EX_TEMPFAIL of sysexits.h: try again later. */
const EXIT_BUSY = 75;

/** The state file at `path`, made where it is missing. @throws {UserError} */
export function openState(path: string): SqliteStore & Disposable {
  try {
    const store = new SqliteStore(path);
    return Object.assign(store, { [Symbol.dispose]: () => store.close() });
  } catch (error) {
    throw new UserError(
      (error as Error).message,
      "--state PATH for another place, --no-state to remember nothing",
    );
  }
}

/** The state file at `path`, which must be there: to ask it a question makes none. @throws {UserError} */
export function openKnownState(path: string | undefined, flag: string): SqliteStore & Disposable {
  if (path === undefined) throw needsState(flag);
  try {
    Deno.statSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw new UserError((error as Error).message);
    throw new UserError(`there is no state file ${path}`, "--state PATH for another place");
  }
  return openState(path);
}

/** The right to be the only service on a state file. @throws {UserError} when another one is */
export function lockState(path: string): ServiceLock {
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
    EXIT_BUSY,
  );
}

/** What is wrong where `flag` comes with `--no-state`. */
export function needsState(flag: string): UsageError {
  return new UsageError(`${flag} needs a state file`, "leave out --no-state");
}
