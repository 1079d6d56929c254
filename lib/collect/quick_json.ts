/** Events of lines as JSON, written from the bytes of the lines. */
import { SCHEMA_VERSION, UNKNOWN_ATTACKER } from "../event/event.ts";
import { CROCKFORD } from "../event/ulid.ts";
import type { ByteHash } from "./byte_hash.ts";
import type { LineBuffer } from "./line_buffer.ts";
import { quotedText } from "./line_json.ts";
import type { QuickLine } from "./quick_line.ts";

const ZERO = 0x30;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;

/** Of `cmd`, which is called `command` among fields. */
const LETTER_C = 0x63;

/** `":"` and `",` as words of which the first byte is the lowest. */
const QUOTE_COLON_QUOTE = 0x22_3a_22;
const QUOTE_COMMA = 0x2c22;

/** Four bytes of each. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const LOW_BITS = 0x7f7f7f7f;
const HIGH_BITS = 0x80808080 | 0;

const encoder = new TextEncoder();

/** A constant text, four bytes at a time. */
interface Words {
  readonly words: Int32Array;
  readonly length: number;
}

function wordsOf(text: string): Words {
  const { length } = text;
  const bytes = new Uint8Array(length + 3 & ~3);
  encoder.encodeInto(text, bytes);
  const view = new DataView(bytes.buffer);
  const words = Int32Array.from(
    { length: bytes.length / 4 },
    (_, index) => view.getInt32(4 * index, true),
  );
  return { words, length };
}

const HEAD_START = '{"timestamp":"2026-05-03T05:12:51.123456Z","event_id":"';
const NO_ID = "0".repeat(26);

/** Where in the head the second, its fraction and the id are. */
const SECOND_AT = HEAD_START.indexOf("2026");
const FRACTION_AT = HEAD_START.indexOf("123456");
const ID_AT = HEAD_START.length;

const SERVICE = wordsOf('","service":"');
const TYPE = wordsOf('","event_type":"');
const ATTACKER = wordsOf('","attacker_ip":"');
const FIELDS = wordsOf('","fields":{');
const MSG = wordsOf('},"msg":"');
const RAW_AFTER_MSG = wordsOf('","raw_line":"');
const RAW_AFTER_FIELDS = wordsOf('},"raw_line":"');
const COMMAND = wordsOf("command");
const REMOTE_PORT = wordsOf('"remote_port":"');
const END = wordsOf('"}\n');
const UNKNOWN = wordsOf(UNKNOWN_ATTACKER);

/** Characters of an id's 5 bits. */
const BASE32 = encoder.encode(CROCKFORD);

/** Bytes that a record has at most for each of its line's, and besides them. */
const BYTES_PER_BYTE = 6;
const BYTES_BESIDES = 1024;

/** Writes events of one sensor as {@linkcode LineJsonWriter} does. */
export class QuickJsonWriter {
  readonly #head: Uint8Array;
  #turn = -1;

