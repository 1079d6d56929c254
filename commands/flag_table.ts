/** A command's flags as help and completions see them: one reading of the one table. */
import type { Command } from "@stricli/core";
import type { AppContext } from "./context.ts";

/** A flag. */
export interface FlagRow {
  /** `--port`. */
  readonly long: string;
  /** `-p`, where there is one. */
  readonly short: string | undefined;
  readonly brief: string;
  /** Name of the value it takes; undefined for a switch. */
  readonly value: string | undefined;
  /** The values it may take, where they are a closed set. */
  readonly choices: readonly string[];
  /** What holds when it is not given, where that is a value. */
  readonly preset: string | undefined;
}

const HELP: FlagRow = {
  long: "--help",
  short: "-h",
  brief: "Print help and exit",
  value: undefined,
  choices: [],
  preset: undefined,
};

/** The flags of `command` in the order of its table, `--help` last. */
export function flagTable({ parameters }: Command<AppContext>): FlagRow[] {
  const { flags = {}, aliases = {} } = parameters;
  const shortOf = new Map(
    Object.entries(aliases as Record<string, string>).map(([short, name]) => [name, `-${short}`]),
  );
  const rows = Object.entries(flags).map(([name, flag]): FlagRow => {
    const choices = flag.kind === "enum" ? flag.values : [];
    const takesValue = flag.kind === "parsed" || flag.kind === "enum";
    return {
      long: `--${kebab(name)}`,
      short: shortOf.get(name),
      brief: flag.brief,
      value: takesValue ? flag.placeholder ?? (choices.join("|") || "VALUE") : undefined,
      choices,
      preset: takesValue && typeof flag.default === "string" ? flag.default : undefined,
    };
  });
  return [...rows, HELP];
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
