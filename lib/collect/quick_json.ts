/** Events of lines as JSON, written from the bytes of the lines. */
import { SCHEMA_VERSION, UNKNOWN_ATTACKER } from "../event/event.ts";
import { CROCKFORD } from "../event/ulid.ts";
import type { ByteHash } from "./byte_hash.ts";
import type { LineBuffer } from "./line_buffer.ts";
import { quotedText } from "./line_json.ts";
import type { QuickLine } from "./quick_line.ts";
import { copy, copyQuoted, copyUnescaped, putWords, type Words, wordsOf } from "./word_copy.ts";

const ZERO = 0x30;
const QUOTE = 0x22;

/** Of `cmd`, which is called `command` among fields. */
const LETTER_C = 0x63;

/** `":"` and `",` as words of which the first byte is the lowest. */
const QUOTE_COLON_QUOTE = 0x22_3a_22;
const QUOTE_COMMA = 0x2c22;

/** A quote within a text. */
const ESCAPED_QUOTE = 0x225c;

const encoder = new TextEncoder();

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

  /**
   * Adds the event of `line`, which stands at `start` of `bytes`, with the id of `hash`.
   *
   * @param more further fields, each with a comma behind it
   */
  write(
    line: QuickLine,
    bytes: DataView,
    start: number,
    hash: ByteHash,
    buffer: LineBuffer,
    more: Words,
  ): void {
    const head = this.#head;
    this.#setTime(line);
    setTail(head, ID_AT + 10, hash.high, hash.low, hash.more);
    const { stop } = line;
    buffer.reserve(
      (stop - start) * BYTES_PER_BYTE + head.length + more.length +
        BYTES_BESIDES,
    );
    const out = buffer.view;
    let at = buffer.length;
    buffer.bytes.set(head, at);
    at = copy(out, at + head.length, bytes, line.deckyStart, line.deckyEnd);
    at = putWords(out, at, SERVICE);
    at = copy(out, at, bytes, line.serviceStart, line.serviceEnd);
    at = putWords(out, at, TYPE);
    at = line.isCommand
      ? putWords(out, at, COMMAND)
      : copy(out, at, bytes, line.typeStart, line.typeEnd);
    at = putWords(out, at, ATTACKER);
    at = line.attackerEnd === 0
      ? putWords(out, at, UNKNOWN)
      : copy(out, at, bytes, line.attackerStart, line.attackerEnd);
    at = putWords(out, at, FIELDS);
    const first = at;
    at = line.isCommand ? putCommand(out, at, bytes, line) : putFields(out, at, bytes, line);
    at = putWords(out, at, more);
    // Without the comma behind the last.
    if (at > first) at--;
    if (line.msgStart < stop) {
      at = putWords(out, at, MSG);
      at = copyQuoted(out, at, bytes, line.msgStart, stop);
      at = putWords(out, at, RAW_AFTER_MSG);
    } else at = putWords(out, at, RAW_AFTER_FIELDS);
    at = putLine(out, at, bytes, line, start);
    buffer.length = putWords(out, at, END);
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
    at = copy(out, putWords(out, at, REMOTE_PORT), bytes, line.portStart, line.portEnd);
    out.setInt16(at, QUOTE_COMMA, true);
    at += 2;
  }
  return at;
}

/** Adds the line that starts at `start` for between quotes: but for its text, all its quotes are known. */
function putLine(
  out: DataView,
  at: number,
  bytes: DataView,
  line: QuickLine,
  start: number,
): number {
  const { valueStarts, valueEnds, hasEscapes, msgStart } = line;
  const count = line.isCommand ? 0 : line.count;
  let from = start;
  for (let index = 0; index < count; index++) {
    const valueStart = valueStarts[index]!;
    const valueEnd = valueEnds[index]!;
    at = copy(out, at, bytes, from, valueStart - 1);
    out.setInt16(at, ESCAPED_QUOTE, true);
    at = hasEscapes
      ? copyQuoted(out, at + 2, bytes, valueStart, valueEnd)
      : copy(out, at + 2, bytes, valueStart, valueEnd);
    out.setInt16(at, ESCAPED_QUOTE, true);
    at += 2;
    from = valueEnd + 1;
  }
  at = copy(out, at, bytes, from, msgStart);
  return copyQuoted(out, at, bytes, msgStart, line.stop);
}

/** Adds the parts of a command, in which nothing is escaped. */
function putCommand(out: DataView, at: number, bytes: DataView, line: QuickLine): number {
  const { count, nameStarts, nameEnds, valueStarts, valueEnds } = line;
  for (let index = 0; index < count; index++) {
    const nameStart = nameStarts[index]!;
    out.setUint8(at++, QUOTE);
    at = bytes.getUint8(nameStart) === LETTER_C
      ? putWords(out, at, COMMAND)
      : copy(out, at, bytes, nameStart, nameEnds[index]!);
    out.setInt32(at, QUOTE_COLON_QUOTE, true);
    at = copyQuoted(out, at + 3, bytes, valueStarts[index]!, valueEnds[index]!);
    out.setInt16(at, QUOTE_COMMA, true);
    at += 2;
  }
  return at;
}
