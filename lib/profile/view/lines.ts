/** Text laid out in columns and within a width. */
import { escapeForTerminal } from "../../terminal/escape.ts";

/** A cell: the attacker's text, or ours that is to be written as it is. */
export interface Cell {
  /** Nothing in it steers a terminal. */
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
  readonly right?: true;
  /** The column is not to be cut to make room. */
  readonly keep?: true;
}

/** A cell of any text. */
export function cell(text: string | number, paint?: (text: string) => string): Cell {
  const isNumber = typeof text === "number";
  return {
    text: isNumber ? String(text) : escapeForTerminal(text),
    paint,
    ...(isNumber ? { right: true as const, keep: true as const } : {}),
  };
}

/** A cell that is shown whole, come what may: a time, a number with its commas. */
export function whole(text: string, rest: Omit<Cell, "text" | "keep"> = {}): Cell {
  return { text: escapeForTerminal(text), keep: true, ...rest };
}

/** `text` in at most `width` characters; an ellipsis tells what was cut. */
export function clip(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width < 1) return "";
  const cut = text.slice(0, width - 1);
  // Half of a surrogate pair is no character.
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}\u2026`;
}

const GAP = 2;

/**
 * Rows in columns as wide as they need to be; the widest column gives way where that is more than
 * `width`.
 */
export function table(rows: readonly (readonly Cell[])[], width: number): string[] {
  const widths: number[] = [];
  const kept: boolean[] = [];
  for (const row of rows) {
    for (const [column, { text, keep }] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, text.length);
      kept[column] ||= keep === true;
    }
  }
  fit(widths, kept, width - GAP * (widths.length - 1));
  return rows.map((row) => {
    // No colours for nothing: spaces before them would not be the end of the line.
    const last = row.findLastIndex(({ text }) => text !== "");
    return row.slice(0, last + 1).map(({ text, paint, right }, column) => {
      const room = widths[column]!;
      const shown = clip(text, room);
      const space = " ".repeat(room - shown.length);
      const painted = paint === undefined || shown === "" ? shown : paint(shown);
      if (right) return space + painted;
      return column === last ? painted : painted + space;
    }).join(" ".repeat(GAP)).trimEnd();
  });
}

/** Makes columns narrower until they fit: first those that may be cut, then, if need be, all. */
function fit(widths: number[], kept: readonly boolean[], room: number): void {
  shrink(widths, kept, room, EASY);
  shrink(widths, kept, room, LEAST);
  shrink(widths, [], room, LEAST);
}

/** Width in which text can still be read, and the least that shows anything. */
const EASY = 8;
const LEAST = 2;

/** Takes from the widest that are not `kept` until all fit, or are as narrow as `least`. */
function shrink(widths: number[], kept: readonly boolean[], room: number, least: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const soft = widths.map((width, column) => kept[column] ? 0 : width);
    const width = Math.max(...soft);
    if (width <= least) return;
    const widest = soft.indexOf(width);
    const next = Math.max(least, ...soft.filter((_, column) => column !== widest));
    const less = Math.max(1, Math.min(excess, width - next));
    widths[widest] = width - less;
    excess -= less;
  }
}

/** Pieces one after the other, `separator` between them, in lines of at most `width`. */
export function flow(pieces: readonly Cell[], separator: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let length = 0;
  for (const [index, { text, paint }] of pieces.entries()) {
    const last = index === pieces.length - 1;
    const mark = last ? 0 : separator.trimEnd().length;
    const shown = clip(text, width - mark);
    const needed = shown.length + mark;
    if (length > 0 && length + needed > width) {
      lines.push(line.trimEnd());
      line = "";
      length = 0;
    }
    line += (paint === undefined ? shown : paint(shown)) + (last ? "" : separator);
    length += shown.length + (last ? 0 : separator.length);
  }
  if (length > 0) lines.push(line.trimEnd());
  return lines;
}
