/** From 802.11 frames, with or without radiotap, to the IP header: its offset, or -1. */
import { llcIp } from "./ethernet.ts";

const SMALLEST_HEADER = 24;
const FOURTH_ADDRESS = 6;
const QOS_CONTROL = 2;
const HT_CONTROL = 4;

/** Addresses and length before the first part of an aggregate (802.11-2020 9.3.2.2). */
const SUBFRAME_HEADER = 14;

/** Radiotap, present word: TSFT comes before the flags, more words follow. */
const RADIOTAP = { tsft: 1, flags: 2, moreWords: 0x80 } as const;

/** Radiotap flag: the header is padded to 32 bits. */
const DATA_PAD = 0x20;

const MAX_PRESENT_WORDS = 32;

/** The IP header behind a radiotap header (radiotap.org). */
export function radiotapIp(bytes: Uint8Array, offset: number, end: number): number {
  if (end - offset < 8 || bytes[offset] !== 0) return -1;
  const length = bytes[offset + 2]! | bytes[offset + 3]! << 8;
  if (length < 8 || offset + length > end) return -1;
  return dot11Ip(bytes, offset + length, end, isPadded(bytes, offset, offset + length));
}

function isPadded(bytes: Uint8Array, offset: number, end: number): boolean {
  const present = bytes[offset + 4]!;
  if ((present & RADIOTAP.flags) === 0) return false;
  let fields = 8;
  for (let words = 0; words < MAX_PRESENT_WORDS; words++) {
    if (offset + fields > end) return false;
    if ((bytes[offset + fields - 1]! & RADIOTAP.moreWords) === 0) break;
    fields += 4;
  }
  // Fields are aligned to their size, counted from the start of the header.
  if (present & RADIOTAP.tsft) fields = Math.ceil(fields / 8) * 8 + 8;
  return offset + fields < end && (bytes[offset + fields]! & DATA_PAD) !== 0;
}

/**
 * The IP header in a data frame that is not encrypted. Of an aggregate (A-MSDU) the first part, of a
 * fragmented frame the first fragment.
 *
 * @param padded the header is padded to 32 bits
 */
export function dot11Ip(bytes: Uint8Array, offset: number, end: number, padded: boolean): number {
  if (end - offset < SMALLEST_HEADER) return -1;
  const control = bytes[offset]!;
  const flags = bytes[offset + 1]!;
  // Version 0, type 2 (data), and not one of the subtypes without data.
  if ((control & 0x4f) !== 0x08) return -1;
  const isProtected = (flags & 0x40) !== 0;
  const fragment = bytes[offset + 22]! & 0x0f;
  if (isProtected || fragment !== 0) return -1;
  let length = SMALLEST_HEADER;
  if ((flags & 0x03) === 0x03) length += FOURTH_ADDRESS;
  let aggregate = false;
  if (control & 0x80) {
    if (offset + length >= end) return -1;
    aggregate = (bytes[offset + length]! & 0x80) !== 0;
    length += QOS_CONTROL;
    if (flags & 0x80) length += HT_CONTROL;
  }
  if (padded) length = Math.ceil(length / 4) * 4;
  if (aggregate) length += SUBFRAME_HEADER;
  return llcIp(bytes, offset + length, end);
}
