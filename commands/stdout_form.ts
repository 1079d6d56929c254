/** The form of events on standard output, the same for every verb. */
import type { Event } from "../lib/event/event.ts";
import { findFormat } from "../lib/event/formats.ts";
import { writeRfc5424 } from "../lib/event/rfc5424_writer.ts";
import { type ColourWishes, hasColours, type Style, styleFor } from "../lib/terminal/style.ts";

/** The format that was asked for; undefined for the form for eyes, which only a terminal gets. */
export function stdoutFormat(
  { format, json }: { readonly format?: string; readonly json: boolean },
): string | undefined {
  if (format !== undefined) return format === "json" ? "native" : format;
  return json || !Deno.stdout.isTerminal() ? "native" : undefined;
}

/** Colours of standard output. */
export function stdoutStyle(): Style {
  return styleFor(stdoutColours());
}

/** True when standard output has colours. */
export function isStdoutColoured(): boolean {
  return hasColours(stdoutColours());
}

function stdoutColours(): ColourWishes {
  return {
    terminal: Deno.stdout.isTerminal(),
    noColor: Deno.env.get("NO_COLOR"),
    term: Deno.env.get("TERM"),
  };
}

/** What a format makes of an event. */
export interface WriterOptions {
  /** `--raw`: JSON carries the RFC 5424 line. */
  readonly raw: boolean;
  readonly sdId: string | undefined;
  /** Values that were asked for by name, for formats that have columns. */
  readonly fields?: readonly string[] | undefined;
}

/**
 * Writes events in the format called `name`, one of lib/event/formats.ts, each as one line; before the first
 * comes the line with headings, where the format has one.
 */
export function eventWriter(
  name: string,
  { raw, sdId, fields }: WriterOptions,
): (event: Event) => string {
  const { write, heading } = findFormat(name)!;
  let before = heading === undefined ? "" : `${heading({ fields })}\n`;
  return (event) => {
    const rawLine = raw ? writeRfc5424(event, { sdId }) : undefined;
    const line = before + write(event, { sdId, rawLine, fields });
    before = "";
    return line;
  };
}
