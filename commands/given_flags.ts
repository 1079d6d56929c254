/** Which flags a command line gives, without parsing their values. */
import type { FlagRow } from "./flag_table.ts";

/**
 * Long names of the flags in `args`, in the spelling of the table (`--from-log`).
 *
 * @param args what follows the command's name, with short flags apart from their values
 * @param rows the command's table
 */
export function givenFlags(args: readonly string[], rows: readonly FlagRow[]): Set<string> {
  const given = new Set<string>();
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  for (let index = 0; index < end; index++) {
    for (const row of named(args[index]!, rows)) {
      given.add(row.long);
      // Its value may look like a flag.
      if (row.value !== undefined && !args[index]!.includes("=")) index++;
    }
  }
  return given;
}

function named(arg: string, rows: readonly FlagRow[]): FlagRow[] {
  if (arg.startsWith("--")) {
    const long = kebab(arg.split("=", 1)[0]!);
    const positive = long.replace(/^--no-/, "--");
    return rows.filter((row) =>
      row.long === long || (row.value === undefined && row.long === positive)
    );
  }
  // `-vvq`: switches may share a dash.
  const letters = /^-[A-Za-z]+$/.test(arg) ? [...arg.slice(1)] : [];
  return rows.filter(({ short }) => short !== undefined && letters.includes(short.slice(1)));
}

/** Camel case is taken too: `--fromLog`. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
