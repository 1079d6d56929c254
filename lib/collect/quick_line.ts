/** RFC 5424 lines taken apart where they stand, without a string made of them. */
import { BYTE_CLASSES, CLASS } from "./byte_class.ts";
import { isEqual, isV4, isV6, nameEnd, NO_RANK, rankOf, tokenEnd } from "./byte_scan.ts";
import { QuickTime } from "./quick_time.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const NIL = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const ONE = 0x31;
const NINE = 0x39;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const LETTER_U = 0x75;

const MAX_PRIORITY = 191;

/** Names that are looked through one by one; a line with more is for the other reader. */
const MAX_PARAMETERS = 64;

/** Bytes that a line has at least, and that are there to be read from its start. */
const MIN_LENGTH = 48;

/** Text beyond this holds no fields, see key_values.ts. */
const MAX_COMMAND = 8192;

const encoder = new TextEncoder();

/** What the text of a shell's command begins with, and what its parts are called. */
const COMMAND = encoder.encode("CMD ");
const WORDS = ["uid", "user", "src"].map((name) => encoder.encode(name));
const FOLDER = encoder.encode("pwd");
const TYPED = encoder.encode("cmd");
const BEFORE_TYPED = encoder.encode(" cmd=");

/** Types of events whose text may be a command; and one that is counted. */
const COMMAND_TYPE = encoder.encode("command");
const RAW_LINE = encoder.encode("raw_line");

/** What the port behind an attacker's address is called, unless there is such a parameter. */
const REMOTE_PORT = encoder.encode("remote_port");

const MAX_PORT = 65_535;

/**
 * A line of printable ASCII that is RFC 5424 in every respect and says nothing in its text that needs
 * another look, as offsets into bytes: of every line nearly, and what is written of it is what the other
 * reader (rfc5424_line.ts, read_line.ts) makes of it too.
 */
export class QuickLine {
  readonly time = new QuickTime();
  /** End of the line's text, and behind its newline. */
  stop = 0;
  next = 0;
  /** HOSTNAME. */
  deckyStart = 0;
  deckyEnd = 0;
  /** APP-NAME. */
  serviceStart = 0;
  serviceEnd = 0;
  /** MSGID. */
  typeStart = 0;
  typeEnd = 0;
  /** Parameters. */
  count = 0;
  readonly nameStarts: Int32Array = new Int32Array(MAX_PARAMETERS);
  readonly nameEnds: Int32Array = new Int32Array(MAX_PARAMETERS);
  readonly valueStarts: Int32Array = new Int32Array(MAX_PARAMETERS);
  readonly valueEnds: Int32Array = new Int32Array(MAX_PARAMETERS);
  /** Values have escapes. */
  hasEscapes = false;
  /** The text is a shell's command, its type `command` and its parts the parameters. */
  isCommand = false;
  /** The attacker's address, in canonical form; both 0 when there is none. */
  attackerStart = 0;
  attackerEnd = 0;
  /** The port behind it, to be told of; both 0 when there is none. */
  portStart = 0;
  portEnd = 0;
  /** MSG; at the stop when there is none. */
  msgStart = 0;

