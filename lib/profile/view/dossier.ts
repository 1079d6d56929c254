/** One profile for eyes, on a terminal. */
import type { Style } from "../../terminal/style.ts";
import type { Profile, SeenSpan } from "../profile.ts";
import { DOSSIER_SECTIONS } from "./dossier_sections.ts";
import { grouped, plural, secondsBetween, shortDuration, shortTime } from "./format.ts";
import { type Cell, cell, flow, table } from "./lines.ts";
import { riskBar, riskPaint } from "./risk_bar.ts";

/** How a profile is shown. */
export interface DossierOptions {
  readonly style: Style;
  /** Columns of the terminal; 0 where it is not known. */
  readonly width: number;
}

/** Where the width is not known. */
const USUAL_WIDTH = 100;

/** Beyond these, lines get too long or too short to be read. */
const MIN_WIDTH = 48;
const MAX_WIDTH = 160;

/** Width of the names at the left. */
const LABEL = 14;

/** Writes a dossier, block by block. */
export class DossierWriter {
  readonly style: Style;
  /** Columns to the right of the names. */
  readonly room: number;
  readonly lines: string[] = [];

  constructor({ style, width }: DossierOptions) {
    this.style = style;
    this.room = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width || USUAL_WIDTH)) - LABEL;
  }

  /** Lines beside a name. */
  block(label: string, lines: readonly string[]): void {
    for (const [index, line] of lines.entries()) {
      const left = index === 0 ? label.padEnd(LABEL) : " ".repeat(LABEL);
      this.lines.push(`${index === 0 ? this.style.cyan(left) : left}${line}`.trimEnd());
    }
  }

  /** Pieces that follow each other beside a name; nothing where there are none. */
  flow(label: string, pieces: readonly Cell[], separator = ", "): void {
    this.block(label, flow(pieces, separator, this.room));
  }

  /** A table beside a name, and how many rows more there are. */
  table(label: string, rows: readonly (readonly Cell[])[], more = 0): void {
    this.block(label, table(rows, this.room));
    if (more > 0) this.block("", [this.style.dim(`${grouped(more)} more`)]);
  }
}

/** The lines of a dossier. Whatever is in the profile, none holds what steers a terminal. */
export function writeDossier(profile: Profile, options: DossierOptions): string[] {
  const writer = new DossierWriter(options);
  const { style } = options;
  const { attacker_ip, behaviour, risk, origin, ptr } = profile;
  const from = [
    ptr,
    origin?.country,
    origin?.asn === undefined ? undefined : `AS${origin.asn}`,
    origin?.as_name,
  ].filter((part) => part !== undefined);
  writer.lines.push(
    ...flow(
      [
        cell(attacker_ip, style.bold),
        cell(behaviour.class, riskPaint(risk.score, style)),
        { text: `risk ${risk.score}` },
        { text: riskBar(risk.score), paint: riskPaint(risk.score, style) },
        ...from.map((part) => cell(part, style.dim)),
      ],
      "  ",
      writer.room + LABEL,
    ),
  );
  writer.flow("why", [cell(behaviour.reason)]);
  writer.flow("seen", [{ text: span(profile) }]);
  writer.flow("events", [
    { text: `${grouped(profile.events)} in ${plural(profile.session_count, "session")}` },
    { text: `${plural(profile.evidence, "line")} of our own as evidence` },
  ]);
  for (const section of DOSSIER_SECTIONS) section(profile, writer);
  return writer.lines;
}

function span({ first_seen, last_seen }: SeenSpan): string {
  const seconds = secondsBetween(first_seen, last_seen);
  return `${shortTime(first_seen)} to ${shortTime(last_seen)} UTC (${shortDuration(seconds)})`;
}
