/** The table of output formats: a new one is a function that writes an event, and a line here. */
import type { Event } from "./event.ts";
import { toJsonLine } from "./json.ts";
import { writeRfc5424 } from "./rfc5424_writer.ts";

/** What a caller may want of a format; each takes what concerns it. */
export interface FormatOptions {
  /** The RFC 5424 line to carry along (`--raw`). */
  readonly rawLine?: string | undefined;
  /** SD-ID of RFC 5424 lines (`--sd-id`). */
  readonly sdId?: string | undefined;
}

/** A way to write an event as one line. */
export interface OutputFormat {
  readonly name: string;
  /** One line for the help text. */
  readonly brief: string;
  /** The event as a line without its newline. */
  readonly write: (event: Event, options?: FormatOptions) => string;
}

const FORMATS: readonly OutputFormat[] = [
  { name: "native", brief: "one JSON object a line", write: toJsonLine },
  { name: "rfc5424", brief: "RFC 5424 syslog lines", write: writeRfc5424 },
];

/** Names of all formats, the default first. */
export function formatNames(): readonly string[] {
  return FORMATS.map((format) => format.name);
}

/** The format called `name`, or undefined when there is none. */
export function findFormat(name: string): OutputFormat | undefined {
  return FORMATS.find((format) => format.name === name);
}