  constructor(sensor: string) {
    this.#head = encoder.encode(
      `${HEAD_START}${NO_ID}","schema":${SCHEMA_VERSION},"sensor":${quotedText(sensor)},"decky":"`,
    );
  }

  /** Adds the event of `line`, which stands at `start` of `bytes`, with the id of `hash`. */
  write(line: QuickLine, bytes: DataView, start: number, hash: ByteHash, buffer: LineBuffer): void {
    const head = this.#head;
    this.#setTime(line);
    setTail(head, ID_AT + 10, hash.high, hash.low, hash.more);
    const { stop } = line;
    buffer.reserve((stop - start) * BYTES_PER_BYTE + head.length + BYTES_BESIDES);
    const out = buffer.view;
    let at = buffer.length;
    buffer.bytes.set(head, at);
    at = copy(out, at + head.length, bytes, line.deckyStart, line.deckyEnd);
    at = put(out, at, SERVICE);
    at = copy(out, at, bytes, line.serviceStart, line.serviceEnd);
    at = put(out, at, TYPE);
    at = line.isCommand
      ? put(out, at, COMMAND)
      : copy(out, at, bytes, line.typeStart, line.typeEnd);
    at = put(out, at, ATTACKER);
    at = line.attackerEnd === 0
      ? put(out, at, UNKNOWN)
      : copy(out, at, bytes, line.attackerStart, line.attackerEnd);
    at = put(out, at, FIELDS);
    at = line.isCommand ? putCommand(out, at, bytes, line) : putFields(out, at, bytes, line);
    if (line.msgStart < stop) {
      at = put(out, at, MSG);
      at = copyQuoted(out, at, bytes, line.msgStart, stop);
      at = put(out, at, RAW_AFTER_MSG);
    } else at = put(out, at, RAW_AFTER_FIELDS);
    // The header holds nothing that is escaped.
    at = copy(out, at, bytes, start, line.typeEnd);
    at = copyQuoted(out, at, bytes, line.typeEnd, stop);
    buffer.length = put(out, at, END);
    buffer.count++;
  }

  #setTime({ time }: QuickLine): void {
    const head = this.#head;
    if (time.turn !== this.#turn) {
      this.#turn = time.turn;
      encoder.encodeInto(time.second, head.subarray(SECOND_AT, FRACTION_AT));
    }
    let { fraction } = time;
    for (let at = FRACTION_AT + 5; at >= FRACTION_AT; at--) {
      const rest = fraction / 10 | 0;
      head[at] = ZERO + fraction - rest * 10;
      fraction = rest;
    }
    let high = time.millisHigh;
    let low = time.millisLow;
    for (let at = ID_AT + 9; at > ID_AT + 3; at--) {
      head[at] = BASE32[low & 31]!;
      low >>>= 5;
    }
    for (let at = ID_AT + 3; at >= ID_AT; at--) {
      head[at] = BASE32[high & 31]!;
      high >>>= 5;
    }
  }
}

/** 16 characters of 80 bits: of `high`, of `low`, and the upper half of `more`. */
function setTail(head: Uint8Array, at: number, high: number, low: number, more: number): void {
  head[at] = BASE32[high >>> 27]!;
  head[at + 1] = BASE32[high >>> 22 & 31]!;
  head[at + 2] = BASE32[high >>> 17 & 31]!;
  head[at + 3] = BASE32[high >>> 12 & 31]!;
  head[at + 4] = BASE32[high >>> 7 & 31]!;
  head[at + 5] = BASE32[high >>> 2 & 31]!;
  head[at + 6] = BASE32[(high & 3) << 3 | low >>> 29]!;
  head[at + 7] = BASE32[low >>> 24 & 31]!;
  head[at + 8] = BASE32[low >>> 19 & 31]!;
  head[at + 9] = BASE32[low >>> 14 & 31]!;
  head[at + 10] = BASE32[low >>> 9 & 31]!;
  head[at + 11] = BASE32[low >>> 4 & 31]!;
  head[at + 12] = BASE32[(low & 15) << 1 | more >>> 31]!;
  head[at + 13] = BASE32[more >>> 26 & 31]!;
  head[at + 14] = BASE32[more >>> 21 & 31]!;
  head[at + 15] = BASE32[more >>> 16 & 31]!;
}

/** Adds parameters. */
function putFields(out: DataView, at: number, bytes: DataView, line: QuickLine): number {
  const { count, nameStarts, nameEnds, valueStarts, valueEnds, hasEscapes } = line;
  for (let index = 0; index < count; index++) {
    out.setUint8(at, QUOTE);
    at = copy(out, at + 1, bytes, nameStarts[index]!, nameEnds[index]!);
    out.setInt32(at, QUOTE_COLON_QUOTE, true);
    at = hasEscapes
      ? copyUnescaped(out, at + 3, bytes, valueStarts[index]!, valueEnds[index]!)
      : copy(out, at + 3, bytes, valueStarts[index]!, valueEnds[index]!);
    out.setInt16(at, QUOTE_COMMA, true);
    at += 2;
  }
  if (line.portEnd > 0) {
    at = copy(out, put(out, at, REMOTE_PORT), bytes, line.portStart, line.portEnd);
    out.setUint8(at, QUOTE);
    return at + 1;
  }
  // Without the comma behind the last.
  return count > 0 ? at - 1 : at;
}

