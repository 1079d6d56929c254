/** What a file starts with, as a hash: by this it is known again under another name. */
import { sha256Hex } from "../hash.ts";

/**
 * Bytes that identify a file: the first, NULs in front of them left out. A writer that does not append
 * leaves a hole when its file is emptied, and all holes look alike.
 */
export const HEAD_SIZE = 1024;

/** Bytes before a place that identify it. */
export const TAIL_SIZE = 256;

/** 128 bits: plenty against chance, and nobody gains by two logs that look alike. */
const HASH_DIGITS = 32;

/** The head of a file, as far as it went when it was looked at. */
export type Signature = {
  /** Bytes that were hashed, at most {@linkcode HEAD_SIZE}; never 0. */
  readonly size: number;
  /** See {@linkcode hashOf}. */
  readonly hash: string;
};

/** The signature of `head`; none when it is empty. */
export function signatureOf(head: Uint8Array): Signature[] {
  return head.length === 0 ? [] : [{ size: head.length, hash: hashOf(head) }];
}

/** Hash of a few bytes: 32 hexadecimal digits, the start of their SHA-256; empty for no bytes. */
export function hashOf(bytes: Uint8Array): string {
  return bytes.length === 0 ? "" : sha256Hex(bytes).slice(0, HASH_DIGITS);
}

/** The index of the first byte of `bytes` that is not NUL; their length without one. */
export function firstNonNul(bytes: Uint8Array): number {
  let index = 0;
  const isAligned = bytes.byteOffset % 4 === 0;
  if (isAligned && bytes[0] === 0) {
    // Four at a time: holes are as large as logs.
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    while (index < words.length && words[index] === 0) index++;
    index *= 4;
  }
  while (index < bytes.length && bytes[index] === 0) index++;
  return index;
}

/** True for what {@linkcode hashOf} gives for bytes that are not empty. */
export function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{32}$/.test(value);
}
