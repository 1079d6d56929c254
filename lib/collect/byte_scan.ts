/** Parts of a log line as bytes: where they end, and what they are. */
import { ATTACKER_FIELDS } from "../event/attacker.ts";
import { BYTE_CLASSES, CLASS } from "./byte_class.ts";

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

const encoder = new TextEncoder();

/** The rank of a name that holds no attacker: behind all others. */
export const NO_RANK: number = ATTACKER_FIELDS.length;

interface AttackerField {
  readonly rank: number;
  readonly bytes: Uint8Array;
}

/** Fields that may hold the attacker's address, by the length of their names. */
const ATTACKER_NAMES: AttackerField[][] = [];
for (const [rank, name] of ATTACKER_FIELDS.entries()) {
  (ATTACKER_NAMES[name.length] ??= []).push({ rank, bytes: encoder.encode(name) });
}
const NO_NAMES: AttackerField[] = [];
for (let length = 0; length < 16; length++) ATTACKER_NAMES[length] ??= NO_NAMES;

/** True when `bytes` from `start` to `end` are those of `other`. */
export function isEqual(
  bytes: Uint8Array,
  start: number,
  end: number,
  other: Uint8Array,
): boolean {
  if (end - start !== other.length) return false;
  for (let index = 0; index < other.length; index++) {
    if (bytes[start + index] !== other[index]) return false;
  }
  return true;
}

/** A header part ends at a space; one with a quote or a backslash is for the other reader. */
export function tokenEnd(bytes: Uint8Array, at: number): number {
  while (BYTE_CLASSES[bytes[at]!]! < CLASS.space) at++;
  return at;
}

/** A name ends where it must; one with a backslash is for the other reader. */
export function nameEnd(bytes: Uint8Array, at: number): number {
  while (BYTE_CLASSES[bytes[at]!] === CLASS.plain) at++;
  return at;
}

/** The place of a name among those of attackers; behind all when it is none. */
export function rankOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= ATTACKER_NAMES.length) return NO_RANK;
  const names = ATTACKER_NAMES[end - start]!;
  for (let index = 0; index < names.length; index++) {
    const { rank, bytes: name } = names[index]!;
    if (isEqual(bytes, start, end, name)) return rank;
  }
  return NO_RANK;
}

/** True for an IPv4 address in canonical form. */
export function isV4(bytes: Uint8Array, start: number, end: number): boolean {
  let dots = 0;
  let octet = 0;
  let digits = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === DOT) {
      if (digits === 0) return false;
      dots++;
      octet = digits = 0;
      continue;
    }
    if (byte < ZERO || byte > NINE || digits > 0 && octet === 0) return false;
    octet = octet * 10 + byte - ZERO;
    if (octet > 255) return false;
    digits++;
  }
  return dots === 3 && digits > 0;
}