/** Adds the parts of a command, in which nothing is escaped. */
function putCommand(out: DataView, at: number, bytes: DataView, line: QuickLine): number {
  const { count, nameStarts, nameEnds, valueStarts, valueEnds } = line;
  for (let index = 0; index < count; index++) {
    const nameStart = nameStarts[index]!;
    out.setUint8(at++, QUOTE);
    at = bytes.getUint8(nameStart) === LETTER_C
      ? put(out, at, COMMAND)
      : copy(out, at, bytes, nameStart, nameEnds[index]!);
    out.setInt32(at, QUOTE_COLON_QUOTE, true);
    at = copyQuoted(out, at + 3, bytes, valueStarts[index]!, valueEnds[index]!);
    out.setInt16(at, QUOTE_COMMA, true);
    at += 2;
  }
  return at - 1;
}

/** Adds a constant text. */
function put(out: DataView, at: number, { words, length }: Words): number {
  for (let index = 0; index < words.length; index++) {
    out.setInt32(at + 4 * index, words[index]!, true);
  }
  return at + length;
}

/** Adds bytes as they are: four at a time, and up to three too many, which what follows overwrites. */
function copy(out: DataView, at: number, bytes: DataView, start: number, end: number): number {
  const shift = at - start;
  for (let index = start; index < end; index += 4) {
    out.setInt32(index + shift, bytes.getInt32(index, true), true);
  }
  return end + shift;
}

/** Adds printable ASCII for between quotes. */
function copyQuoted(
  out: DataView,
  at: number,
  bytes: DataView,
  start: number,
  end: number,
): number {
  let index = start;
  for (const last = end - 4; index <= last; index += 4) {
    const word = bytes.getInt32(index, true);
    // Of bytes below 128 the sum with 127 has its highest bit set unless they are 0.
    const quotes = (word ^ QUOTES) + LOW_BITS;
    const backslashes = (word ^ BACKSLASHES) + LOW_BITS;
    if ((quotes & backslashes & HIGH_BITS) === HIGH_BITS) {
      out.setInt32(at, word, true);
      at += 4;
      continue;
    }
    for (let shift = 0; shift < 32; shift += 8) {
      const byte = word >>> shift & 0xff;
      if (byte === QUOTE || byte === BACKSLASH) out.setUint8(at++, BACKSLASH);
      out.setUint8(at++, byte);
    }
  }
  for (; index < end; index++) {
    const byte = bytes.getUint8(index);
    if (byte === QUOTE || byte === BACKSLASH) out.setUint8(at++, BACKSLASH);
    out.setUint8(at++, byte);
  }
  return at;
}

/** Adds a value, whose own escapes are RFC 5424's, for between JSON's quotes. */
function copyUnescaped(
  out: DataView,
  at: number,
  bytes: DataView,
  start: number,
  end: number,
): number {
  for (let index = start; index < end; index++) {
    let byte = bytes.getUint8(index);
    if (byte === BACKSLASH) {
      const next = bytes.getUint8(index + 1);
      // The quote that ends the value is never the next: a backslash before it would be its escape.
      if (next === QUOTE || next === BACKSLASH || next === CLOSE) {
        byte = next;
        index++;
      }
      if (byte !== CLOSE) out.setUint8(at++, BACKSLASH);
    }
    out.setUint8(at++, byte);
  }
  return at;
}
