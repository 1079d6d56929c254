/** Tables for eyes. */
import { escapeForTerminal } from "../lib/terminal/escape.ts";
import type { Style } from "../lib/terminal/style.ts";

/** Rows under headings, in columns as wide as they need to be; cells are escaped. */
export function columns(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
): string[] {
  const cells = rows.map((row) => row.map(escapeForTerminal));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd();
  return [style.bold(line(headings)), ...cells.map(line)];
}
