/** JSON as bytes, in a buffer that is used again and again: no text is made of what is only to be written. */
import { codeAt } from "../text/code_at.ts";
import type { Fields, FieldValue } from "./event.ts";
import { safeJson } from "./json_text.ts";
import { CROCKFORD } from "./ulid.ts";

/** Kept between batches; a buffer that had to grow beyond is given up. */
const KEPT = 1024 * 1024;

/** Where a buffer begins: most are for a line or two. */
const SMALLEST = 4096;

/** Bytes up to which a loop is faster than a call of the runtime. */
const SHORT = 24;

/** UTF-8 bytes that one UTF-16 code unit takes at most. */
const MAX_BYTES_PER_UNIT = 3;

/** Numbers up to here are written digit by digit. */
const MAX_PLAIN_NUMBER = 2 ** 31;

const SPACE = 0x20;
const TILDE = 0x7e;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;

const encoder = new TextEncoder();

const CROCKFORD_CODES = encoder.encode(CROCKFORD);

/** Writes JSON as UTF-8, with a newline or a misleading character always in ASCII escapes. */
export class JsonBytes {
  /** Bytes that were written since {@linkcode clear}. */
  length = 0;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SMALLEST);

  /** What was written; valid until more is. */
  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  /** Begins anew. */
  clear(): void {
    this.length = 0;
    if (this.#bytes.length > KEPT) this.#bytes = new Uint8Array(SMALLEST);
  }

  /** Takes back what was written behind the first `length` bytes. */
  cut(length: number): void {
    this.length = length;
  }

  /** One byte as it is. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  /** Bytes as they are. */
  raw(part: Uint8Array): void {
    const { length } = part;
    this.#reserve(length);
    const bytes = this.#bytes;
    if (length > SHORT) bytes.set(part, this.length);
    else for (let index = 0; index < length; index++) bytes[this.length + index] = part[index]!;
    this.length += length;
  }

  /** ASCII as it is. */
  ascii(text: string): void {
    const { length } = text;
    this.#reserve(length);
    const bytes = this.#bytes;
    const at = this.length;
    for (let index = 0; index < length; index++) bytes[at + index] = codeAt(text, index);
    this.length = at + length;
  }

  /** A text as it is, in UTF-8. */
  utf8(text: string): void {
    this.#reserve(text.length * MAX_BYTES_PER_UNIT);
    this.length += encoder.encodeInto(text, this.#bytes.subarray(this.length)).written;
  }

  /** The last `count` decimal digits of a whole number below 2^31. */
  digits(value: number, count: number): void {
    this.#reserve(count);
    const bytes = this.#bytes;
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tenth = rest / 10 | 0;
      bytes[at] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.length += count;
  }

  /** The last `count` letters of a number below 2^30 in Crockford's base32, 5 bits each. */
  base32(value: number, count: number): void {
    this.#reserve(count);
    const bytes = this.#bytes;
    let rest = value;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      bytes[at] = CROCKFORD_CODES[rest & 31]!;
      rest >>>= 5;
    }
    this.length += count;
  }

  /** A number. */
  number(value: number): void {
    if (value >= 0 && value < MAX_PLAIN_NUMBER && (value | 0) === value) {
      let count = 1;
      for (let power = 10; power <= value; power *= 10) count++;
      this.digits(value, count);
    } else this.ascii(JSON.stringify(value));
  }

  /** A text in quotes. */
  text(text: string): void {
    const { length } = text;
    this.#reserve(length + 2);
    const bytes = this.#bytes;
    const start = this.length;
    let at = start;
    bytes[at++] = QUOTE;
    for (let index = 0; index < length; index++) {
      const unit = codeAt(text, index);
      if (unit < SPACE || unit > TILDE || unit === QUOTE || unit === BACKSLASH) {
        this.utf8(safeJson(text));
        return;
      }
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.length = at;
  }

  /** The members of an object that has `fields`, without the braces around them. */
  members(fields: Fields): void {
    const start = this.length;
    for (const name of Object.keys(fields)) {
      const value = fields[name];
      if (value === undefined) continue;
      if (this.length > start) this.byte(COMMA);
      this.text(name);
      this.byte(COLON);
      this.value(value);
    }
  }

  /** A field's value. */
  value(value: FieldValue): void {
    switch (typeof value) {
      case "string":
        this.text(value);
        break;
      case "number":
        this.number(value);
        break;
      case "boolean":
        this.ascii(value ? "true" : "false");
        break;
      default:
        this.utf8(safeJson(value));
    }
  }

  #reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