  /**
   * Reads the line that starts at `start`; false when it is for the other reader.
   *
   * @param bytes a newline ends the last line before `end`
   */
  read(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    if (start + MIN_LENGTH > end || bytes[start] !== LESS) return false;
    let at = this.#priority(bytes, start + 1);
    if (at < 0 || !this.time.read(bytes, view, at)) return false;
    this.deckyStart = at = this.time.end + 1;
    this.deckyEnd = at = tokenEnd(bytes, at);
    if (at === this.deckyStart || bytes[at] !== SPACE) return false;
    this.serviceStart = ++at;
    this.serviceEnd = at = tokenEnd(bytes, at);
    if (at === this.serviceStart || bytes[at] !== SPACE) return false;
    const procStart = ++at;
    at = tokenEnd(bytes, at);
    if (at === procStart || bytes[at] !== SPACE) return false;
    this.typeStart = ++at;
    this.typeEnd = at = tokenEnd(bytes, at);
    if (at === this.typeStart || bytes[at] !== SPACE) return false;
    this.count = 0;
    this.hasEscapes = this.isCommand = false;
    this.attackerStart =
      this.attackerEnd =
      this.portStart =
      this.portEnd =
        0;
    at++;
    if (bytes[at] === NIL) at++;
    else {
      at = this.#data(bytes, at);
      if (at < 0) return false;
    }
    if (bytes[at] === SPACE) {
      this.msgStart = ++at;
      at = this.#message(bytes, at);
      if (at < 0) return false;
    } else this.msgStart = at;
    this.stop = at;
    if (bytes[at] === CR) at++;
    if (bytes[at] !== LF) return false;
    this.next = at + 1;
    // Whoever copies the line eight bytes at a time reads on a little.
    return this.next + 8 <= bytes.length && !isEqual(bytes, this.typeStart, this.typeEnd, RAW_LINE);
  }

