/** Manual pages out of the flag tables and help texts. */
import type { Command } from "@stricli/core";
import { VERSION } from "../lib/version.ts";
import type { AppContext } from "./context.ts";
import { UsageError } from "./exit_code.ts";
import { flagTable } from "./flag_table.ts";
import { positionalUsage } from "./help.ts";
import { nearestHint } from "./nearest.ts";
import { roffDescription, roffEntry, roffSection, roffText, roffTitle } from "./roff.ts";

const FILES: readonly (readonly [string, string])[] = [
  [
    "$XDG_CONFIG_HOME/decnet/decnet.toml, /etc/decnet/decnet.toml",
    "Settings; see decnet-config(1).",
  ],
  [
    "$XDG_STATE_HOME/decnet/decnet.db, /var/lib/decnet/decnet.db",
    "What is remembered between runs; the second is root's.",
  ],
];

const EXIT_STATUS: readonly (readonly [string, string])[] = [
  ["0", "Done."],
  ["1", "It could not be done."],
  ["2", "Wrong usage."],
  ["75", "Another process is at work on the state or cursor file: try again later."],
  ["130, 143", "Stopped by SIGINT or SIGTERM before it was done."],
];

/** Prints the page of a verb, or of decnet. @throws {UsageError} when there is no such verb */
export function printManPage(this: AppContext, _flags: unknown, name?: string): void {
  this.process.stdout.write(
    name === undefined ? overviewPage(this.commands) : commandPage(name, find(this.commands, name)),
  );
}

function find(commands: AppContext["commands"], name: string): Command<AppContext> {
  if (Object.hasOwn(commands, name)) return commands[name]!;
  throw new UsageError(`no command "${name}"`, nearestHint(name, Object.keys(commands)));
}

function commandPage(name: string, command: Command<AppContext>): string {
  const options = flagTable(command).flatMap(({ long, short, value, brief, preset }) => {
    const names = [short, long].filter((one) => one !== undefined).map(bold).join(", ");
    const meaning = preset === undefined ? brief : `${brief} (default: ${preset})`;
    return roffEntry(
      value === undefined ? names : `${names} ${italic(value)}`,
      roffText(`${meaning}.`),
    );
  });
  const usage = `${bold(`decnet ${name}`)} [${italic("FLAGS")}] ${
    roffText(positionalUsage(command))
  }`.trimEnd();
  return page([
    roffTitle(`decnet-${name}`, VERSION),
    ...roffSection("NAME", [roffText(`decnet-${name} - ${command.brief}`)]),
    ...roffSection("SYNOPSIS", [usage]),
    ...roffDescription(command.fullDescription ?? command.brief, "DESCRIPTION"),
    ...roffSection("OPTIONS", options),
    ...common(),
    ...roffSection("SEE ALSO", [`${bold("decnet")}(1)`]),
  ]);
}

function overviewPage(commands: AppContext["commands"]): string {
  const names = Object.keys(commands);
  return page([
    roffTitle("decnet", VERSION),
    ...roffSection("NAME", [roffText("decnet - turns attacks on decoys into evidence")]),
    ...roffSection("SYNOPSIS", [`${bold("decnet")} ${italic("COMMAND")} [${italic("FLAGS")}] ...`]),
    ...roffSection(
      "COMMANDS",
      names.flatMap((name) => roffEntry(bold(name), roffText(`${commands[name]!.brief}.`))),
    ),
    ...common(),
    ...roffSection("SEE ALSO", [names.map((name) => `${bold(`decnet-${name}`)}(1)`).join(",\n")]),
  ]);
}

function common(): string[] {
  const entries = (list: readonly (readonly [string, string])[]) =>
    list.flatMap(([term, meaning]) => roffEntry(roffText(term), roffText(meaning)));
  return [
    ...roffSection("EXIT STATUS", entries(EXIT_STATUS)),
    ...roffSection("FILES", entries(FILES)),
  ];
}

function page(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

function bold(text: string): string {
  return `\\fB${roffText(text)}\\fR`;
}

function italic(text: string): string {
  return `\\fI${roffText(text)}\\fR`;
}
