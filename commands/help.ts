/** Help texts out of the flag tables. */
import type { Command } from "@stricli/core";
import type { AppContext } from "./context.ts";
import { flagTable } from "./flag_table.ts";

/** Wider lines are hard to read, whatever the terminal allows. */
const MAX_WIDTH = 100;

/** Help of one command. */
export function commandHelp(name: string, command: Command<AppContext>, columns: number): string {
  const rows = flagTable(command).map(({ long, short, value, brief, preset }) => ({
    left: `${short === undefined ? "   " : `${short},`} ${long}${
      value === undefined ? "" : ` ${value}`
    }`,
    right: preset === undefined ? brief : `${brief} (default: ${preset})`,
  }));
  return [
    `Usage: decnet ${name} [FLAGS] ${positionalUsage(command)}`.trimEnd(),
    "",
    command.fullDescription ?? command.brief,
    "",
    ...positionalRows(command, columns),
    "FLAGS",
    ...rows.flatMap((row) => tableRow(row.left, row.right, 30, columns)),
    "",
  ].join("\n");
}

/** Help of decnet as a whole. */
export function overviewHelp(
  commands: Readonly<Record<string, Command<AppContext>>>,
  columns: number,
): string {
  return [
    "Usage: decnet COMMAND [FLAGS] ...",
    "",
    "Turns attacks on decoys into evidence: fingerprints attackers and remembers what they are.",
    "",
    "COMMANDS",
    ...Object.entries(commands).flatMap(([name, { brief }]) => tableRow(name, brief, 14, columns)),
    "",
    "FLAGS",
    ...tableRow("-h, --help", "Print help, of a command after its name", 14, columns),
    ...tableRow("-V, --version", "Print the version and exit", 14, columns),
    "",
    "EXAMPLES",
    "  decnet probe 192.0.2.7",
    "  decnet sniff -r capture.pcap",
    "  decnet sniff --help",
    '  eval "$(decnet completions bash)"',
    "",
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 75 another process is at work on the same file,",
    "130 and 143 stopped by a signal.",
    "",
  ].join("\n");
}

/** How the arguments of a command read in its usage line: `TARGET...`. */
export function positionalUsage({ parameters }: Command<AppContext>): string {
  const { positional } = parameters;
  if (positional === undefined) return "";
  return positional.kind === "array"
    ? `${positional.parameter.placeholder ?? "ARGUMENT"}...`
    : positional.parameters.map(({ placeholder }) => placeholder ?? "ARGUMENT").join(" ");
}

function positionalRows({ parameters }: Command<AppContext>, columns: number): string[] {
  const { positional } = parameters;
  if (positional === undefined) return [];
  const list = positional.kind === "array" ? [positional.parameter] : positional.parameters;
  return [
    "ARGUMENTS",
    ...list.flatMap(({ placeholder = "ARGUMENT", brief }) =>
      tableRow(placeholder, brief, 14, columns)
    ),
    "",
  ];
}

/** `left` in a column of `indent`, `right` beside it, wrapped to the width of the terminal. */
function tableRow(left: string, right: string, indent: number, columns: number): string[] {
  const width = Math.max(24, Math.min(columns, MAX_WIDTH) - indent - 2);
  const lines: string[] = [];
  let line = "";
  for (const word of right.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  const first = `  ${left.padEnd(indent - 1)} `;
  const margin = " ".repeat(indent + 2);
  return first.length > indent + 2
    ? [`  ${left}`, ...lines.map((text) => margin + text)]
    : [first + lines[0]!, ...lines.slice(1).map((text) => margin + text)];
}
