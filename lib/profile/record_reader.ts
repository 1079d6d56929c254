/** What a profile needs of a JSON record, as bytes: the line is scanned once, and no value is made. */
import { ByteTable } from "./byte_table.ts";
import { FACT_FIELDS, MAX_VALUE } from "./fact_fields.ts";
import { skipSpace, stringEnd, valueEnd } from "./json_scan.ts";
import { timeIn } from "./record_time.ts";
import { type Speaker, speakerOf } from "./vocabulary.ts";

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Bytes of a name of a decoy, a service or a type that count. */
const MAX_NAME = 128;

/** Pairs of decoy and service whose writers are remembered. */
const MAX_SPEAKERS = 65_536;

/** Characters of a long value that are kept. */
const MAX_TEXT = 1024;

/** Number of a field whose value is read whatever its length: each recipient counts. */
const RECIPIENTS = FACT_FIELDS.findIndex(([name]) => name === "rcpt_to");

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Numbers of the fields' names in {@linkcode FACT_FIELDS}. */
const FIELD_NUMBERS = new ByteTable();
/** By length of a name: true when a field has one so long. */
const FIELD_LENGTHS: boolean[] = [];
for (const [name] of FACT_FIELDS) {
  const bytes = encoder.encode(name);
  FIELD_NUMBERS.intern(bytes, 0, bytes.length);
  FIELD_LENGTHS[bytes.length] = true;
}

/** For each field, whether it counts in a decoy's lines and in ours. */
const IN_DECOY = FACT_FIELDS.map(([, use]) => use !== "evidence");
const IN_EVIDENCE = FACT_FIELDS.map(([, use]) => use !== "decoy");

/** A part of the line: from `start` to `stop`, -1 when it is not there. */
class Span {
  start = -1;
  stop = -1;

  reset(): void {
    this.start = this.stop = -1;
  }
}

/** Reads one record at a time; what it has found stands in its properties until the next. */
export class RecordReader {
  /** Microseconds since the epoch. */
  time = 0;
  /** Inside the quotes of `attacker_ip`; -1 when it is missing. */
  readonly attacker = new Span();
  /** True when the record says its own `schema`: it is ours, and means what it says. */
  hasSchema = false;
  /** `decky`, NUL, `service`, NUL, `event_type`, NUL, `sensor`, each as JSON without its quotes. */
  where = new Uint8Array(4 * MAX_NAME + 3);
  whereLength = 0;
  /** For each field: its number, three bytes of length, its JSON. */
  facts = new Uint8Array(4096);
  factsLength = 0;
  /** Who wrote the record. */
  speaker: Speaker = "decoy";

  readonly #timestamp = new Span();
  readonly #decky = new Span();
  readonly #service = new Span();
  readonly #type = new Span();
  readonly #sensor = new Span();
  /** The object of `fields`; -1 when there is none. */
  readonly #fields = new Span();
  /** Speakers by decoy and service are few: what a field is read for hangs on them. */
  readonly #speakers = new ByteTable();
  readonly #speakerOf: Speaker[] = [];

  /** Reads the record from `start` to `stop`; false when it is none. */
  read(bytes: Uint8Array, start: number, stop: number): boolean {
    return this.readHead(bytes, start, stop) && this.readFields(bytes);
  }

