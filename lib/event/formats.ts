/** The table of output formats: a new one is a function that writes an event, and a line here. */
import type { Event } from "./event.ts";
import { writeCef } from "./formats/cef.ts";
import { csvHeading, writeCsv } from "./formats/csv.ts";
import { writeEcs } from "./formats/ecs.ts";
import { writeEve } from "./formats/eve.ts";
import { writeOcsf } from "./formats/ocsf.ts";
import { writeZeek } from "./formats/zeek.ts";
import { toJsonLine } from "./json.ts";
import { writeRfc5424 } from "./rfc5424_writer.ts";

/** What a caller may want of a format; each takes what concerns it. */
export interface FormatOptions {
  /** The RFC 5424 line to carry along (`--raw`). */
  readonly rawLine?: string | undefined;
  /** SD-ID of RFC 5424 lines (`--sd-id`). */
  readonly sdId?: string | undefined;
  /** Columns, for formats that have some (`--fields`). */
  readonly fields?: readonly string[] | undefined;
}

/** A way to write an event as one line. */
export interface OutputFormat {
  readonly name: string;
  /** One line for the help text. */
  readonly brief: string;
  /** The event as a line without its newline. */
  readonly write: (event: Event, options?: FormatOptions) => string;
  /** The line that goes before the first event, for formats that have one. */
  readonly heading?: (options?: FormatOptions) => string;
}

const FORMATS: readonly OutputFormat[] = [
  { name: "native", brief: "one JSON object a line", write: toJsonLine },
  { name: "rfc5424", brief: "RFC 5424 syslog lines", write: writeRfc5424 },
  { name: "ecs", brief: "Elastic Common Schema", write: writeEcs },
  { name: "eve", brief: "Suricata's EVE", write: writeEve },
  { name: "zeek", brief: "Zeek's JSON logs", write: writeZeek },
  { name: "ocsf", brief: "Open Cybersecurity Schema Framework", write: writeOcsf },
  { name: "cef", brief: "ArcSight's Common Event Format", write: writeCef },
  { name: "csv", brief: "comma-separated values", write: writeCsv, heading: csvHeading },
];

/** Names of all formats, the default first. */
export function formatNames(): readonly string[] {
  return FORMATS.map((format) => format.name);
}

/** The format called `name`, or undefined when there is none. */
export function findFormat(name: string): OutputFormat | undefined {
  return FORMATS.find((format) => format.name === name);
}
