/** Users and groups by name or number. */
import { cString } from "./c_text.ts";
import type { Libc } from "./libc.ts";

/** Whom a process runs as. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The number above is none: to the system's functions it means "unchanged". */
const HIGHEST_ID = 0xffff_fffe;

/** Room for the strings of one entry of the user or group database. */
const ENTRY_BUFFER_SIZE = 64 * 1024;

/** More than a struct passwd or struct group takes on any platform. */
const ENTRY_SIZE = 128;

/** pwd.h and grp.h: the numbers follow two pointers, to name and password. */
const FIRST_ID = 16;
const SECOND_ID = 20;

/**
 * Reads `user`, `uid`, `user:group` or `uid:gid`; without a group it is the user's own. Undefined
 * when there is no such user or group, and for the number of a user that is not in the database
 * when no group is given.
 */
export function findIdentity(libc: Libc, text: string): Identity | undefined {
  const [user = "", group, ...rest] = text.split(":");
  if (rest.length > 0) return undefined;
  const number = idNumber(user);
  const entry = number === undefined ? userNamed(libc, user) : userNumbered(libc, number);
  const uid = number ?? entry?.uid;
  const gid = group === undefined ? entry?.gid : idNumber(group) ?? groupNamed(libc, group);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function idNumber(text: string): number | undefined {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : HIGHEST_ID + 1;
  return number <= HIGHEST_ID ? number : undefined;
}

function userNamed(libc: Libc, name: string): Identity | undefined {
  const key = cString(name);
  return identityOf(entry((...out) => libc.symbols.getpwnam_r(key, ...out)));
}

function userNumbered(libc: Libc, uid: number): Identity | undefined {
  return identityOf(entry((...out) => libc.symbols.getpwuid_r(uid, ...out)));
}

function groupNamed(libc: Libc, name: string): number | undefined {
  const key = cString(name);
  return entry((...out) => libc.symbols.getgrnam_r(key, ...out))?.getUint32(FIRST_ID, true);
}

function identityOf(passwd: DataView | undefined): Identity | undefined {
  if (passwd === undefined) return undefined;
  return { uid: passwd.getUint32(FIRST_ID, true), gid: passwd.getUint32(SECOND_ID, true) };
}

type Bytes = Uint8Array<ArrayBuffer>;

/** The structure that a lookup function filled, undefined when it found nothing. */
function entry(
  lookUp: (structure: Bytes, strings: Bytes, length: bigint, found: Bytes) => number,
): DataView | undefined {
  const structure = new Uint8Array(ENTRY_SIZE);
  const strings = new Uint8Array(ENTRY_BUFFER_SIZE);
  // A pointer to the structure, or null for no entry.
  const found = new Uint8Array(8);
  const status = lookUp(structure, strings, BigInt(strings.length), found);
  if (status !== 0 || found.every((byte) => byte === 0)) return undefined;
  return new DataView(structure.buffer);
}
