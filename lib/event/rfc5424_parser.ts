/** RFC 5424 lines of any writer: ours, DECNET's old and new containers, real syslog daemons. */
import { escapedUnsafe, unescapeMessage } from "./rfc5424_escape.ts";
import type { Severity } from "./severity.ts";
import { formatTimestamp, parseTimestampOrUtc } from "./time.ts";

/** A structured data element: its SD-ID and its parameters in order. */
export interface SdElement {
  readonly id: string;
  readonly params: readonly (readonly [name: string, value: string])[];
}

/** A line taken apart. A header part that is NIL stays `-`. */
export interface SyslogMessage {
  /** 0 to 23. */
  readonly facility: number;
  readonly severity: Severity;
  /** RFC 3339 in UTC with microseconds; the header's own text when that is no time. */
  readonly timestamp: string;
  /** Microseconds since the epoch, when the header names a time. */
  readonly time?: number;
  /** HOSTNAME. */
  readonly decky: string;
  /** APP-NAME. */
  readonly service: string;
  readonly procid: string;
  /** MSGID. */
  readonly eventType: string;
  readonly elements: readonly SdElement[];
  /** Parameters of all elements, the first of each name; without prototype. */
  readonly fields: Readonly<Record<string, string>>;
  /** Present, perhaps empty, when a space follows the structured data. */
  readonly msg?: string;
  /** The structured data broke off or was none; fields hold what came before the fault. */
  readonly damaged: boolean;
}

/** `<PRI>VERSION `; RFC 5424 knows version 1 only. */
const PREFIX = /^<(\d{1,3})>1 /;

const CODE = { quote: 0x22, backslash: 0x5c, bracket: 0x5d, u: 0x75 } as const;

/**
 * Takes a line (without its newline) apart; undefined when its header is none of RFC 5424.
 *
 * One scan from left to right. Any SD-ID, any PROCID, any number of elements. A line that was cut
 * short within its structured data is not lost: an attacker could otherwise hide behind a long value.
 */
export function parseRfc5424(line: string): SyslogMessage | undefined {
  const prefix = PREFIX.exec(line);
  const pri = Number(prefix?.[1]);
  if (prefix === null || pri > 191) return undefined;
  const header: string[] = [];
  let position = prefix[0].length;
  for (let count = 0; count < 5; count++) {
    const space = line.indexOf(" ", position);
    if (space <= position) return undefined;
    header.push(line.slice(position, space));
    position = space + 1;
  }
  const [timestamp = "", decky = "", service = "", procid = "", eventType = ""] = header;
  const time = parseTimestampOrUtc(timestamp);
  const { elements, msgStart, damaged } = readStructuredData(line, position);
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of elements.flatMap((element) => element.params)) {
    if (!(name in fields)) fields[name] = value;
  }
  return {
    facility: pri >> 3,
    severity: (pri & 7) as Severity,
    timestamp: time === undefined ? timestamp : formatTimestamp(time),
    ...(time === undefined ? {} : { time }),
    decky,
    service,
    procid,
    eventType,
    elements,
    fields,
    ...(msgStart === undefined ? {} : { msg: readMessage(line, msgStart) }),
    damaged,
  };
}

interface StructuredData {
  readonly elements: readonly SdElement[];
  /** Where MSG starts, when there is one. */
  readonly msgStart?: number;
  readonly damaged: boolean;
}

function readStructuredData(line: string, start: number): StructuredData {
  const elements: SdElement[] = [];
  let end = start;
  if (line[start] === "-") {
    end = start + 1;
  } else {
    while (line[end] === "[") {
      const scan = new ElementScan(line, end + 1);
      const whole = scan.read();
      if (whole || scan.params.length > 0) elements.push({ id: scan.id, params: scan.params });
      if (!whole) return broken(elements, end);
      end = scan.position;
    }
  }
  if (end === start || end < line.length && line[end] !== " ") return broken(elements, start);
  return end === line.length
    ? { elements, damaged: false }
    : { elements, msgStart: end + 1, damaged: false };
}

/** What does not even begin as an element is a message of a writer that leaves out the `-`. */
function broken(elements: readonly SdElement[], start: number): StructuredData {
  return elements.length > 0
    ? { elements, damaged: true }
    : { elements, msgStart: start, damaged: true };
}

/** Reads one element, `position` just behind its `[`. */
class ElementScan {
  id = "";
  readonly params: [string, string][] = [];
  position: number;
  readonly #line: string;

  constructor(line: string, position: number) {
    this.#line = line;
    this.position = position;
  }

  /** True when the element was whole; `position` is then behind its `]`. */
  read(): boolean {
    this.id = this.#name();
    if (this.id === "") return false;
    for (;;) {
      while (this.#line[this.position] === " ") this.position++;
      if (this.#line[this.position] === "]") {
        this.position++;
        return true;
      }
      const name = this.#name();
      if (name === "" || !this.#line.startsWith('="', this.position)) return false;
      this.position += 2;
      const value = this.#value();
      if (value === undefined) return false;
      this.params.push([name, value]);
    }
  }

  /** Everything up to what cannot be in an SD-NAME (RFC 5424 6.3); non-ASCII is let through. */
  #name(): string {
    const start = this.position;
    while (this.position < this.#line.length && !' ="]'.includes(this.#line[this.position]!)) {
      this.position++;
    }
    return this.#line.slice(start, this.position);
  }

  /** The value up to its closing quote, unescaped; undefined when there is no closing quote. */
  #value(): string | undefined {
    const line = this.#line;
    let value = "";
    let runStart = this.position;
    for (let index = runStart; index < line.length; index++) {
      const code = line.charCodeAt(index);
      if (code === CODE.quote) {
        this.position = index + 1;
        return value + line.slice(runStart, index);
      }
      if (code !== CODE.backslash) continue;
      const next = line.charCodeAt(index + 1);
      if (next === CODE.quote || next === CODE.backslash || next === CODE.bracket) {
        value += line.slice(runStart, index);
        runStart = ++index;
      } else if (next === CODE.u) {
        const character = escapedUnsafe(line.slice(index + 2, index + 6));
        if (character === undefined) continue;
        value += line.slice(runStart, index) + character;
        index += 5;
        runStart = index + 1;
      }
      // RFC 5424 6.3.3: before any other character a backslash stands for itself.
    }
    this.position = line.length;
    return undefined;
  }
}

/** MSG without its byte order mark (RFC 5424 6.4). */
function readMessage(line: string, start: number): string {
  return unescapeMessage(line.slice(line[start] === "\ufeff" ? start + 1 : start));
}
