/** Gives up root for good. */
import { CAPABILITY_VERSION } from "./capabilities.ts";
import { type Libc, openLibc } from "./libc.ts";
import { findIdentity, type Identity } from "./users.ts";

export type { Identity };

/** Privileges could not be given up; a process should not go on with them. */
export class PrivilegeError extends Error {
  override name = "PrivilegeError";
}

/** linux/prctl.h: PR_SET_NO_NEW_PRIVS. */
const SET_NO_NEW_PRIVS = 38;

/** Header: version and thread (0: this one). Data: effective, permitted, inheritable, twice. */
const CAPABILITY_DATA_SIZE = 24;

/**
 * Reads whom to become.
 *
 * @param text `user`, `uid`, `user:group` or `uid:gid`, by name or number
 * @throws {PrivilegeError} when there is no such user or group, or the user is root
 * @throws {LibraryError}
 */
export function parseIdentity(text: string): Identity {
  using libc = disposable(openLibc());
  const identity = findIdentity(libc, text);
  if (identity === undefined) throw new PrivilegeError(`no user "${text}"`);
  requireOrdinary(identity);
  return identity;
}

/**
 * Becomes an ordinary user, without supplementary groups and capabilities, and without a way back.
 *
 * A process of an ordinary user stays that user's, and only loses its capabilities. On Linux those
 * are each thread's own: they go with root in all threads, but those that an ordinary user's process
 * was started with go in the calling thread alone, which is the one that JavaScript runs in.
 *
 * @param identity whom root becomes; others need none
 * @returns whether the user changed
 * @throws {PrivilegeError} when something was not given up
 * @throws {LibraryError}
 */
export function dropPrivileges(identity?: Identity): boolean {
  using libc = disposable(openLibc());
  const root = libc.symbols.getuid() === 0 || libc.symbols.geteuid() === 0;
  if (root) become(libc, identity);
  if (Deno.build.os === "linux") dropCapabilities(libc);
  return root;
}

function become(libc: Libc, identity: Identity | undefined): void {
  if (identity === undefined) {
    throw new PrivilegeError("root is to be given up, and no user was given");
  }
  requireOrdinary(identity);
  const { uid, gid } = identity;
  const { setgroups, setgid, setuid, seteuid, getuid, geteuid, getgid, getegid, getgroups } =
    libc.symbols;
  // The user last: afterwards the groups could no longer be changed.
  if (setgroups(1n, bytesOf([gid])) !== 0 || setgid(gid) !== 0 || setuid(uid) !== 0) {
    throw new PrivilegeError(
      `cannot change to user ${uid}, group ${gid}: it needs CAP_SETUID and CAP_SETGID`,
    );
  }
  const groups = new Uint32Array(1);
  const groupCount = getgroups(1, new Uint8Array(groups.buffer));
  const changed = getuid() === uid && geteuid() === uid && getgid() === gid && getegid() === gid &&
    groupCount === 1 && groups[0] === gid;
  if (!changed) throw new PrivilegeError(`the system did not change to user ${uid}, group ${gid}`);
  if (setuid(0) === 0 || seteuid(0) === 0) {
    throw new PrivilegeError("root was given up, and could be taken back");
  }
}

function requireOrdinary({ uid }: Identity): void {
  if (uid === 0) throw new PrivilegeError("user 0 is root, which is what is to be given up");
}

function dropCapabilities({ symbols: { prctl, capget, capset } }: Libc): void {
  if (prctl === null || capget === null || capset === null) {
    throw new PrivilegeError("the C library cannot change capabilities");
  }
  // prctl(2): the unused arguments have to be 0.
  if (prctl(SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n) !== 0) {
    throw new PrivilegeError("the system cannot rule out new privileges (PR_SET_NO_NEW_PRIVS)");
  }
  const header = bytesOf([CAPABILITY_VERSION, 0]);
  const data = new Uint8Array(CAPABILITY_DATA_SIZE);
  const cleared = capset(header, data) === 0 && capget(header, data) === 0 &&
    data.every((byte) => byte === 0);
  if (!cleared) throw new PrivilegeError("the capabilities cannot be given up");
}

function bytesOf(numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array(numbers).buffer);
}

function disposable(libc: Libc): Libc & Disposable {
  return Object.assign(libc, { [Symbol.dispose]: () => libc.close() });
}
