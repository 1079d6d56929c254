/** Parts of a log line as bytes: where they end, and what they are. */
import { ATTACKER_FIELDS } from "../event/attacker.ts";
import { BYTE_CLASSES, CLASS } from "./byte_class.ts";

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LETTER_A = 0x61;
const LETTER_F = 0x66;

/** Groups of an IPv6 address, and the one that tells of an IPv4 address inside (RFC 4291 2.5.5.2). */
const GROUPS = 8;
const MAPPED = 0xffff;

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

/** True for an IPv6 address as RFC 5952 wants it, without a zone and without an IPv4 address inside. */
export function isV6(bytes: Uint8Array, start: number, end: number): boolean {
  let groups = 0;
  /** Groups before `::`. */
  let gap = -1;
  /** Groups of 0 in a row: up to here, and the most of them before and behind `::`. */
  let zeros = 0;
  let before = 0;
  let behind = 0;
  let first = 0;
  let at = start;
  if (bytes[at] === COLON) {
    if (bytes[at + 1] !== COLON) return false;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    const groupStart = at;
    let value = 0;
    for (let digit; at < end && (digit = hexDigit(bytes[at]!)) >= 0; at++) {
      // No leading zeros (RFC 5952 4.1).
      if (at > groupStart && value === 0 || at === groupStart + 4) return false;
      value = value << 4 | digit;
    }
    if (at === groupStart || groups === GROUPS) return false;
    // What `::` stands for is the whole row of zeros (RFC 5952 4.2.1).
    if (value === 0 && groups === gap) return false;
    if (groups++ === 0) first = value;
    zeros = value === 0 ? zeros + 1 : 0;
    if (gap < 0) before = Math.max(before, zeros);
    else behind = Math.max(behind, zeros);
    if (at === end) break;
    if (bytes[at++] !== COLON || at === end) return false;
    if (bytes[at] !== COLON) continue;
    if (gap >= 0 || zeros > 0) return false;
    gap = groups;
    at++;
  }
  if (gap < 0) return groups === GROUPS && before < 2;
  // It stands for the longest row, and for the first of these (RFC 5952 4.2.3).
  const length = GROUPS - groups;
  const isMapped = gap === 0 && groups === 3 && first === MAPPED;
  return !isMapped && length >= 2 && before < length && behind <= length;
}

/** The value of a digit in lower case; -1 when it is none. */
function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  return byte >= LETTER_A && byte <= LETTER_F ? byte - LETTER_A + 10 : -1;
}
