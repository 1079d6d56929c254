/** What a line says, in any of the forms in which decoys print. */
import { type BsdClock, parseRfc3164 } from "../syslog/rfc3164.ts";
import { type KeyValues, readCommand, readKeyValues } from "./key_values.ts";
import { type LineReading, NIL } from "./line_reading.ts";
import { readRfc5424 } from "./rfc5424_line.ts";
import type { Origin } from "./source.ts";
import { startsAsRfc5424, unwrapLine } from "./wrapped_line.ts";

/** Type of an event whose line is none. */
export const RAW_LINE = "raw_line";

/** Type of the event of a shell's command. */
export const COMMAND = "command";

/** A header without priority and version, as DECNET's relays wrap it. */
const BARE_HEADER = /^\d{4}-\d\d-\d\dT\S+ \S+ \S+ \S+ \S+ (?:\[|-(?: |$))/;

/** Keys that may name the event in text that is nothing but pairs, and what a name consists of. */
const EVENT_KEYS = ["event_type", "event"] as const;
const EVENT_NAME = /^[\w.:-]{1,32}$/;

/**
 * What `line` says: RFC 5424, with or without priority, plain or wrapped once more; RFC 3164 and files of
 * syslog daemons; pairs that name an event. Of a known origin any line says something. Undefined for the
 * rest.
 */
export function readLine(line: string, origin: Origin, clock: BsdClock): LineReading | undefined {
  const direct = readRfc5424(line);
  if (direct !== undefined) return withText(innermost(direct));
  const wrapped = unwrapLine(line);
  if (wrapped !== undefined) {
    const inner = readRfc5424(wrapped.text);
    if (inner !== undefined) return withText(at(innermost(inner), wrapped.time));
  }
  return readBsd(line, clock) ?? readText(wrapped?.text ?? line, wrapped?.time, origin);
}

/** What a line says whose text is but a wrapper: no data, and no name of an event. */
function innermost(outer: LineReading): LineReading {
  const { msg, names, service, eventType } = outer;
  // Docker's driver names the container as program and as event.
  if (names.length > 0 || (eventType !== NIL && eventType !== service)) return outer;
  const inner = startsAsRfc5424(msg)
    ? readRfc5424(msg)
    : eventType === NIL && BARE_HEADER.test(msg)
    ? readRfc5424(`1 ${msg}`)
    : undefined;
  return inner === undefined ? outer : at(inner, outer.time);
}

function at(reading: LineReading, time: number | undefined): LineReading {
  return reading.time === undefined ? { ...reading, time } : reading;
}

function readBsd(line: string, clock: BsdClock): LineReading | undefined {
  const message = parseRfc3164(line, clock);
  if (message === undefined) return undefined;
  const { time, host, tag, msg } = message;
  const inner = startsAsRfc5424(msg) ? readRfc5424(msg) : undefined;
  if (inner !== undefined) return withText(at(inner, time));
  return withText(raw(host, tag ?? NIL, msg, time));
}

function readText(text: string, time: number | undefined, origin: Origin): LineReading | undefined {
  const decky = origin.decky ?? origin.container;
  const pairs = text.includes("=") ? readKeyValues(text) : undefined;
  const value = (name: string) => {
    const index = pairs?.names.indexOf(name) ?? -1;
    return index < 0 ? undefined : pairs!.values[index];
  };
  const event = EVENT_KEYS.map(value).find((name) => name !== undefined && EVENT_NAME.test(name));
  if (decky === undefined && origin.service === undefined && event === undefined) return undefined;
  const reading = raw(
    decky ?? (value("decky") || NIL),
    origin.service ?? (value("service") || NIL),
    text,
    time,
  );
  return withText(event === undefined ? reading : { ...reading, eventType: event }, pairs);
}

function raw(
  decky: string,
  service: string,
  msg: string,
  time: number | undefined,
): LineReading {
  return { time, decky, service, eventType: RAW_LINE, names: [], values: [], msg, damaged: false };
}

/** Adds the fields that the message holds. */
function withText(reading: LineReading, known?: KeyValues): LineReading {
  const { msg, eventType } = reading;
  if (msg === "") return reading;
  const isNameless = eventType === NIL || eventType === RAW_LINE;
  const command = isNameless || eventType === COMMAND ? readCommand(msg) : undefined;
  const pairs = command ?? known ?? (msg.includes("=") ? readKeyValues(msg) : undefined);
  if (pairs === undefined) return reading;
  const names = [...reading.names];
  const values = [...reading.values];
  for (const [index, name] of pairs.names.entries()) {
    if (names.includes(name)) continue;
    names.push(name);
    values.push(pairs.values[index]!);
  }
  return { ...reading, eventType: command === undefined ? eventType : COMMAND, names, values };
}