  /** Behind `134>1 `; -1 when that is not there. */
  #priority(bytes: Uint8Array, at: number): number {
    const start = at;
    let priority = 0;
    for (let digit; (digit = bytes[at]! - ZERO) >= 0 && digit <= 9 && at < start + 3; at++) {
      priority = priority * 10 + digit;
    }
    const isPriority = at > start && priority <= MAX_PRIORITY && bytes[at] === GREATER &&
      bytes[at + 1] === ONE && bytes[at + 2] === SPACE;
    return isPriority ? at + 3 : -1;
  }

  /** Behind structured data; -1 for what is not wholly in order, or has a name twice. */
  #data(bytes: Uint8Array, at: number): number {
    let bestRank = NO_RANK;
    let best = -1;
    if (bytes[at] !== OPEN) return -1;
    do {
      const idStart = ++at;
      at = nameEnd(bytes, at);
      if (at === idStart) return -1;
      while (bytes[at] === SPACE) {
        const nameStart = ++at;
        at = nameEnd(bytes, at);
        const length = at - nameStart;
        if (length === 0 || bytes[at] !== EQUALS || bytes[at + 1] !== QUOTE) return -1;
        // Names that are numbers change their places where the other reader makes an object.
        if (bytes[nameStart]! <= NINE && bytes[nameStart]! >= ZERO) return -1;
        const { count } = this;
        if (count === MAX_PARAMETERS || this.#isKnown(bytes, nameStart, at)) return -1;
        this.nameStarts[count] = nameStart;
        this.nameEnds[count] = at;
        const rank = rankOf(bytes, nameStart, at);
        if (rank < bestRank) {
          bestRank = rank;
          best = count;
        }
        this.valueStarts[count] = at += 2;
        at = this.#valueEnd(bytes, at);
        if (at < 0) return -1;
        this.valueEnds[count] = at++;
        this.count = count + 1;
      }
      if (bytes[at] !== CLOSE) return -1;
      at++;
    } while (bytes[at] === OPEN);
    return best < 0 || this.#isAttacker(bytes, best) ? at : -1;
  }

  /** True when a parameter holds an address that can be written as it is, perhaps with a port behind it. */
  #isAttacker(bytes: Uint8Array, index: number): boolean {
    const start = this.valueStarts[index]!;
    const end = this.valueEnds[index]!;
    this.attackerStart = start;
    this.attackerEnd = end;
    if (isV4(bytes, start, end) || isV6(bytes, start, end)) return true;
    let colon = start;
    while (colon < end && bytes[colon] !== COLON) colon++;
    if (!isV4(bytes, start, colon) || !isPort(bytes, colon + 1, end)) return false;
    this.attackerEnd = colon;
    for (let other = 0; other < this.count; other++) {
      if (isEqual(bytes, this.nameStarts[other]!, this.nameEnds[other]!, REMOTE_PORT)) return true;
    }
    this.portStart = colon + 1;
    this.portEnd = end;
    return true;
  }

  /** The quote that ends a value; -1 when there is none, or an escape of our own. */
  #valueEnd(bytes: Uint8Array, at: number): number {
    for (;;) {
      while (BYTE_CLASSES[bytes[at]!]! < CLASS.quote) at++;
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte !== BACKSLASH) return -1;
      this.hasEscapes = true;
      const next = bytes[at + 1]!;
      if (next === LETTER_U) return -1;
      // Before any other character a backslash stands for itself (RFC 5424 6.3.3).
      at += next === QUOTE || next === BACKSLASH || next === CLOSE ? 2 : 1;
    }
  }

  /** The end of a text that is a command or holds no pairs, escapes or another line; -1 for any other. */
  #message(bytes: Uint8Array, at: number): number {
    const first = bytes[at]!;
    if (first === LESS || first >= ZERO && first <= NINE) return -1;
    if (isEqual(bytes, at, at + COMMAND.length, COMMAND)) return this.#command(bytes, at);
    for (let value; (value = BYTE_CLASSES[bytes[at]!]!) < CLASS.other; at++) {
      if (value === CLASS.equals || isEscape(bytes, at)) return -1;
    }
    return at;
  }

  /** The end of `CMD uid=0 user=root src=192.0.2.1 pwd=/root cmd=ls -l`; -1 when it is none. */
  #command(bytes: Uint8Array, at: number): number {
    const { typeStart, typeEnd } = this;
    const isNameless = typeEnd === typeStart + 1 && bytes[typeStart] === NIL;
    if (!isNameless && !isEqual(bytes, typeStart, typeEnd, COMMAND_TYPE)) return -1;
    if (this.count > 0) return -1;
    const start = at;
    at += COMMAND.length - 1;
    for (let isLast = false; bytes[at] === SPACE && !isLast;) {
      const nameStart = ++at;
      at = nameEnd(bytes, at);
      if (bytes[at] !== EQUALS || this.#isKnown(bytes, nameStart, at)) return -1;
      const { count } = this;
      this.nameStarts[count] = nameStart;
      this.nameEnds[count] = at;
      this.valueStarts[count] = at + 1;
      const isFolder = isEqual(bytes, nameStart, at, FOLDER);
      isLast = isEqual(bytes, nameStart, at, TYPED);
      if (!isFolder && !isLast && !isWord(bytes, nameStart, at)) return -1;
      const isSource = bytes[nameStart] === WORDS[2]![0];
      for (at++; BYTE_CLASSES[bytes[at]!]! < CLASS.other; at++) {
        if (isEscape(bytes, at)) return -1;
        if (isLast || bytes[at] !== SPACE) continue;
        if (!isFolder || isEqual(bytes, at, at + BEFORE_TYPED.length, BEFORE_TYPED)) break;
      }
      this.valueEnds[count] = at;
      this.count = count + 1;
      if (isSource && (!this.#isAttacker(bytes, count) || this.portEnd > 0)) return -1;
    }
    this.isCommand = true;
    return this.count > 0 && at - start <= MAX_COMMAND ? at : -1;
  }

  #isKnown(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    for (let index = 0; index < this.count; index++) {
      const other = this.nameStarts[index]!;
      if (this.nameEnds[index]! - other !== length) continue;
      let same = 0;
      while (same < length && bytes[other + same] === bytes[start + same]) same++;
      if (same === length) return true;
    }
    return false;
  }
}

/** True for a port without leading zeros. */
function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  let port = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9 || at > start && port === 0) return false;
    port = port * 10 + digit;
    if (port > MAX_PORT) return false;
  }
  return end > start;
}

/** True for what may be an escape of our own within a text. */
function isEscape(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === BACKSLASH && bytes[at + 1] === LETTER_U;
}

function isWord(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = 0; index < WORDS.length; index++) {
    if (isEqual(bytes, start, end, WORDS[index]!)) return true;
  }
  return false;
}
