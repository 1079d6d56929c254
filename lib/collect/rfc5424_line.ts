/** RFC 5424 lines at the pace at which containers print them. */
import { parseRfc5424 } from "../event/rfc5424_parser.ts";
import { type LineReading, NIL } from "./line_reading.ts";
import { lineTime } from "./line_time.ts";

/** `1 2026-`: a line without its priority, as some relays leave it. */
const WITHOUT_PRIORITY = /^1 \d{4}-/;

/** Stands in for it: local0, informational. */
const PRIORITY = "<134>";

const MAX_PRIORITY = 191;

const CODE = { space: 0x20, quote: 0x22, equals: 0x3d, open: 0x5b, close: 0x5d } as const;

/** Names that are looked through one by one; a line with more is for the other parser. */
const MAX_PLAIN_NAMES = 64;

const NO_TEXTS: readonly string[] = [];

/** What an RFC 5424 line says, with or without its priority; undefined when it is none. */
export function readRfc5424(line: string): LineReading | undefined {
  if (!line.startsWith("<")) {
    return WITHOUT_PRIORITY.test(line) ? readRfc5424(PRIORITY + line) : undefined;
  }
  // Escapes are rare; the parser of all RFC 5424 knows them.
  return line.includes("\\") ? readAny(line) : readPlain(line) ?? readAny(line);
}

function readAny(line: string): LineReading | undefined {
  const message = parseRfc5424(line);
  if (message === undefined) return undefined;
  const { time, decky, service, eventType, fields, msg = "", damaged } = message;
  const names = Object.keys(fields);
  const values = names.map((name) => fields[name]!);
  return { time, decky, service, eventType, names, values, msg, damaged };
}

/** Reads a line without escapes; undefined for what is not wholly in order, or has a name twice. */
function readPlain(line: string): LineReading | undefined {
  const close = line.indexOf(">");
  if (close < 2 || close > 4 || !line.startsWith("1 ", close + 1)) return undefined;
  const priority = line.slice(1, close);
  if (!(Number(priority) <= MAX_PRIORITY) || !/^\d+$/.test(priority)) return undefined;
  const timeStart = close + 3;
  const timeEnd = line.indexOf(" ", timeStart);
  const hostEnd = line.indexOf(" ", timeEnd + 1);
  const appEnd = line.indexOf(" ", hostEnd + 1);
  const procEnd = line.indexOf(" ", appEnd + 1);
  const idEnd = line.indexOf(" ", procEnd + 1);
  const isHeader = timeEnd > timeStart && hostEnd > timeEnd + 1 && appEnd > hostEnd + 1 &&
    procEnd > appEnd + 1 && idEnd > procEnd + 1;
  if (!isHeader) return undefined;
  let names: readonly string[] = NO_TEXTS;
  let values: readonly string[] = NO_TEXTS;
  let end = idEnd + 1;
  if (line.startsWith(NIL, end)) end++;
  else {
    const scan = new DataScan(line, end);
    if (!scan.read()) return undefined;
    ({ names, values, end } = scan);
  }
  if (end < line.length && line.charCodeAt(end) !== CODE.space) return undefined;
  const msgStart = line.charCodeAt(end + 1) === 0xfeff ? end + 2 : end + 1;
  return {
    time: lineTime(line.slice(timeStart, timeEnd)),
    decky: line.slice(timeEnd + 1, hostEnd),
    service: line.slice(hostEnd + 1, appEnd),
    eventType: line.slice(procEnd + 1, idEnd),
    names,
    values,
    msg: line.slice(msgStart),
    damaged: false,
  };
}

/** Structured data without escapes. */
class DataScan {
  readonly names: string[] = [];
  readonly values: string[] = [];
  /** Behind what was read. */
  end: number;
  readonly #line: string;

  constructor(line: string, start: number) {
    this.#line = line;
    this.end = start;
  }

  /** Reads all elements; false when something is not as it should be. */
  read(): boolean {
    const line = this.#line;
    if (line.charCodeAt(this.end) !== CODE.open) return false;
    do {
      this.end = this.#nameEnd(this.end + 1);
      if (this.end < 0) return false;
      let code = line.charCodeAt(this.end);
      while (code === CODE.space) {
        if (!this.#parameter()) return false;
        code = line.charCodeAt(this.end);
      }
      if (code !== CODE.close) return false;
      this.end++;
    } while (line.charCodeAt(this.end) === CODE.open);
    return true;
  }

  /** Reads ` name="value"`. */
  #parameter(): boolean {
    const line = this.#line;
    const start = this.end + 1;
    const nameEnd = this.#nameEnd(start);
    if (nameEnd < 0 || !line.startsWith('="', nameEnd)) return false;
    const close = line.indexOf('"', nameEnd + 2);
    const name = line.slice(start, nameEnd);
    if (close < 0 || this.names.length === MAX_PLAIN_NAMES) return false;
    if (this.names.includes(name)) return false;
    this.names.push(name);
    this.values.push(line.slice(nameEnd + 2, close));
    this.end = close + 1;
    return true;
  }

  /** Behind the name that starts at `start`; -1 when none does. */
  #nameEnd(start: number): number {
    const line = this.#line;
    for (let index = start; index < line.length; index++) {
      const code = line.charCodeAt(index);
      if (
        code === CODE.equals || code === CODE.space || code === CODE.close || code === CODE.quote
      ) return index > start ? index : -1;
    }
    return -1;
  }
}
