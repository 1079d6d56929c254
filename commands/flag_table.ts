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
  /** It may be given several times. */
  readonly repeatable: boolean;
  /** The values it may take, where they are a closed set. */
  readonly choices: readonly string[];
  /** Makes its value of a text, or throws an error that says what is wrong with it. */
  readonly parse: ((text: string) => unknown) | undefined;
  /** What holds when it is not given, where that is a value. */
  readonly preset: string | undefined;
}

const HELP: FlagRow = {
  long: "--help",
  short: "-h",
  brief: "Print help and exit",
  value: undefined,
  repeatable: false,
  choices: [],
  parse: undefined,
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
      repeatable: takesValue && "variadic" in flag && flag.variadic !== undefined &&
        flag.variadic !== false,
      value: takesValue ? flag.placeholder ?? (choices.join("|") || "VALUE") : undefined,
      choices,
      // Ours need no context: they are functions of the text.
      parse: flag.kind === "parsed" ? flag.parse as (text: string) => unknown : undefined,
      preset: takesValue && typeof flag.default === "string" ? flag.default : undefined,
    };
  });
  return [...rows, HELP];
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