  /** Reads all but the fields, which are most of the work; false when it is no record. */
  readHead(bytes: Uint8Array, start: number, stop: number): boolean {
    this.#timestamp.reset();
    this.#decky.reset();
    this.#service.reset();
    this.#type.reset();
    this.#sensor.reset();
    this.#fields.reset();
    this.attacker.reset();
    this.hasSchema = false;
    this.factsLength = 0;
    while (stop > start && bytes[stop - 1]! <= 0x20) stop--;
    let at = skipSpace(bytes, start, stop);
    // A line that was cut off lacks its end.
    if (bytes[at] !== OPEN_BRACE || bytes[stop - 1] !== CLOSE_BRACE) return false;
    at = skipSpace(bytes, at + 1, stop);
    while (bytes[at] === QUOTE) {
      const keyEnd = stringEnd(bytes, at + 1, stop);
      if (keyEnd < 0) return false;
      const colon = skipSpace(bytes, keyEnd + 1, stop);
      if (bytes[colon] !== COLON) return false;
      const value = skipSpace(bytes, colon + 1, stop);
      const end = valueEnd(bytes, value, stop);
      if (end < 0) return false;
      const span = this.#spanOf(bytes, at + 1, keyEnd);
      if (span !== undefined && bytes[value] === QUOTE) {
        span.start = value + 1;
        span.stop = end - 1;
      } else if (keyEnd - at === 7 && bytes[at + 1] === 0x66 && bytes[value] === OPEN_BRACE) {
        // `fields` is the only key of six letters that begins with f and holds an object.
        this.#fields.start = value;
        this.#fields.stop = end;
        // What follows is long, and nothing in it is needed.
        if (this.attacker.start >= 0 && this.#isComplete()) break;
      } else if (keyEnd - at === 7 && bytes[at + 1] === 0x73) this.hasSchema = true;
      at = skipSpace(bytes, end, stop);
      if (bytes[at] !== COMMA) break;
      at = skipSpace(bytes, at + 1, stop);
    }
    const behind = skipSpace(bytes, Math.max(at, this.#fields.stop), stop);
    const isWhole = bytes[behind] === CLOSE_BRACE ? behind === stop - 1 : bytes[behind] === COMMA;
    if (!isWhole || behind >= stop) return false;
    if (this.#timestamp.start < 0 || this.#type.start < 0) return false;
    this.time = timeIn(bytes, this.#timestamp.start, this.#timestamp.stop);
    if (Number.isNaN(this.time)) return false;
    this.#putWhere(bytes);
    return true;
  }

  #isComplete(): boolean {
    return this.#timestamp.start >= 0 && this.#type.start >= 0 && this.#decky.start >= 0 &&
      this.#service.start >= 0 &&
      // Those of DECNET name none.
      (this.#sensor.start >= 0 || !this.hasSchema);
  }

  /** The top-level keys differ in their lengths and first letters. */
  #spanOf(bytes: Uint8Array, start: number, stop: number): Span | undefined {
    const first = bytes[start];
    switch (stop - start) {
      case 5:
        return first === 0x64 && bytes[start + 4] === 0x79 ? this.#decky : undefined;
      case 6:
        return first === 0x73 && bytes[start + 3] === 0x73 && bytes[start + 5] === 0x72
          ? this.#sensor
          : undefined;
      case 7:
        return first === 0x73 && bytes[start + 1] === 0x65 && bytes[start + 2] === 0x72
          ? this.#service
          : undefined;
      case 9:
        return first === 0x74 && bytes[start + 4] === 0x73 ? this.#timestamp : undefined;
      case 10:
        return first === 0x65 && bytes[start + 6] === 0x74 ? this.#type : undefined;
      case 11:
        return first === 0x61 && bytes[start + 1] === 0x74 && bytes[start + 9] === 0x69
          ? this.attacker
          : undefined;
      default:
        return undefined;
    }
  }

  /** Puts the names together, and finds out who wrote the line. */
  #putWhere(bytes: Uint8Array): void {
    let used = this.#putName(bytes, this.#decky, 0);
    this.where[used++] = 0;
    used = this.#putName(bytes, this.#service, used);
    const names = used;
    this.where[used++] = 0;
    used = this.#putName(bytes, this.#type, used);
    this.where[used++] = 0;
    this.whereLength = this.#putName(bytes, this.#sensor, used);
    const number = this.#speakers.intern(this.where, 0, names);
    const known = this.#speakerOf[number];
    if (known !== undefined) {
      this.speaker = known;
      return;
    }
    const [decky = "", service = ""] = decoder.decode(this.where.subarray(0, names)).split("\0");
    this.speaker = speakerOf(decky, service);
    if (number < MAX_SPEAKERS) this.#speakerOf[number] = this.speaker;
    else this.#forgetSpeakers();
  }

  #forgetSpeakers(): void {
    this.#speakers.clear();
    this.#speakerOf.length = 0;
  }

  #putName(bytes: Uint8Array, { start, stop }: Span, at: number): number {
    if (start < 0) {
      this.where[at] = 0x2d;
      return at + 1;
    }
    if (stop - start > MAX_NAME) {
      const name = encoder.encode(cutText(bytes, start - 1, stop + 1, MAX_NAME / 8).slice(1, -1));
      this.where.set(name.subarray(0, MAX_NAME), at);
      return at + Math.min(name.length, MAX_NAME);
    }
    for (let from = start; from < stop; from++) this.where[at++] = bytes[from]!;
    return at;
  }

  /** Reads the fields of the record whose head was read last; false when they are torn. */
  readFields(bytes: Uint8Array): boolean {
    const { start, stop } = this.#fields;
    if (start < 0) return true;
    const wanted = this.speaker === "decoy" ? IN_DECOY : IN_EVIDENCE;
    let at = skipSpace(bytes, start + 1, stop);
    while (bytes[at] === QUOTE) {
      const keyEnd = stringEnd(bytes, at + 1, stop);
      if (keyEnd < 0) return false;
      const colon = skipSpace(bytes, keyEnd + 1, stop);
      if (bytes[colon] !== COLON) return false;
      const value = skipSpace(bytes, colon + 1, stop);
      const end = valueEnd(bytes, value, stop);
      if (end < 0) return false;
      if (FIELD_LENGTHS[keyEnd - at - 1] === true) {
        const number = FIELD_NUMBERS.find(bytes, at + 1, keyEnd);
        if (number >= 0 && wanted[number]) this.#putFact(number, bytes, value, end);
      }
      at = skipSpace(bytes, end, stop);
      if (bytes[at] !== COMMA) break;
      at = skipSpace(bytes, at + 1, stop);
    }
    return bytes[at] === CLOSE_BRACE;
  }

  #putFact(number: number, bytes: Uint8Array, start: number, stop: number): void {
    if (stop - start > MAX_VALUE && number !== RECIPIENTS) {
      const text = cutText(bytes, start, stop, MAX_TEXT);
      if (text === "") return;
      const cut = encoder.encode(text);
      this.#append(number, cut, 0, cut.length);
    } else if (stop - start > 2 || bytes[start] !== QUOTE) this.#append(number, bytes, start, stop);
  }

  #append(number: number, bytes: Uint8Array, start: number, stop: number): void {
    const length = stop - start;
    const needed = this.factsLength + 4 + length;
    if (needed > this.facts.length) {
      const larger = new Uint8Array(needed * 2);
      larger.set(this.facts.subarray(0, this.factsLength));
      this.facts = larger;
    }
    const { facts } = this;
    let at = this.factsLength;
    facts[at++] = number;
    facts[at++] = length >>> 16;
    facts[at++] = length >>> 8 & 0xff;
    facts[at++] = length & 0xff;
    if (length > 64) facts.set(bytes.subarray(start, stop), at);
    else for (let from = start; from < stop; from++) facts[at++] = bytes[from]!;
    this.factsLength = needed;
  }
}

/** The JSON of a text cut to `length` characters; empty for what is no text. */
function cutText(bytes: Uint8Array, start: number, stop: number, length: number): string {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes.subarray(start, stop)));
    return typeof value === "string" ? JSON.stringify(value.slice(0, length)) : "";
  } catch {
    return "";
  }
}
